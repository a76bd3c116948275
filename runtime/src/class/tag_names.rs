//! Names of tags and their numbers, both ways.
//!
//! ```text
//! 1, name   → number varint, name
//! 2, number → name
//! ```
//! A name too long for a key stands there by its front and its hash, and whole in the row.

use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc};

use dashmap::DashMap;
use xxhash_rust::xxh3::xxh3_128;

use super::tag::TagName;
use crate::{
    Result,
    store::{
        Direction, KeyRange, Store, Table, TagId, View, Writer, put_ordered, put_varint,
        take_varint,
    },
    sync::Mutex,
};

const BY_NAME: u8 = 1;
const BY_NUMBER: u8 = 2;
/// The longest name that is a key by itself.
const NAME_MAX: usize = 400;
const FRONT: usize = 256;

/// The tags of one prefix that this process has met.
#[derive(Debug, Default)]
pub(crate) struct TagNames {
    by_name: DashMap<TagName, TagId>,
    by_number: DashMap<TagId, TagName>,
    /// Not on disk yet.
    unsaved: Mutex<Vec<(TagId, TagName)>>,
}

fn name_key(name: &TagName) -> Vec<u8> {
    let bytes = name.as_bytes();
    let mut key = vec![BY_NAME];
    if bytes.len() <= NAME_MAX {
        key.extend_from_slice(bytes);
    } else {
        key.extend_from_slice(&bytes[..FRONT]);
        key.extend_from_slice(&xxh3_128(bytes).to_be_bytes());
    }
    key
}

fn number_key(tag: TagId) -> Vec<u8> {
    let mut key = vec![BY_NUMBER];
    put_ordered(&mut key, tag.0.into());
    key
}

impl TagNames {
    /// The number of a tag, if it has one.
    pub(crate) fn find(&self, store: &Arc<Store>, name: &TagName) -> Result<Option<TagId>> {
        if let Some(known) = self.by_name.get(name) {
            return Ok(Some(*known));
        }
        let view = View::At(store.clone(), store.state());
        let key = name_key(name);
        let number = view.get(Table::TagNames, &key, |mut row| {
            let number = take_varint(&mut row)?;
            (row == name.as_bytes()).then_some(number).and_then(|n| u32::try_from(n).ok())
        })?;
        let Some(number) = number else { return Ok(None) };
        let tag = number
            .map(TagId)
            .ok_or_else(|| store.corrupt(Table::TagNames, &key, "the row is damaged"))?;
        self.by_name.insert(name.clone(), tag);
        self.by_number.insert(tag, name.clone());
        Ok(Some(tag))
    }

    /// The number of a tag, given out if it has none. The caller has the turn.
    pub(crate) fn find_or_add(&self, store: &Arc<Store>, name: &TagName) -> Result<TagId> {
        if let Some(found) = self.find(store, name)? {
            return Ok(found);
        }
        let tag = store.new_tag();
        self.by_number.insert(tag, name.clone());
        self.by_name.insert(name.clone(), tag);
        self.unsaved.lock().push((tag, name.clone()));
        Ok(tag)
    }

    /// What a number is called.
    pub(crate) fn name(&self, store: &Arc<Store>, tag: TagId) -> Result<TagName> {
        if let Some(known) = self.by_number.get(&tag) {
            return Ok(known.clone());
        }
        let view = View::At(store.clone(), store.state());
        let key = number_key(tag);
        let name = view.get(Table::TagNames, &key, TagName::of_bytes)?;
        let name = name.ok_or_else(|| store.corrupt(Table::TagNames, &key, "a tag has no name"))?;
        self.by_number.insert(tag, name.clone());
        Ok(name)
    }

    /// The tags whose names begin with these bytes, borne by something or not, by name.
    pub(crate) fn with_front(
        &self,
        store: &Arc<Store>,
        front: &[u8],
    ) -> Result<BTreeMap<TagName, TagId>> {
        let mut found = BTreeMap::new();
        let fits = |name: &[u8]| name.starts_with(front);
        let range = KeyRange::prefix(&[&[BY_NAME], &front[..front.len().min(FRONT)]].concat());
        let view = View::At(store.clone(), store.state());
        view.scan(Table::TagNames, range, Direction::Forward, &mut |key, mut row| {
            let damaged = || store.corrupt(Table::TagNames, key, "the row is damaged");
            let number = take_varint(&mut row).and_then(|n| u32::try_from(n).ok());
            let tag = number.map(TagId).ok_or_else(damaged)?;
            if fits(row) {
                found.insert(TagName::of_bytes(row), tag);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let unsaved = self.unsaved.lock();
        let new = unsaved.iter().filter(|(_, name)| fits(name.as_bytes()));
        found.extend(new.map(|(tag, name)| (name.clone(), *tag)));
        Ok(found)
    }

    /// Writes the names that are not on disk yet; gives how many.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<usize> {
        let unsaved = self.unsaved.lock().clone();
        for (tag, name) in &unsaved {
            let mut row = Vec::with_capacity(name.as_bytes().len() + 5);
            put_varint(&mut row, tag.0.into());
            row.extend_from_slice(name.as_bytes());
            writer.put_raw(Table::TagNames, &name_key(name), &row)?;
            writer.put_raw(Table::TagNames, &number_key(*tag), name.as_bytes())?;
        }
        Ok(unsaved.len())
    }

    /// Goes on where another process has left off: numbers that were never stored may be another's.
    pub(crate) fn take_over(&self) {
        for (tag, name) in self.unsaved.lock().drain(..) {
            self.by_number.remove(&tag);
            self.by_name.remove(&name);
        }
    }

    /// Notes that the first `count` of them are on disk now.
    pub(crate) fn saved(&self, count: usize) {
        self.unsaved.lock().drain(..count);
    }
}
