//! Handles of objects that are known by a trait.

use std::{fmt, marker::PhantomData, ops::Deref, sync::Arc};

use db0_runtime::{Error, OrPanic, Result, object::AnyMemo};

/// A handle of an object that is known by a trait, as in `DynMemo<dyn Shape>`; it is an [`AnyMemo`] too.
pub struct DynMemo<D: ?Sized> {
    memo: AnyMemo,
    seen_as: PhantomData<fn() -> Arc<D>>,
}

impl<D: ?Sized + 'static> DynMemo<D> {
    pub(super) fn of(memo: AnyMemo) -> Self {
        Self { memo, seen_as: PhantomData }
    }

    /// The present version of the object as its trait. It stays as it is.
    ///
    /// # Panics
    /// When the object has been deleted, or its row can't be read; see [`try_read`](Self::try_read).
    #[track_caller]
    pub fn read(&self) -> Arc<D> {
        self.try_read().or_panic()
    }

    /// As [`read`](Self::read), with the failure as a value.
    pub fn try_read(&self) -> Result<Arc<D>> {
        let deleted = || Error::Deleted { class: "the object".into(), uuid: self.memo.uuid() };
        self.memo.cast::<D>()?.ok_or_else(deleted)
    }
}

impl<D: ?Sized> Deref for DynMemo<D> {
    type Target = AnyMemo;

    fn deref(&self) -> &AnyMemo {
        &self.memo
    }
}

impl<D: ?Sized> Clone for DynMemo<D> {
    fn clone(&self) -> Self {
        Self { memo: self.memo.clone(), seen_as: PhantomData }
    }
}

impl<D: ?Sized> PartialEq for DynMemo<D> {
    fn eq(&self, other: &Self) -> bool {
        self.memo == other.memo
    }
}

impl<D: ?Sized> Eq for DynMemo<D> {}

impl<D: ?Sized> fmt::Debug for DynMemo<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.memo.fmt(f)
    }
}
