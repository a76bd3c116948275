//! The read guard: a version, kept for as long as it is looked at.

use std::{fmt, ops::Deref, sync::Arc};

use crate::{
    Result,
    class::Class,
    object::{
        cells::{cell::Cell, version::Version},
        objects::Objects,
    },
    sync::slots::Look,
};

/// An immutable version of an object. It may be held across writes, commits and threads, and goes
/// on showing what it showed.
pub struct Read<T> {
    version: Look<Version<T>>,
    /// A past state lasts as long as anything that was read from it.
    _view: Option<Arc<Objects>>,
}

impl<T: Class> Read<T> {
    #[expect(clippy::inline_always, reason = "a result that goes through memory doubles the price")]
    #[inline(always)]
    pub(in crate::object) fn of(cell: &Arc<Cell<T>>) -> Result<Self> {
        match cell.objects.held() {
            Some(then) => Self::of_last(&then.cell(cell.oid_of())?),
            None => Self::of_last(cell),
        }
    }

    /// As [`of`](Self::of), also in a thread that holds a moment still.
    #[expect(clippy::inline_always, reason = "as in `of`")]
    #[inline(always)]
    pub(in crate::object) fn of_last(cell: &Arc<Cell<T>>) -> Result<Self> {
        let version = cell.version()?;
        cell.keep_in_cache();
        if version.value().is_none() {
            return Err(cell.error_deleted());
        }
        let view = cell.objects.is_past().then(|| cell.objects.clone());
        Ok(Self { version, _view: view })
    }
}

impl<T> Read<T> {
    pub(in crate::object) fn version(&self) -> &Version<T> {
        &self.version
    }
}

impl<T> Deref for Read<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let Some(value) = self.version.value() else {
            unreachable!("checked when the guard was made")
        };
        value
    }
}

impl<T: fmt::Debug> fmt::Debug for Read<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
