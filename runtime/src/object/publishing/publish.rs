//! Publishing: drafts, new objects, deletions and rows become visible, each in one step.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::pending::Pending;
use crate::{
    Error, Result,
    class::{Class, ClassState},
    fields::Change,
    object::{
        cells::{any_cell::AnyCell, cell::Cell, moment::Moment, version::Version},
        handles::{context, hold::Hold, inside::Keep, read::Read},
        loading::{evolve, row},
        objects::Objects,
        shared::Part,
    },
    store::{Layer, LayerRows, Oid, OidKey, Store, Table, oid_key},
    sync::{MutexGuard, RwLockWriteGuard, slots, spin_loop},
};

impl<T: Class> Cell<T> {
    /// Publishes the object as it is. The caller has the turn.
    pub(in crate::object) fn republish(self: &Arc<Self>) -> Result<()> {
        let value = Read::of_last(self)?;
        let keep = Keep::new(&self.objects);
        let draft = context::clone_for_draft(&*value, &keep);
        self.objects.publish(self, draft, value.version(), Some(&keep))
    }
}

impl Objects {
    /// Locks out publishing and freezing; tells when what is published now happens.
    fn publishing<R>(&self, publish: impl FnOnce(&Moment<'_>, &mut Publishing<'_>) -> R) -> R {
        let mut frames = self.shared.in_atomic().then(|| self.shared.frames.lock());
        let frame = frames.as_mut().and_then(|frames| frames.last_mut());
        let outcome = frame.as_ref().map(|frame| frame.outcome.clone());
        let part = frame.map(|frame| frame.part(&self.me()));
        let pending = self.pending.lock();
        let moment = pending.moment(self.shared.epoch(), outcome.as_ref());
        publish(
            &moment,
            &mut Publishing { part, pending, young_from: &self.young_from, store: self.store() },
        )
    }

    /// Makes a new object.
    pub(in crate::object) fn create<T: Class>(self: &Arc<Self>, value: T) -> Result<Hold<T>> {
        self.check_writable()?;
        let class = self.class::<T>()?;
        let (stripped, references) = self.prepare(&value, &class)?;
        let oid = self.store().new_oid();
        let kept = self.keep_new(&class, oid, &value)?;
        let name = self.name_of_new::<T>()?;
        let (value, _handles) = match stripped {
            Some(stripped) => (stripped, Some(value)),
            None => (value, None),
        };
        let price = self.price(&value, &class);
        let home = self.clone();
        Ok(self.publishing(|moment, to| {
            // With a handle from the first: a commit must not find it without a holder.
            let cell = Cell::made(oid, class, home, value, moment);
            let hold = Hold::first(cell.clone());
            to.young(cell);
            to.count(&references, &[]);
            to.keep(kept);
            if let Some(name) = name {
                let row = oid_key(oid);
                self.write_target(to, Layer::write, |rows| {
                    rows.put(Table::Names, &name, row.as_bytes());
                });
            }
            self.health.add(price);
            hold
        }))
    }

    /// A rough price in memory of a value that is to be published. While commits fail nobody knows
    /// how much will have to wait, so it is looked at in full.
    fn price<T: Class>(&self, value: &T, class: &ClassState) -> usize {
        let inside =
            if self.health.is_failing() { row::encoded_len(&self.me(), value, class) } else { 0 };
        size_of::<T>() + inside + VERSION_BYTES
    }

    /// Looks into a value that is to be published: what it refers to, and whether it can be stored.
    /// Gives a clone to be published in its stead, if handles of the user's are in it.
    fn prepare<T: Class>(&self, value: &T, class: &ClassState) -> Result<(Option<T>, Vec<Oid>)> {
        if T::INFO.plain {
            return Ok((None, Vec::new()));
        }
        let gathered = row::walk(&self.me(), value, class)?;
        if gathered.live == 0 {
            return Ok((None, gathered.references));
        }
        let stripped = match context::clone_for_publish(&self.me(), value, gathered.live) {
            Some(stripped) => stripped,
            None => row::read_again(&self.me(), value, class)?,
        };
        Ok((Some(stripped), gathered.references))
    }

    /// Publishes a draft over the version it was made from.
    pub(in crate::object) fn publish<T: Class>(
        &self,
        cell: &Arc<Cell<T>>,
        draft: T,
        before: &Version<T>,
        keep: Option<&Arc<Keep>>,
    ) -> Result<()> {
        self.check_writable()?;
        let (stripped, new) = self.prepare(&draft, cell.class())?;
        let kept = self.keep(cell.class(), cell.oid(), before.value(), Some(&draft))?;
        let mut old = match before.value() {
            Some(value) if !T::INFO.plain => row::references(&self.me(), value, cell.class())?,
            _ => Vec::new(),
        };
        old.extend(evolve::let_go_unseen(cell, before)?);
        if let Some(keep) = keep {
            keep.take_over(self, old.iter().copied().filter(|oid| !new.contains(oid)));
        }
        // The user's handles in the draft hold their objects until the counts do.
        let (value, _handles) = match stripped {
            Some(stripped) => (stripped, Some(draft)),
            None => (draft, None),
        };
        let price = self.price(&value, cell.class());
        self.publishing(|moment, to| {
            let first = cell.publish(value, moment)?;
            to.count(&new, &old);
            to.keep(kept);
            if first {
                to.dirty(cell.clone());
            }
            self.health.add(price);
            Ok::<_, Error>(())
        })?;
        slots::tend();
        Ok(())
    }

    /// Deletes an object that nothing refers to; what it refers to is let go.
    pub(crate) fn delete(
        &self,
        cell: Arc<dyn AnyCell>,
        references: &[Oid],
        kept: Option<Box<Change>>,
    ) -> Result<()> {
        let name = self.name_of_singleton(cell.class(), cell.oid())?;
        self.publishing(|moment, to| {
            cell.delete(moment)?;
            if let Some(name) = name {
                self.write_target(to, Layer::write, |rows| rows.delete(Table::Names, &name));
            }
            let class = Self::class_tag(cell.class().id);
            to.store.with_target(|rows| rows.write().postings.leave(class, cell.oid()));
            to.count(&[], references);
            to.keep(kept);
            // Also a new one: what it consists of beside its row has to go.
            to.dirty(cell);
            Ok(())
        })
    }

    /// Writes rows as one step.
    pub(crate) fn write_rows<R>(&self, write: impl FnOnce(&mut LayerRows) -> R) -> R {
        let (result, bytes) = self.publishing(|_, to| self.write_target(to, Layer::write, write));
        self.spill_beyond_budget(bytes);
        result
    }

    /// Changes an element of a collection and its header where they stand, as one step: see
    /// [`LayerRows::edit`]. `then` goes on in the same step, if that was done.
    pub(in crate::object) fn edit_rows(
        &self,
        collection: OidKey,
        element: &[u8],
        edit: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>) -> bool,
        then: impl FnOnce(&mut LayerRows),
    ) -> bool {
        let write = |rows: &mut LayerRows| {
            let done = rows.edit(collection, element, edit);
            if done {
                then(rows);
            }
            done
        };
        let (done, bytes) = self.publishing(|_, to| self.write_target(to, Layer::write_on, write));
        self.spill_beyond_budget(bytes);
        done
    }

    /// Writes rows of a collection as one step. `write` gets the layers below the one that is written
    /// to which may have rows of it; none, if the file may have some too.
    pub(in crate::object) fn write_rows_of<R>(
        &self,
        oid: Oid,
        write: impl FnOnce(&mut LayerRows, Option<&[Arc<Layer>]>) -> R,
    ) -> R {
        let (result, bytes) = self.publishing(|_, to| {
            let below = to.pending.is_unsealed(oid).then(|| to.store.below_target());
            self.write_target(to, Layer::write, |rows| write(rows, below.as_deref()))
        });
        self.spill_beyond_budget(bytes);
        result
    }

    /// Makes rows that were gathered in a layer of their own to be seen, in one step.
    pub(in crate::object) fn write_layer(&self, layer: Arc<Layer>) {
        let bytes = layer.read().bytes();
        self.publishing(|_, to| {
            self.raise_rows_version();
            to.store.put_down(vec![layer], || ());
            self.raise_rows_version();
            self.health.add(bytes);
        });
    }

    /// Makes room in memory, if the layer that this thread writes to has so many bytes that it must.
    /// Other layers are left to the committer.
    fn spill_beyond_budget(&self, bytes: usize) {
        if bytes > self.spills_at.load(Ordering::Relaxed) {
            let budget = self.shared.config.pending_bytes;
            let in_vain = !self.store().spill_private();
            let next = if in_vain { bytes + budget } else { budget };
            self.spills_at.store(next, Ordering::Relaxed);
        }
    }

    /// Gives the size of the layer, too.
    #[inline]
    fn write_target<R>(
        &self,
        to: &mut Publishing<'_>,
        lock: impl Fn(&Layer) -> RwLockWriteGuard<'_, LayerRows>,
        write: impl FnOnce(&mut LayerRows) -> R,
    ) -> (R, usize) {
        to.store.with_target(|layer| {
            let mut rows = lock(layer);
            let before = rows.bytes();
            self.raise_rows_version();
            let result = write(&mut rows);
            self.raise_rows_version();
            let bytes = rows.bytes();
            self.tell_growth(before, bytes);
            (result, bytes)
        })
    }

    /// Nobody else raises it meanwhile: the caller has the publish lock.
    fn raise_rows_version(&self) {
        let version = self.rows_version.load(Ordering::Relaxed);
        self.rows_version.store(version + 1, Ordering::Release);
    }

    /// Tells how much a layer grew; what is little, not each time.
    fn tell_growth(&self, before: usize, after: usize) {
        let told = |bytes: usize| bytes - bytes % TOLD_BYTES;
        if told(after) > told(before) {
            self.health.add(told(after) - told(before));
        }
    }

    /// Writes rows that no `atomic` takes back, also not the one that this thread is in.
    pub(in crate::object) fn write_for_good(&self, write: impl FnOnce(&mut LayerRows)) {
        let _pending = self.pending.lock();
        let layer = self.store().active();
        let mut rows = layer.write();
        let before = rows.bytes();
        write(&mut rows);
        self.tell_growth(before, rows.bytes());
    }

    /// Runs `read` while nothing is published. It must not run the user's code.
    pub(in crate::object) fn while_unpublished<R>(&self, read: impl FnOnce() -> R) -> R {
        let _pending = self.pending.lock();
        read()
    }

    /// Stays the same while no rows are published; waits while some are.
    pub(in crate::object) fn rows_version(&self) -> u64 {
        loop {
            let version = self.rows_version.load(Ordering::Acquire);
            if version.is_multiple_of(2) {
                return version;
            }
            spin_loop();
        }
    }

    /// Lets what an `atomic` did in several prefixes wait for their commits. `flip` is called while
    /// all of them are locked: objects and rows become visible with it, in one step.
    pub(crate) fn join(mut parts: Vec<Part>, flip: impl FnOnce(u64)) {
        // Locked in one order everywhere: from the smallest number up.
        parts.sort_by_key(|part| std::cmp::Reverse(part.objects.store().prefix_id()));
        let together = parts.iter().map(|part| part.objects.clone()).collect();
        Self::join_rest(parts, together, flip);
    }

    fn join_rest(mut parts: Vec<Part>, together: Vec<Arc<Self>>, flip: impl FnOnce(u64)) {
        let Some(part) = parts.pop() else { return };
        let objects = part.objects;
        let mut pending = objects.pending.lock();
        objects.raise_rows_version();
        objects.store().pop_private(|| {
            if parts.is_empty() {
                objects.shared.bonds.bind(together);
                flip(objects.shared.epoch());
            } else {
                Self::join_rest(parts, together, flip);
            }
        });
        objects.raise_rows_version();
        let round = pending.round;
        part.young.iter().for_each(|cell| {
            cell.mark_dirty(round);
        });
        if let Some(first) = part.young.first() {
            let from = objects.young_from.load(Ordering::Relaxed).min(first.oid().0);
            objects.young_from.store(from, Ordering::Release);
        }
        pending.young.extend(part.young);
        pending.dirty.extend(part.cells.into_iter().filter(|cell| cell.mark_dirty(round)));
    }
}

/// How much a layer grows until somebody is told of it.
const TOLD_BYTES: usize = 1024;

/// A rough price in memory of a version that waits, beside its value.
pub(crate) const VERSION_BYTES: usize = 200;

/// The publish lock, held; and where what is published goes.
struct Publishing<'a> {
    part: Option<&'a mut Part>,
    pending: MutexGuard<'a, Pending>,
    young_from: &'a AtomicU64,
    store: &'a Store,
}

impl Publishing<'_> {
    fn young(&mut self, cell: Arc<dyn AnyCell>) {
        if let Some(part) = &mut self.part {
            part.young.push(cell);
            return;
        }
        // Under the lock, or the end of a commit could raise it again meanwhile.
        if cell.oid().0 < self.young_from.load(Ordering::Relaxed) {
            self.young_from.store(cell.oid().0, Ordering::Release);
        }
        self.pending.young.push(cell);
    }

    fn dirty(&mut self, cell: Arc<dyn AnyCell>) {
        match &mut self.part {
            Some(part) => part.cells.push(cell),
            None => self.pending.dirty.push(cell),
        }
    }

    /// Changes what is kept of fields.
    fn keep(&mut self, change: Option<Box<Change>>) {
        let Some(mut change) = change else { return };
        if let Some(part) = &mut self.part {
            part.claims.append(&mut change.claims);
        }
        self.store.with_target(|rows| change.apply(&mut rows.write()));
    }

    /// Counts references that came and went.
    fn count(&mut self, new: &[Oid], old: &[Oid]) {
        if new.is_empty() && old.is_empty() {
            return;
        }
        self.store.with_target(|layer| {
            let mut rows = layer.write();
            new.iter().for_each(|oid| rows.count(*oid, 1));
            old.iter().for_each(|oid| rows.count(*oid, -1));
        });
    }
}
