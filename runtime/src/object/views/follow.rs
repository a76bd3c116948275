//! Following another process: from one committed state to a later one, in one step.

use std::sync::atomic::Ordering;

use super::stepping::Stepped;
use crate::{
    Result,
    object::{cells::any_cell::AnyCell, objects::Objects},
    store::{Changes, Happened, Head, StateNum, View},
    sync::slots,
};

impl Objects {
    /// Steps to the last committed state if somebody has committed and this view follows by itself.
    /// What is closed is refused.
    pub(crate) fn follow(&self) -> Result<()> {
        self.check_not_closed()?;
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
    pub(in crate::object) fn follows(&self) -> bool {
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
    pub(in crate::object) fn handovers(&self) -> u64 {
        self.handovers.load(Ordering::Acquire)
    }

    /// Lets another process write. The caller has the turn, and everything is committed.
    pub(crate) fn begin_following(&self) {
        self.pending.lock().keep_all_for_views();
        self.store().begin_following();
        self.writable.store(false, Ordering::Release);
        self.handovers.fetch_add(1, Ordering::AcqRel);
    }

    /// Goes on where another process has left off, after `recover` has finished what that began. The
    /// caller has the lease and the turn.
    pub(crate) fn end_following(&self, recover: impl FnOnce() -> Result<()>) -> Result<()> {
        let _one_at_a_time = self.shared().stepping.lock();
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
        if self.followed_to.load(Ordering::Acquire) == self.store().last_txn() {
            return Ok(false);
        }
        self.step_together().map(|stepped| stepped == Stepped::On)
    }

    /// First the cells, then the view: whoever sees the new state sees the marks too.
    pub(in crate::object) fn move_to(&self, head: Head) -> Result<()> {
        let before = self.store().state();
        if head.state <= before {
            // A commit that made no state may have forgotten some, or given numbers back.
            if head.state == before && head.revision > self.store().head().revision {
                self.store().step_to(head);
            }
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
