//! The write guards that a thread holds. They belong to their thread, and so does this list.

use std::{
    panic::Location,
    ptr,
    sync::{Arc, atomic::Ordering},
};

use crate::{
    Error, Result, lmdb,
    object::{objects::Objects, shared::Shared},
    store::{Oid, PrefixId},
    sync::{is_committer, lasting},
};

struct Guarded {
    /// Whose turn it is under: an address, to be compared.
    shared: *const Shared,
    prefix: PrefixId,
    oid: Oid,
    place: &'static Location<'static>,
    /// The object is to be written, whether the guard changes it or not.
    must_write: bool,
    /// It was taken in an `atomic` that has been undone.
    is_undone: bool,
}

lasting! {
    static GUARDS: Vec<Guarded> = Vec::new();
}

impl Guarded {
    fn is_on(&self, objects: &Objects, oid: Oid) -> bool {
        self.oid == oid
            && ptr::eq(self.shared, Arc::as_ptr(objects.shared()))
            && self.prefix == objects.store().prefix_id()
    }
}

impl Shared {
    /// Write guards of this thread in this workspace.
    pub(crate) fn guards_open(&self) -> usize {
        GUARDS.with_borrow(|guards| self.mine(guards).count())
    }

    fn mine<'g>(&self, guards: &'g [Guarded]) -> impl Iterator<Item = &'g Guarded> {
        guards.iter().filter(|guard| ptr::eq(guard.shared, self))
    }

    /// Refuses what can't be done while this thread holds a write guard.
    pub(crate) fn refuse_in_guard(&self, operation: &'static str) -> Result<()> {
        if !self.turn.is_mine() {
            return Ok(());
        }
        let outside = self.frames.lock().last().map_or(0, |frame| frame.guards_before);
        let place =
            GUARDS.with_borrow(|guards| self.mine(guards).nth(outside).map(|one| one.place));
        match place {
            Some(place) => {
                let situation = format!("while this thread holds the write guard taken at {place}");
                Err(Error::Misuse { operation, situation })
            }
            None => Ok(()),
        }
    }
}

impl Shared {
    /// An `atomic` is undone: what is drafted in the guards that it leaves behind goes with it. It found
    /// so many of them when it began.
    pub(crate) fn undo_guards(&self, guards_before: usize) {
        GUARDS.with_borrow_mut(|guards| {
            let mine = guards.iter_mut().filter(|guard| ptr::eq(guard.shared, self));
            for guard in mine.skip(guards_before) {
                guard.is_undone = true;
                self.has_undone_guards.store(true, Ordering::Relaxed);
            }
        });
    }
}

/// This thread holds a write guard, in whatever workspace.
pub(crate) fn holds_guards() -> bool {
    GUARDS.with_borrow(|guards| !guards.is_empty())
}

/// Refuses what must not happen in a forked child: what it has is its parent's, and a lock that
/// another thread of the parent held is held for ever.
pub(crate) fn refuse_in_child(operation: &'static str) -> Result<()> {
    if lmdb::forked() {
        let situation = "in a forked child: open the workspace in one process only".into();
        return Err(Error::Misuse { operation, situation });
    }
    Ok(())
}

/// Refuses what would wait for others on a thread that commits, whom they may be waiting for: it runs
/// code of the user's too.
pub(crate) fn refuse_in_commit(operation: &'static str) -> Result<()> {
    if is_committer() {
        let situation = "from a value's own code that runs in a commit".into();
        return Err(Error::Misuse { operation, situation });
    }
    Ok(())
}

impl Objects {
    fn guard_on(&self, oid: Oid) -> Option<&'static Location<'static>> {
        GUARDS.with_borrow(|guards| {
            guards.iter().find(|guard| guard.is_on(self, oid)).map(|guard| guard.place)
        })
    }

    /// Notes a write guard; a second one on the same object is misuse.
    pub(in crate::object) fn add_guard(
        &self,
        oid: Oid,
        place: &'static Location<'static>,
    ) -> Result<()> {
        if let Some(first) = self.guard_on(oid) {
            return Err(Error::AlreadyWriting { uuid: self.uuid(oid), place: first.to_string() });
        }
        let (shared, prefix) = (Arc::as_ptr(self.shared()), self.store().prefix_id());
        let guarded = Guarded { shared, prefix, oid, place, must_write: false, is_undone: false };
        GUARDS.with_borrow_mut(|guards| guards.push(guarded));
        Ok(())
    }

    /// The guard on the object was taken in an `atomic` that has been undone.
    #[inline]
    pub(in crate::object) fn is_guard_undone(&self, oid: Oid) -> bool {
        // Only the guard's own thread can have said so.
        self.shared().has_undone_guards.load(Ordering::Relaxed) && self.is_listed_undone(oid)
    }

    #[cold]
    fn is_listed_undone(&self, oid: Oid) -> bool {
        GUARDS.with_borrow(|guards| {
            guards.iter().any(|guard| guard.is_undone && guard.is_on(self, oid))
        })
    }

    /// Has this thread's guard on an object write that in any case; false if there is none.
    pub(in crate::object) fn must_write_guarded(&self, oid: Oid) -> bool {
        GUARDS.with_borrow_mut(|guards| {
            let guard = guards.iter_mut().find(|guard| guard.is_on(self, oid));
            guard.map(|guard| guard.must_write = true).is_some()
        })
    }

    /// The guard is dropped: gives where it was taken, and whether the object is to be written in any case.
    pub(in crate::object) fn remove_guard(
        &self,
        oid: Oid,
    ) -> Option<(&'static Location<'static>, bool)> {
        // A guard that is dropped with the thread's own data may come after the list was emptied.
        GUARDS.with_borrow_mut(|guards| {
            let position = guards.iter().rposition(|guard| guard.is_on(self, oid))?;
            let Guarded { place, must_write, .. } = guards.remove(position);
            Some((place, must_write))
        })
    }

    /// Refuses what can't be done to an object while a guard on it is open.
    pub(crate) fn refuse_guard_on(&self, oid: Oid, operation: &'static str) -> Result<()> {
        match self.guard_on(oid) {
            Some(place) => {
                let situation = format!("while the write guard taken at {place} is open");
                Err(Error::Misuse { operation, situation })
            }
            None => Ok(()),
        }
    }
}
