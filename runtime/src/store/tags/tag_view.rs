//! The tags of objects, as a view shows them: in one look for many objects.

use std::sync::Arc;

use super::tag_row::PutOn;
use crate::{
    Result,
    lmdb::Cursor,
    store::{
        key::oid_key,
        num::{Oid, StateNum},
        reading::{past::Disk, view::View},
        table::Table,
        uncommitted::layer::Layer,
    },
};

/// A look at the tags of objects.
pub(crate) struct TagsSeen<'s> {
    disk: Disk<'s>,
    /// None for what is committed now.
    state: Option<StateNum>,
    /// Newest first.
    layers: Vec<Arc<Layer>>,
}

impl View {
    /// Looks at the tags of objects.
    pub(crate) fn tags_seen(&self) -> Result<TagsSeen<'_>> {
        let (disk, state, layers) = self.open()?;
        Ok(TagsSeen { disk, state, layers })
    }
}

impl TagsSeen<'_> {
    /// The tags that were put on an object.
    pub(crate) fn put_on(&self, oid: Oid) -> Result<PutOn> {
        let key = oid_key(oid);
        let mut tags = self.stored(key.as_bytes())?;
        for layer in self.layers.iter().rev() {
            layer.read().tagged().get(oid).inspect(|changes| changes.apply(&mut tags));
        }
        Ok(tags)
    }

    /// The tags that an object's fields give it, in their row.
    pub(crate) fn given(&self, key: &[u8]) -> Result<PutOn> {
        match self.given_in_layers(key)? {
            Some(tags) => Ok(tags),
            None => self.stored(key),
        }
    }

    /// The same, if it has changed since the last commit.
    fn given_in_layers(&self, key: &[u8]) -> Result<Option<PutOn>> {
        for layer in &self.layers {
            let told =
                layer.read().look_up(Table::ObjectTags, key, |row| row.map(PutOn::decode))?;
            if let Some(told) = told {
                return self.sound(key, told).map(Some);
            }
        }
        Ok(None)
    }

    /// For the tags of one object after the other. It costs least to go upwards.
    pub(crate) fn one_by_one(&self) -> OneByOne<'_> {
        OneByOne { seen: self, rows: None }
    }

    fn stored(&self, key: &[u8]) -> Result<PutOn> {
        let row = match self.state {
            None => self.disk.body(Table::ObjectTags, key)?,
            Some(state) => self.disk.body_at(Table::ObjectTags, key, state)?,
        };
        self.sound(key, row.map(PutOn::decode))
    }

    /// No tags if there is no row; refuses one that is damaged.
    fn sound(&self, key: &[u8], row: Option<Option<PutOn>>) -> Result<PutOn> {
        let damaged = || self.disk.store.corrupt(Table::ObjectTags, key, "the row is damaged");
        row.map_or(Ok(PutOn::default()), |tags| tags.ok_or_else(damaged))
    }
}

/// The tags of objects: both rows of one are found in one step.
pub(crate) struct OneByOne<'t> {
    seen: &'t TagsSeen<'t>,
    rows: Option<Cursor<'t>>,
}

impl OneByOne<'_> {
    /// The tags that were put on an object, and those that its fields give it, in the row of this key,
    /// which is the next behind the other one.
    pub(crate) fn both(&mut self, oid: Oid, given: &[u8]) -> Result<(PutOn, PutOn)> {
        let seen = self.seen;
        if seen.state.is_some() {
            return Ok((seen.put_on(oid)?, seen.given(given)?));
        }
        let (mut put_on, stored) = self.stored(oid_key(oid).as_bytes(), given)?;
        for layer in seen.layers.iter().rev() {
            layer.read().tagged().get(oid).inspect(|changes| changes.apply(&mut put_on));
        }
        Ok((put_on, seen.given_in_layers(given)?.unwrap_or(stored)))
    }

    fn stored(&mut self, put_on: &[u8], given: &[u8]) -> Result<(PutOn, PutOn)> {
        let disk = &self.seen.disk;
        let failed = |fault| disk.store.failed("reading", fault);
        let rows = match &mut self.rows {
            Some(rows) => rows,
            none => {
                let table = disk.store.table(Table::ObjectTags);
                none.insert(disk.txn.cursor(table).map_err(failed)?)
            }
        };
        let mut row = rows.seek(put_on).map_err(failed)?;
        let mut tags = [PutOn::default(), PutOn::default()];
        for (tags, wanted) in tags.iter_mut().zip([put_on, given]) {
            let Some((key, found)) = row.filter(|(key, _)| *key == wanted) else { continue };
            let body = disk.strip(Table::ObjectTags, key, found)?;
            *tags = self.seen.sound(key, Some(PutOn::decode(body)))?;
            if wanted == put_on {
                row = rows.next().map_err(failed)?;
            }
        }
        Ok(tags.into())
    }
}
