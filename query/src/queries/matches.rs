//! The results of a query on their way.

use std::{fmt, sync::Arc};

use db0_runtime::{
    OrPanic, Result,
    object::{Ahead, Objects},
};

use crate::running::stream::Results;

/// So many results are taken together at most.
const TOGETHER_MAX: usize = 1024;

/// Makes the handle of an object, by its place in a batch and its number, unless it has been deleted since
/// it was found.
type MakeHandle<H> = fn(&mut Ahead, usize, &Arc<Objects>, u64) -> Result<Option<H>>;

/// The results of a query, on their way, with failures as values: a failure is the last of them. It is
/// safe to write meanwhile.
pub struct TryMatches<H> {
    objects: Arc<Objects>,
    results: Results,
    /// Numbers that are known already, as many as were given before; from this place on.
    batch: Vec<u64>,
    place: usize,
    given: usize,
    ahead: Ahead,
    handle: MakeHandle<H>,
    has_failed: bool,
}

impl<H> TryMatches<H> {
    pub(crate) fn new(objects: Arc<Objects>, results: Results, handle: MakeHandle<H>) -> Self {
        let (batch, ahead) = (Vec::new(), Ahead::default());
        Self { objects, results, batch, place: 0, given: 0, ahead, handle, has_failed: false }
    }

    /// The next result, and its place in its batch.
    fn next_number(&mut self) -> Option<Result<(usize, u64)>> {
        if self.place == self.batch.len() {
            let first = match self.results.next()? {
                Ok(first) => first,
                Err(error) => return Some(Err(error)),
            };
            self.place = 0;
            self.batch.clear();
            self.batch.push(first);
            self.results.take_known(self.given.min(TOGETHER_MAX), &mut self.batch);
            self.ahead.begin(self.batch.iter().copied().map(Some));
        }
        let place = self.place;
        self.place += 1;
        self.given += 1;
        Some(Ok((place, self.batch[place])))
    }
}

impl<H> TryMatches<H> {
    /// The next result, with its number.
    pub(crate) fn next_numbered(&mut self) -> Option<Result<(u64, H)>> {
        while !self.has_failed {
            let found = self.next_number()?.and_then(|(place, oid)| {
                let handle = (self.handle)(&mut self.ahead, place, &self.objects, oid)?;
                Ok(handle.map(|handle| (oid, handle)))
            });
            self.has_failed = found.is_err();
            if let Some(found) = found.transpose() {
                return Some(found);
            }
        }
        None
    }
}

impl<H> Iterator for TryMatches<H> {
    type Item = Result<H>;

    fn next(&mut self) -> Option<Result<H>> {
        Some(self.next_numbered()?.map(|(_, handle)| handle))
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
