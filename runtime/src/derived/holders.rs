//! Who holds an object durably.

use std::sync::Arc;

use super::tagging;
use crate::{AnyMemo, Error, Memo, OrPanic, Result, class::Class, object::Objects, store::Oid};

impl<T: Class> Memo<T> {
    /// How many durable holders the object has: references, tags and entries in indexes.
    ///
    /// # Panics
    /// When the counts can't be read; see [`try_refcount`](Self::try_refcount).
    #[track_caller]
    pub fn refcount(&self) -> u64 {
        self.try_refcount().or_panic()
    }

    /// As [`refcount`](Self::refcount), with the failure as a value.
    pub fn try_refcount(&self) -> Result<u64> {
        let closed = || Error::Closed { what: "the workspace of this object".into() };
        holders(&self.objects().ok_or_else(closed)?, self.oid())
    }
}

impl AnyMemo {
    /// How many durable holders the object has: references, tags and entries in indexes.
    ///
    /// # Panics
    /// When the counts can't be read; see [`try_refcount`](Self::try_refcount).
    #[track_caller]
    pub fn refcount(&self) -> u64 {
        self.try_refcount().or_panic()
    }

    /// As [`refcount`](Self::refcount), with the failure as a value.
    pub fn try_refcount(&self) -> Result<u64> {
        let (objects, oid) = self.place()?;
        holders(&objects, Oid(oid))
    }
}

/// How many references, tags and index entries hold an object, as this view shows it.
fn holders(objects: &Arc<Objects>, oid: Oid) -> Result<u64> {
    objects.refuse_closed()?;
    let objects = &objects.seen();
    Ok(objects.references_to(oid)? + tagging::numbers(objects, oid)?.len() as u64)
}
