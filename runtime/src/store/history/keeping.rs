//! What a commit keeps of the past, and which states can be used meanwhile.

use std::time::Duration;

use super::pins::Pin;
use crate::{
    Error, Result,
    store::{
        engine::{Store, now_ns},
        head::Head,
        num::StateNum,
    },
};

/// How often a state that is just being forgotten is asked for again, and a later one then.
const TRIES: usize = 1000;
const TRIED_EVERY: Duration = Duration::from_millis(1);

/// What a commit keeps of the past. Dropped with it, it lets every state be used again that is there.
pub(in crate::store) struct Keeping<'s> {
    store: &'s Store,
    pub(in crate::store) keeps_old: bool,
    /// The state from which on everything is kept.
    pub(in crate::store) oldest: StateNum,
}

impl Drop for Keeping<'_> {
    fn drop(&mut self) {
        self.store.pins().open_from(self.store.head().oldest);
    }
}

impl Store {
    /// Registers the last committed state, so that it is not forgotten while it is read.
    pub(in crate::store) fn follow_newest(&self) -> Result<()> {
        let mut tries = 0;
        loop {
            let head = self.newest_head()?;
            match self.pins().follow(head.state) {
                // A commit that forgets it is going on: the state behind it will do.
                Err(Error::Pruned { .. }) if tries < TRIES => {
                    tries += 1;
                    std::thread::sleep(TRIED_EVERY);
                }
                told => {
                    if let Err(error) = told {
                        tracing::debug!("state {} is not registered: {error}", head.state);
                    }
                    self.step_to(head);
                    return Ok(());
                }
            }
        }
    }

    /// Uses a state, unless it has been pruned.
    pub(crate) fn pin(&self, state: StateNum) -> Result<Pin> {
        let pin = self.pins().pin(state)?;
        if self.pins().is_reader() && !self.pins().keeps(state) {
            let oldest = self.newest_head()?.oldest;
            if state < oldest {
                return Err(Error::Pruned { oldest: oldest.0 });
            }
        }
        Ok(pin)
    }

    /// What the state after `head` keeps: for travellers, and for those who look at a state at
    /// present, here or in another process.
    pub(in crate::store) fn keeping(&self, head: &Head) -> Result<Keeping<'_>> {
        let next = Head { state: head.state.next(), time_ns: now_ns(), ..head.clone() };
        let wanted = self.retention().oldest(&next, |state| self.state_row(state))?;
        let (oldest, in_use) = self.pins().close_before(wanted.max(head.oldest), head.oldest);
        let keeps_old = self.retention().keeps_old() || in_use || oldest < next.state;
        Ok(Keeping { store: self, keeps_old, oldest })
    }

    /// Everything older than the oldest state has left the log.
    pub(crate) fn is_pruned(&self) -> bool {
        !self.retention().wants(&self.head(), self.pins().read_elsewhere())
    }

    /// Looks again which states other processes read.
    pub(crate) fn look_elsewhere(&self) {
        self.pins().look_elsewhere();
    }
}
