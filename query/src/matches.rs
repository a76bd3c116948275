//! The results of a query on their way.

use std::{fmt, sync::Arc};

use db0_runtime::{OrPanic, Result, object::Objects};

use crate::stream::Ids;

/// The results of a query, on their way, with failures as values: a failure is the last of them. It is
/// safe to write meanwhile.
pub struct TryMatches<H> {
    objects: Arc<Objects>,
    ids: Ids,
    /// Makes the handle of an object, unless that has been deleted since it was found.
    handle: fn(&Arc<Objects>, u64) -> Result<Option<H>>,
    has_failed: bool,
}

impl<H> TryMatches<H> {
    pub(crate) fn new(
        objects: Arc<Objects>,
        ids: Ids,
        handle: fn(&Arc<Objects>, u64) -> Result<Option<H>>,
    ) -> Self {
        Self { objects, ids, handle, has_failed: false }
    }
}

impl<H> Iterator for TryMatches<H> {
    type Item = Result<H>;

    fn next(&mut self) -> Option<Result<H>> {
        while !self.has_failed {
            let found = self.ids.next()?.and_then(|oid| (self.handle)(&self.objects, oid));
            self.has_failed = found.is_err();
            if let Some(found) = found.transpose() {
                return Some(found);
            }
        }
        None
    }
}

impl<H> fmt::Debug for TryMatches<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryMatches").finish_non_exhaustive()
    }
}

/// The results of a query, on their way. It is safe to write meanwhile.
#[derive(Debug)]
pub struct Matches<H>(pub(crate) TryMatches<H>);

impl<H> Iterator for Matches<H> {
    type Item = H;

    #[track_caller]
    fn next(&mut self) -> Option<H> {
        self.0.next().transpose().or_panic()
    }
}
