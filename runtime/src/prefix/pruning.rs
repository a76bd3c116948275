//! Forgetting states on request.

use std::{ops::RangeTo, time::SystemTime};

use super::Prefix;
use crate::{
    Error, Result,
    store::{Reserve, StateNum},
};

/// Which states to forget: those before a number, `..state`, or those that were no longer the present
/// at a moment, `..time`.
pub trait PruneBefore: sealed::Sealed {
    /// The oldest state that stays.
    #[doc(hidden)]
    fn oldest(self, prefix: &Prefix) -> Result<u64>;
}

mod sealed {
    pub trait Sealed {}
}

impl sealed::Sealed for RangeTo<u64> {}
impl sealed::Sealed for RangeTo<SystemTime> {}

impl PruneBefore for RangeTo<u64> {
    fn oldest(self, _: &Prefix) -> Result<u64> {
        Ok(self.end)
    }
}

impl PruneBefore for RangeTo<SystemTime> {
    fn oldest(self, prefix: &Prefix) -> Result<u64> {
        match prefix.state_at(self.end) {
            // Those are forgotten already.
            Err(Error::Pruned { oldest }) => Ok(oldest),
            found => found,
        }
    }
}

/// How far a pruning has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruning {
    /// The oldest state that stays, or the one where another process still reads everything.
    pub oldest: u64,
    /// Of the states before this one, nothing is left but what snapshots in use show.
    pub done: u64,
}

impl Prefix {
    /// Forgets the states before `..state`, or those that were no longer the present at `..time`, in
    /// steps beside normal work; returns when it is done. Snapshots in use go on, also those of other
    /// processes.
    pub fn prune_history(&self, before: impl PruneBefore) -> Result<()> {
        self.prune_history_with(before, |_| ())
    }

    /// As [`prune_history`](Self::prune_history), telling after each step how far it has come.
    pub fn prune_history_with(
        &self,
        before: impl PruneBefore,
        mut progress: impl FnMut(Pruning),
    ) -> Result<()> {
        self.objects().check_writable()?;
        let store = self.objects().store();
        // What is published by now may become one more state; those of later on stay.
        let wanted = StateNum(before.oldest(self)?).min(store.state().next());
        self.use_reserve();
        store.look_elsewhere();
        store.retention().forget_before(wanted);
        loop {
            self.commit()?;
            let head = store.head();
            let oldest = head.oldest.0;
            progress(Pruning { oldest, done: head.log_from.0.min(oldest) });
            if store.is_pruned() {
                store.retention().has_forgotten(head.oldest);
                return Ok(());
            }
        }
    }

    /// Gives up the room that is kept for making room, where there is no other.
    pub(super) fn use_reserve(&self) {
        let reserve = Reserve::of(self.objects().store().folder());
        let is_full = self.failure().is_some_and(|error| error.is_disk_full());
        if !is_full && !reserve.is_needed() {
            return;
        }
        match reserve.give_up() {
            Ok(0) => {}
            Ok(bytes) => tracing::info!("the disk is full: {bytes} reserved bytes are used"),
            Err(error) => tracing::warn!("the reserve can't be used: {error}"),
        }
    }
}
