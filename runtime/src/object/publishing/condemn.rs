//! Deleting objects together that hold each other: all of them, or none.

use std::sync::{Arc, atomic::Ordering};

use super::{
    freeze::Killing,
    pending::{Condemned, Frozen},
};
use crate::{object::objects::Objects, store::Oid};

impl Objects {
    /// Has the next commit judge these, which seem to be held by nothing but each other.
    pub(crate) fn condemn(&self, condemned: Arc<Condemned>) {
        self.pending.lock().condemned.push(condemned);
    }

    /// The user has a handle of this object or collection.
    pub(crate) fn is_in_hands(&self, oid: Oid) -> bool {
        self.loaded(oid).is_some_and(|cell| cell.is_in_hands())
            || self.anchors.get(&oid).is_some_and(|anchor| anchor.strong_count() > 0)
            || self.is_taken_out(oid)
    }

    /// Lets objects and collections die, given by ascending oid, of which a commit knows no holders
    /// but themselves. If some are held after all, these are given, and nothing has happened.
    ///
    /// Publishing waits meanwhile, for as long as it takes to look at those that are loaded.
    pub(crate) fn kill_together(&self, oids: &Arc<[Oid]>, frozen: &Frozen) -> Vec<Oid> {
        // Declared before the lock, so that what is dropped last is not dropped under it.
        let cells;
        let mut anchors = Vec::new();
        let mut pending = self.pending.lock();
        // Before looking for cells: whoever loads an object lists its cell, and then looks here.
        self.is_killing.store(true, Ordering::SeqCst);
        let is_meant = |oid: &Oid| oids.binary_search(oid).is_ok();
        let mut held = self.store().held_since(&frozen.layers, oids);
        for anchor in self.anchors.iter().filter(|anchor| is_meant(anchor.key())) {
            if let Some(anchored) = anchor.upgrade() {
                // From now on the end of the last handle is told.
                anchored.set_unheld(true);
                held.push(*anchor.key());
                anchors.push(anchored);
            }
        }
        let taken: Vec<_> = self.taken.lock().keys().filter(|oid| is_meant(oid)).copied().collect();
        held.extend(taken.into_iter().filter(|oid| self.is_taken_out(*oid)));
        cells = self.cells.among(oids);
        // Deleted ones were so for a commit that failed.
        let living = cells.iter().filter(|cell| !cell.is_deleted(frozen.epoch));
        let mut claimed = Vec::new();
        for cell in living {
            match cell.claim(frozen.epoch) {
                Killing::Dead => claimed.push(cell),
                Killing::HeldByHandle | Killing::HeldAnew => held.push(cell.oid()),
            }
        }
        if held.is_empty() {
            let moment = pending.moment(self.shared.epoch(), None);
            // Being deleted already is no failure.
            claimed.iter().for_each(|cell| drop(cell.die(&moment)));
            pending.dying_together.push(oids.clone());
        }
        claimed.iter().for_each(|cell| cell.decided());
        held
    }
}
