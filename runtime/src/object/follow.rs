//! Following another process: from one committed state to a later one, in one step.

use std::sync::atomic::Ordering;

use super::objects::Objects;
use crate::{
    Result,
    store::{Changes, Happened, PrefixId, StateNum, View},
};

impl Objects {
    /// Steps to the last committed state if somebody has committed and this view follows by itself.
    pub(crate) fn follow(&self) -> Result<()> {
        if matches!(self.view(), View::Following(_)) && self.shared().config.auto_refresh {
            self.step()?;
        }
        Ok(())
    }

    /// Steps to the last committed state, where another process writes; true if there was one.
    #[doc(hidden)]
    pub fn refresh(&self) -> Result<bool> {
        if matches!(self.view(), View::Following(_)) { self.step() } else { Ok(false) }
    }

    fn step(&self) -> Result<bool> {
        let store = self.store();
        let last = store.last_txn();
        if self.followed_to.load(Ordering::Acquire) == last {
            return Ok(false);
        }
        let _one_at_a_time = self.following.lock();
        let before = store.state();
        let (head, seen) = store.newest_head_and_txn()?;
        let moved = head.state > before;
        if moved && !self.partners_are_there(&head.partners)? {
            // The other half of the commit is on its way: look again soon.
            return Ok(false);
        }
        if moved {
            // First the cells, then the view: whoever sees the new state sees the marks too.
            if head.oldest > before {
                self.mark_all(head.state);
            } else {
                self.mark(before, head.state)?;
            }
            store.step_to(head);
        }
        self.followed_to.store(seen, Ordering::Release);
        Ok(moved)
    }

    /// Whether the states of other prefixes that belong to a state can be seen too.
    fn partners_are_there(&self, partners: &[(PrefixId, StateNum)]) -> Result<bool> {
        for (prefix, state) in partners {
            let partner = self.shared().open.read().get(prefix).cloned();
            if let Some(partner) = partner
                && partner.store().newest_head()?.state < *state
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Marks what the states after `before` changed.
    fn mark(&self, before: StateNum, last: StateNum) -> Result<()> {
        self.store().changes(before, last, |state, changes| {
            let Changes::Objects(_, changes) = changes else { return Some(()) };
            changes.each(|oid, happened| {
                if matches!(happened, Happened::Modified | Happened::Deleted)
                    && let Some(cell) = self.loaded(oid)
                {
                    cell.stale_from(state);
                }
            })
        })
    }

    /// Without a log there is no telling what changed.
    fn mark_all(&self, state: StateNum) {
        self.each_loaded(|cell| cell.stale_from(state));
    }
}
