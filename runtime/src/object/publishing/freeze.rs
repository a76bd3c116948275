//! Commits as objects see them: what waits is taken, the dead are buried, the rest settles.

use std::{
    collections::BTreeMap,
    mem,
    panic::Location,
    sync::{Arc, atomic::Ordering},
};

use super::pending::{Frozen, Pending, Undecided};
use crate::{
    Result, lmdb,
    object::{cells::any_cell::AnyCell, handles::inside::Keep, loading::row, objects::Objects},
    store::{Chunk, Layer, Oid, Table, TagId, oid_at, oid_key},
    sync::{MutexGuard, slots},
};

/// What became of an object that was to die.
pub(crate) enum Killing {
    Dead,
    /// Handles hold it, and nothing else.
    HeldByHandle,
    /// Something that is not in this commit yet holds it.
    HeldAnew,
}

impl Objects {
    /// Makes candidates of the objects that only handles held when the prefix was last written;
    /// false if there are none.
    pub(crate) fn sweep_orphans(&self) -> Result<bool> {
        let mut orphans = Vec::new();
        let mut from = 0;
        while let Some(number) = self.view.next_chunk(TagId::ORPHANS, from)? {
            let mut chunk = Chunk::EMPTY;
            self.view.chunk(TagId::ORPHANS, number, &mut chunk)?;
            orphans.extend(chunk.iter().map(|n| oid_at(number, n)));
            from = number + 1;
        }
        if !orphans.is_empty() {
            let by_class = self.count_by_class(&orphans)?;
            tracing::warn!(
                "nothing but handles held these when prefix {:?} was last written, and they are \
                 deleted: {by_class}",
                self.name
            );
            self.pending.lock().dropped.extend(orphans);
            return Ok(true);
        }
        Ok(false)
    }

    /// How many there are of each class, as messages say it.
    fn count_by_class(&self, oids: &[Oid]) -> Result<String> {
        let mut counts = BTreeMap::<String, u64>::new();
        for oid in oids {
            let class = |body: &[u8]| row::header(body).map(|(class, ..)| class);
            let class = self.view.get(Table::Objects, oid_key(*oid).as_bytes(), class)?.flatten();
            let name = class.map_or("collection".into(), |class| self.catalogue().name(class));
            *counts.entry(name).or_default() += 1;
        }
        let counts = counts.iter().map(|(name, count)| format!("{count} of {name}"));
        Ok(counts.collect::<Vec<_>>().join(", "))
    }

    /// Lets an object die that nothing durable holds as of a commit, unless it is held by now.
    /// Whoever takes a handle after this finds the object deleted.
    pub(crate) fn kill(
        &self,
        oid: Oid,
        cell: Option<&Arc<dyn AnyCell>>,
        frozen: &Frozen,
    ) -> Killing {
        // Declared before the lock, so that what is dropped last is not dropped under it.
        let (loaded, anchor);
        let mut pending = self.pending.lock();
        // Before looking for a cell: whoever loads the object lists its cell, and then looks here.
        self.is_killing.store(true, Ordering::SeqCst);
        if !self.store().held_since(&frozen.layers, &[oid]).is_empty() {
            return Killing::HeldAnew;
        }
        // A handle may have loaded the object since the caller looked for its cell.
        loaded = self.cells.get(oid);
        anchor = self.anchors.get(&oid).and_then(|anchor| anchor.upgrade());
        let cell = cell.or(loaded.as_ref());
        // From now on the end of the last handle is told: first the mark, then the look.
        cell.inspect(|cell| cell.set_unheld(true));
        anchor.iter().for_each(|anchor| anchor.set_unheld(true));
        if anchor.is_some() || self.is_taken_out(oid) {
            return Killing::HeldByHandle;
        }
        let moment = pending.moment(self.shared.epoch(), None);
        // It may have been deleted for a commit that failed.
        if let Some(cell) = cell.filter(|cell| !cell.is_deleted(frozen.epoch)) {
            let claimed = cell.claim(frozen.epoch);
            if !matches!(claimed, Killing::Dead) {
                return claimed;
            }
            // Being deleted already is no failure.
            drop(cell.die(&moment));
            cell.decided();
        }
        pending.dying.insert(oid);
        Killing::Dead
    }

    /// The object is being deleted by a commit that is not on disk yet.
    pub(in crate::object) fn is_dying(&self, oid: Oid) -> bool {
        self.is_killing.load(Ordering::SeqCst) && self.pending.lock().is_dying(oid)
    }

    /// Notes that an object may be in the user's hands though nothing refers to it any more.
    pub(in crate::object) fn taken_out(&self, oid: Oid, keep: &Arc<Keep>) {
        self.taken.lock().entry(oid).or_default().push(Arc::downgrade(keep));
    }

    pub(in crate::object) fn is_taken_out(&self, oid: Oid) -> bool {
        let mut taken = self.taken.lock();
        let Some(keeps) = taken.get_mut(&oid) else { return false };
        keeps.retain(|keep| keep.strong_count() > 0);
        let is_taken = !keeps.is_empty();
        if !is_taken {
            taken.remove(&oid);
        }
        is_taken
    }

    /// Notes that the last handle of an object went while nothing else held it.
    pub(in crate::object) fn dropped(&self, oid: Oid) {
        // In a forked child the lock may be held for ever, and there will be no commit.
        if !lmdb::forked() {
            self.pending.lock().dropped.push(oid);
        }
    }

    /// The next commit looks at these, whether or not something happens to them.
    pub(crate) fn look_again_at(&self, oids: &[Oid]) {
        if !oids.is_empty() {
            self.pending.lock().dropped.extend_from_slice(oids);
        }
    }

    /// Has the next commit, which is to come soon, go on with what one commit did not get to.
    pub(crate) fn go_on_with(&self, oids: &[Oid]) {
        self.look_again_at(oids);
        if !oids.is_empty() {
            self.health.wake();
        }
    }

    /// There is something to commit.
    pub(crate) fn is_dirty(&self) -> bool {
        !self.pending.lock().is_empty() || self.store().is_dirty()
    }

    /// Takes what waits for a commit in prefixes that belong together: a consistent cut. `None` if
    /// more of them belong together by now.
    pub(crate) fn freeze(group: &[Arc<Self>]) -> Option<Vec<Frozen>> {
        let mut locked: Vec<_> =
            group.iter().map(|objects| (objects, objects.pending.lock())).collect();
        let (first, _) = locked.first()?;
        let bonds = &first.shared.bonds;
        if bonds.group(first).len() != group.len() {
            return None;
        }
        bonds.release(group);
        let epoch = first.shared.end_epoch();
        let freeze = |(objects, pending): &mut (&Arc<Self>, MutexGuard<'_, Pending>)| {
            let layers = objects.store().seal();
            pending.freeze(
                epoch,
                objects.store().next_oid(),
                layers,
                objects.health.pending_bytes(),
            )
        };
        Some(locked.iter_mut().map(freeze).collect())
    }

    /// The commit succeeded: its layers and versions are no longer needed. What was frozen is to be
    /// dropped when nobody waits any more: it may be much.
    pub(crate) fn committed(&self, frozen: &Frozen) {
        // Those that somebody still holds are found by the map from now on; a view that holds still may
        // ask for any.
        let list_all = !self.pending.lock().spans.is_empty();
        let is_held = |cell: &&Arc<dyn AnyCell>| list_all || Arc::strong_count(cell) > 1;
        let held: Vec<_> = frozen.young.iter().filter(is_held).collect();
        for cell in &held {
            self.cells.get_or_insert(cell.oid(), || Arc::clone(cell));
        }
        let needed = {
            let mut pending = self.pending.lock();
            self.store().unstack(&frozen.layers);
            pending.committed(frozen);
            pending.none_is_dying();
            self.is_killing.store(false, Ordering::Relaxed);
            let first = pending.young.first().map_or(u64::MAX, |cell| cell.oid().0);
            self.young_from.store(first, Ordering::Release);
            self.health.remove(frozen.bytes.get());
            pending.needed()
        };
        slots::in_bulk(|| {
            let settle = |cell: &Arc<dyn AnyCell>| cell.settle(frozen.round, &needed);
            held.into_iter().chain(frozen.dirty.iter()).for_each(settle);
        });
    }

    /// Lets go of names of tags that nothing bears any more, if nobody is writing at the moment.
    pub(crate) fn let_go_of_names(&self) {
        if !self.tag_names.has_unborne(self.store()) {
            return;
        }
        let Some(_turn) = self.shared.turn_for_committer(Location::caller()) else { return };
        if let Err(error) = self.tag_names.let_go(self.store()) {
            // There is time until the next opening.
            tracing::warn!("names of tags are not reclaimed: {error}");
        }
    }

    /// The commit failed: everything waits again.
    pub(crate) fn not_committed(group: &[Arc<Self>], frozen: Vec<Frozen>) {
        // However many commits fail, reads look through a few layers.
        let merged: Vec<_> = frozen.iter().map(|frozen| Layer::of_all(&frozen.layers)).collect();
        let mut locked: Vec<_> =
            group.iter().map(|objects| (objects, objects.pending.lock())).collect();
        for (((objects, pending), frozen), merged) in locked.iter_mut().zip(frozen).zip(merged) {
            objects.weigh(&frozen);
            if let Some(merged) = merged {
                objects.store().restack(&frozen.layers, Some(merged));
            }
            pending.put_back(frozen);
        }
        if let Some((first, _)) = locked.first() {
            first.shared.bonds.bind(group.to_vec());
        }
    }

    /// Keeps a commit that nobody knows the outcome of: until that is known it goes on being
    /// committed, for what it holds must be neither let go of nor written twice.
    pub(crate) fn set_undecided(&self, undecided: Undecided) {
        {
            let _pending = self.pending.lock();
            self.weigh(&undecided.frozen);
        }
        *self.undecided.lock() = Some(undecided);
    }

    /// The commit that is [kept](Self::set_undecided), if there is one.
    pub(crate) fn take_undecided(&self) -> Option<Undecided> {
        self.undecided.lock().take()
    }

    /// It is closed, and so is every prefix whose commits would take it along: nobody will store what
    /// waits, which would keep the file open for ever.
    pub(crate) fn let_go_of_what_waits(self: &Arc<Self>) {
        self.shared.bonds.release(std::slice::from_ref(self));
        let cells = {
            let mut pending = self.pending.lock();
            (mem::take(&mut pending.dirty), mem::take(&mut pending.young))
        };
        // Values of the user's go with them: not under the lock.
        drop((cells, self.take_undecided()));
    }

    /// No other prefix is committed together with this one.
    pub(crate) fn is_committed_alone(self: &Arc<Self>) -> bool {
        self.shared.bonds.group(self).len() == 1
    }

    /// Counts what waits still at what it came to. The caller has the publish lock.
    fn weigh(&self, frozen: &Frozen) {
        let encoded = frozen.encoded.get();
        if encoded > 0 {
            self.health.recount(frozen.bytes.replace(encoded), encoded);
        }
    }
}
