//! Following another process: from one committed state to a later one, in one step.

use std::sync::atomic::Ordering;

use super::{any_cell::AnyCell, objects::Objects};
use crate::{
    Error, Result,
    store::{Changes, Happened, Head, PrefixId, StateNum, View},
    sync::slots,
};

impl Objects {
    /// Steps to the last committed state if somebody has committed and this view follows by itself.
    pub(crate) fn follow(&self) -> Result<()> {
        if self.follows_by_itself() {
            self.step()?;
        }
        Ok(())
    }

    /// Steps to the last committed state, where another process writes; true if there was one.
    #[doc(hidden)]
    pub fn refresh(&self) -> Result<bool> {
        if self.follows() { self.step() } else { Ok(false) }
    }

    /// This view goes where another process leads.
    fn follows(&self) -> bool {
        matches!(self.view(), View::Live(_)) && !self.is_writable()
    }

    /// … without being told to.
    pub(crate) fn follows_by_itself(&self) -> bool {
        self.shared().config.auto_refresh && self.follows()
    }

    /// Somebody has committed what this view has not stepped to; it may have to wait for partners.
    pub(crate) fn is_behind(&self) -> bool {
        self.follows() && self.followed_to.load(Ordering::Acquire) != self.store().last_txn()
    }

    /// How often the right to write has come or gone.
    pub(super) fn handovers(&self) -> u64 {
        self.handovers.load(Ordering::Acquire)
    }

    /// Lets another process write. The caller has the turn, and everything is committed.
    pub(crate) fn begin_following(&self) {
        self.store().begin_following();
        self.writable.store(false, Ordering::Release);
        self.handovers.fetch_add(1, Ordering::AcqRel);
    }

    /// Goes on where another process has left off, after `recover` has finished what that began. The
    /// caller has the lease and the turn.
    pub(crate) fn end_following(&self, recover: impl FnOnce() -> Result<()>) -> Result<()> {
        let _one_at_a_time = self.following.lock();
        self.store().take_rope()?;
        let last = self.store().newest_head()?;
        let state = last.state;
        self.move_to(last)?;
        recover()?;
        if self.store().state() > state {
            self.mark_all(self.store().state());
        }
        self.check_kept()?;
        self.store().end_following();
        self.catalogue.take_over(self.store())?;
        self.tag_names.take_over();
        self.pending.lock().goes_on(self.store().next_oid());
        // First the word, then the cells: who loads one meanwhile looks again.
        self.handovers.fetch_add(1, Ordering::AcqRel);
        self.each_loaded(AnyCell::refresh);
        slots::tend();
        self.writable.store(true, Ordering::Release);
        Ok(())
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
        if moved && matches!(store.pins().follow(head.state), Err(Error::Pruned { .. })) {
            // A later state is on its way, which forgets this one.
            return Ok(false);
        }
        self.move_to(head)?;
        self.tag_names.step();
        self.followed_to.store(seen, Ordering::Release);
        Ok(moved)
    }

    /// First the cells, then the view: whoever sees the new state sees the marks too.
    fn move_to(&self, head: Head) -> Result<()> {
        let before = self.store().state();
        if head.state <= before {
            return Ok(());
        }
        if head.oldest > before {
            self.mark_all(head.state);
        } else {
            self.mark(before, head.state)?;
        }
        self.store().step_to(head);
        Ok(())
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
