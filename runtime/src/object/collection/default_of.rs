//! A collection that a field of a stored object has by default: one that was added to the class later.
//!
//! The object's row lacks it, and reading writes nothing. So it is the same collection for all who read the
//! object, as long as somebody has it; and what is first put into it has the object written, with it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{place::Anchored, rows::RowReader};
use crate::{
    Error, Result,
    object::{
        handles::{
            context::{self, Stored},
            inside::Home,
        },
        objects::Objects,
    },
};

/// Whose field has a collection by default.
pub(super) struct DefaultOf {
    home: Home,
    object: Stored,
    /// Which of the object's collections it is.
    number: u32,
    /// The object's row has it by now.
    is_written: AtomicBool,
}

impl DefaultOf {
    /// The collection that is next among the fields that this thread is reading, if it does.
    pub(super) fn next() -> Option<Arc<Anchored>> {
        let (home, object, number) = context::next_default()?;
        let objects = home.objects()?.lasting().clone();
        let home = Home::within(&objects);
        let new = || {
            let is_written = AtomicBool::new(false);
            Anchored::of_default(Self { home, object, number, is_written })
        };
        Some(objects.default_anchor((object.oid, number), new))
    }

    pub(super) fn objects(&self) -> Result<Arc<Objects>> {
        let closed = || Error::Closed { what: "the workspace of this collection".into() };
        self.home.objects().ok_or_else(closed)
    }

    #[inline]
    pub(super) fn is_written(&self) -> bool {
        self.is_written.load(Ordering::Relaxed)
    }

    /// Has the object written, unless it refers to the collection at `place`.
    pub(super) fn have_written(&self, place: &RowReader) -> Result<()> {
        if self.is_written() {
            return Ok(());
        }
        let (objects, oid) = (&place.objects, self.object.oid);
        // A default that is not empty is filled while the object is being read: that is for later.
        if context::decodes() {
            objects.forget_default((oid, self.number));
            return Ok(());
        }
        if objects.references_to(place.oid)? == 0 {
            if objects.must_write_guarded(oid) {
                return Ok(());
            }
            (self.object.rewrite)(objects, oid)?;
        }
        // An `atomic` may still be undone.
        self.is_written.store(!objects.shared().in_atomic(), Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for DefaultOf {
    fn drop(&mut self) {
        if let Some(objects) = self.home.objects() {
            objects.forget_dropped_default((self.object.oid, self.number));
        }
    }
}
