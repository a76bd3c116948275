//! Collections that are kept by a name of their own, rather than in an object.
//!
//! ```text
//! names   root:name   the collection's oid, ordered, then what it is, as text: classes by their names
//! ```
//!
//! The name counts as one holder of the collection.

use std::{ops::ControlFlow, panic::Location, sync::Arc};

use super::anchor::Anchor;
use crate::{
    Error, Result,
    class::{is_same_renamed, with_class_names},
    object::objects::Objects,
    store::{Direction, KeyRange, Oid, Table, oid_key, oid_of_key},
};

const FRONT: &[u8] = b"root:";
/// With what the log of old rows puts before it, a key stays within what LMDB takes.
const NAME_MAX: usize = 400;

/// A collection that is kept by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Root {
    /// Its name.
    pub name: String,
    /// What it is, such as `Dict<String, u32>`.
    pub holds: String,
}

fn key_of(name: &str) -> Result<Vec<u8>> {
    if name.is_empty() || name.len() > NAME_MAX {
        let len = name.len();
        let why = format!("a root's name has 1 to {NAME_MAX} bytes, and this one has {len}");
        return Err(Error::Invalid(why));
    }
    Ok([FRONT, name.as_bytes()].concat())
}

/// Takes a row apart.
fn parse(row: &[u8]) -> Option<(Oid, &str)> {
    let (oid, rest) = oid_of_key(row)?;
    Some((oid, str::from_utf8(rest).ok()?))
}

impl Objects {
    /// The collection of this name in this view, if there is one; it must be what it is `held` to be.
    #[doc(hidden)]
    pub fn find_root(self: &Arc<Self>, name: &str, held: &str) -> Result<Option<Anchor>> {
        let key = key_of(name)?;
        self.follow()?;
        let read = |row: &[u8]| parse(row).map(|(oid, holds)| (oid, holds.to_owned()));
        let Some(found) = self.view().get(Table::Names, &key, read)? else { return Ok(None) };
        let damaged = || self.store().corrupt(Table::Names, &key, "the row is damaged");
        let (oid, holds) = found.ok_or_else(damaged)?;
        if holds != held {
            let expected = with_class_names(held);
            if !is_same_renamed(&holds, &expected) {
                return Err(Error::WrongRoot { name: name.into(), expected, found: holds });
            }
        }
        Ok(Some(Anchor::of_oid(self, oid)))
    }

    /// The error of a name that is not there.
    #[doc(hidden)]
    pub fn no_root(&self, name: &str) -> Error {
        Error::NoRoot { prefix: self.name().into(), name: name.into() }
    }

    /// The collection of this name, made if there is none.
    #[doc(hidden)]
    #[track_caller]
    pub fn root(self: &Arc<Self>, name: &str, held: &str) -> Result<Anchor> {
        if let Some(found) = self.find_root(name, held)? {
            return Ok(found);
        }
        if !self.is_writable() {
            return Err(self.no_root(name));
        }
        let _turn = self.borrow_turn(Location::caller())?;
        // Another thread may have made it while this one waited for the turn.
        if let Some(found) = self.find_root(name, held)? {
            return Ok(found);
        }
        let (anchor, oid) = Anchor::settled(self)?;
        let key = key_of(name)?;
        let row = [oid_key(oid).as_bytes(), with_class_names(held).as_bytes()].concat();
        self.write_rows(|rows| {
            rows.put(Table::Names, &key, row);
            rows.count(oid, 1);
        });
        Ok(anchor)
    }

    /// Takes a name away, and with it the collection, unless something else holds that; false if
    /// there is none.
    #[doc(hidden)]
    #[track_caller]
    pub fn drop_root(self: &Arc<Self>, name: &str) -> Result<bool> {
        let key = key_of(name)?;
        let _turn = self.borrow_turn(Location::caller())?;
        let found = self.view().get(Table::Names, &key, |row| parse(row).map(|(oid, _)| oid))?;
        let Some(oid) = found else { return Ok(false) };
        let damaged = || self.store().corrupt(Table::Names, &key, "the row is damaged");
        let oid = oid.ok_or_else(damaged)?;
        self.write_rows(|rows| {
            rows.delete(Table::Names, &key);
            rows.count(oid, -1);
        });
        Ok(true)
    }

    /// The collections that are kept by their names, by name.
    #[doc(hidden)]
    pub fn roots(self: &Arc<Self>) -> Result<Vec<Root>> {
        self.follow()?;
        let mut roots = Vec::new();
        let range = KeyRange::prefix(FRONT);
        self.seen().view().scan(Table::Names, range, Direction::Forward, &mut |key, row| {
            let name = str::from_utf8(&key[FRONT.len()..]).ok();
            let root = name
                .zip(parse(row))
                .map(|(name, (_, holds))| Root { name: name.into(), holds: holds.into() });
            let damaged = || self.store().corrupt(Table::Names, key, "the row is damaged");
            roots.push(root.ok_or_else(damaged)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(roots)
    }
}
