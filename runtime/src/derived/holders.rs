//! Who holds an object durably.

use std::sync::Arc;

use super::tagging;
use crate::{
    Error, Memo, Result,
    class::Class,
    object::Objects,
    store::{Oid, Table, oid_key, take_varint},
};

impl<T: Class> Memo<T> {
    /// How many durable holders the object has: references, tags and entries in indexes.
    ///
    /// # Panics
    /// When the counts can't be read; see [`try_refcount`](Self::try_refcount).
    #[track_caller]
    pub fn refcount(&self) -> u64 {
        self.try_refcount().unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`refcount`](Self::refcount), with the failure as a value.
    pub fn try_refcount(&self) -> Result<u64> {
        let closed = || Error::Closed { what: "the workspace of this object".into() };
        holders(&self.objects().ok_or_else(closed)?, self.oid())
    }
}

/// How many references, tags and index entries hold an object, as this view shows it.
fn holders(objects: &Arc<Objects>, oid: Oid) -> Result<u64> {
    Ok(references_to(objects, oid)? + tagging::numbers(objects, oid)?.len() as u64)
}

/// How many references and index entries hold an object.
pub(super) fn references_to(objects: &Arc<Objects>, oid: Oid) -> Result<u64> {
    let key = oid_key(oid);
    let damaged = || objects.store().corrupt(Table::Counts, key.as_bytes(), "the count is damaged");
    let (pending, stored) = objects.view().counted(oid)?;
    let stored = match stored {
        Some(row) => take_varint(&mut &row[..]).ok_or_else(damaged)?,
        None => 0,
    };
    Ok(stored.saturating_add_signed(pending))
}
