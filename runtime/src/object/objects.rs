//! The objects of a prefix as one view shows them: loading, publishing, freezing.

use std::{
    fmt,
    ops::{ControlFlow, RangeInclusive},
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use dashmap::DashMap;
use uuid::Uuid;

use super::{
    anchor::Anchored,
    cell::{AnyCell, Cell, Moment, Published, Retired},
    context,
    identity::Cells,
    pending::{Frozen, Pending},
    row,
    shared::Shared,
    version::{Content, Version},
};
use crate::{
    Error, Result,
    class::{Catalogue, Class, ClassState, Schema, TagNames},
    store::{ClassId, Direction, KeyRange, LayerRows, Oid, Store, Table, TagId, View, oid_key, oid_of_key},
    sync::{Mutex, MutexGuard},
};

/// Objects through a view: the live one of a prefix, or one of a past state.
pub struct Objects {
    shared: Arc<Shared>,
    view: View,
    name: Arc<str>,
    catalogue: Arc<Catalogue>,
    tag_names: Arc<TagNames>,
    cells: Cells,
    /// Collections that the user has handles on.
    anchors: DashMap<Oid, Weak<Anchored>>,
    /// Raised around each publishing of rows: odd while one is going on.
    rows_version: AtomicU64,
    /// The publish lock, and what waits for a commit. Empty for ever in views that only read.
    pending: Mutex<Pending>,
    writable: bool,
    me: Weak<Self>,
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects").field("prefix", &self.name).finish_non_exhaustive()
    }
}

impl Objects {
    pub(crate) fn new(
        shared: Arc<Shared>,
        view: View,
        name: Arc<str>,
        names: (Arc<Catalogue>, Arc<TagNames>),
        writable: bool,
    ) -> Arc<Self> {
        let (catalogue, tag_names) = names;
        Arc::new_cyclic(|me| Self {
            shared,
            view,
            name,
            catalogue,
            tag_names,
            cells: Cells::default(),
            anchors: DashMap::default(),
            rows_version: AtomicU64::new(0),
            pending: Mutex::default(),
            writable,
            me: me.clone(),
        })
    }

    /// The same prefix at a committed state.
    pub(crate) fn at(&self, view: View) -> Arc<Self> {
        let names = (self.catalogue.clone(), self.tag_names.clone());
        Self::new(self.shared.clone(), view, self.name.clone(), names, false)
    }

    fn me(&self) -> Arc<Self> {
        self.me.upgrade().unwrap_or_else(|| unreachable!("called through an Arc"))
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn view(&self) -> &View {
        &self.view
    }

    pub(crate) fn store(&self) -> &Arc<Store> {
        self.view.store()
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    pub(crate) fn tag_names(&self) -> &TagNames {
        &self.tag_names
    }

    /// The prefix's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is_writable(&self) -> bool {
        self.writable
    }

    pub(crate) fn check_writable(&self) -> Result<()> {
        self.shared.check_open()?;
        if self.writable {
            return Ok(());
        }
        let what = match &self.view {
            View::Live(_) | View::Following(_) => format!("prefix {:?}", self.name),
            View::At(_, state) => format!("the view of prefix {:?} at state {state}", self.name),
        };
        Err(Error::ReadOnly { what })
    }

    pub(crate) fn uuid(&self, oid: Oid) -> Uuid {
        self.store().prefix_id().uuid(oid)
    }

    /// A version of a class's fields; read again where another process may have added it.
    pub(crate) fn schema(&self, class: ClassId, schema: u32) -> Result<Option<Arc<Schema>>> {
        if let Some(known) = self.catalogue.schema(class, schema) {
            return Ok(Some(known));
        }
        self.catalogue.load(self.store())?;
        Ok(self.catalogue.schema(class, schema))
    }

    /// The class of a Rust type here.
    pub(crate) fn class<T: Class>(&self) -> Result<Arc<ClassState>> {
        if self.writable {
            return self.catalogue.of::<T>(self.store());
        }
        let unknown = || Error::Invalid(format!("prefix {:?} has no class {} yet", self.name, T::INFO.name));
        if let Some(class) = self.catalogue.known::<T>()? {
            return Ok(class);
        }
        self.catalogue.load(self.store())?;
        self.catalogue.known::<T>()?.ok_or_else(unknown)
    }

    /// The cell of an object, loaded or not.
    pub(super) fn cell<T: Class>(&self, oid: Oid) -> Result<Arc<Cell<T>>> {
        let found = self.cells.get(oid).or_else(|| self.young(oid));
        let cell = match found {
            Some(cell) => cell,
            None => {
                let class = self.class::<T>()?;
                let me = self.me();
                self.cells.get_or_insert(oid, || Cell::<T>::new(oid, class, me))
            }
        };
        let found = cell.class().clone();
        cell.into_any().downcast::<Cell<T>>().map_err(|_| Error::WrongClass {
            uuid: self.uuid(oid),
            expected: T::INFO.name.into(),
            found: found.info.name.into(),
        })
    }

    /// A new object that is not committed, or not even published to other threads.
    fn young(&self, oid: Oid) -> Option<Arc<dyn AnyCell>> {
        if !self.writable {
            return None;
        }
        if self.shared.in_atomic() {
            let frames = self.shared.frames.lock();
            let parts = frames.iter().flat_map(|frame| &frame.parts);
            let mine = parts.filter(|part| std::ptr::eq(&*part.objects, self));
            let found = mine.filter_map(|part| super::pending::find(&part.young, oid)).next();
            if found.is_some() {
                return found;
            }
        }
        self.pending.lock().young(oid)
    }

    pub(super) fn forget(&self, oid: Oid) {
        self.cells.forget(oid);
    }

    /// Locks out publishing and freezing; tells when what is published now happens.
    fn publishing<R>(&self, publish: impl FnOnce(&Moment<'_>, &mut Publishing<'_>) -> R) -> R {
        let mut frames = self.shared.in_atomic().then(|| self.shared.frames.lock());
        let frame = frames.as_mut().and_then(|frames| frames.last_mut());
        let outcome = frame.as_ref().map(|frame| frame.outcome.clone());
        let part = frame.map(|frame| frame.part(&self.me()));
        let pending = self.pending.lock();
        let moment = Moment { epoch: self.shared.epoch(), outcome: outcome.as_ref(), committing: pending.committing };
        publish(&moment, &mut Publishing { part, pending, store: self.store() })
    }

    /// Makes a new object.
    pub(crate) fn create<T: Class>(&self, value: T) -> Result<Arc<Cell<T>>> {
        self.check_writable()?;
        let class = self.class::<T>()?;
        let (value, references) = self.prepare(value, &class)?;
        let oid = self.store().new_oid();
        let cell = Cell::new(oid, class, self.me());
        cell.unheld.store(true, Ordering::Relaxed);
        self.publishing(|moment, to| {
            cell.publish(Content::Value(value), moment);
            to.young(cell.clone());
            to.count(&references, &[]);
        });
        Ok(cell)
    }

    /// Looks into a value that is to be published: what it refers to, and whether it can be stored.
    fn prepare<T: Class>(&self, value: T, class: &ClassState) -> Result<(T, Vec<Oid>)> {
        if T::INFO.plain {
            return Ok((value, Vec::new()));
        }
        let gathered = row::walk(&self.me(), &value, class)?;
        let value = if gathered.saw_live { context::clone_for_publish(&value) } else { value };
        Ok((value, gathered.references))
    }

    /// Publishes a draft over the version it was made from.
    pub(super) fn publish<T: Class>(&self, cell: &Arc<Cell<T>>, draft: T, old: &Version<T>) -> Result<()> {
        self.check_writable()?;
        let (draft, new) = self.prepare(draft, cell.class())?;
        let old = match old.value() {
            Some(value) if !T::INFO.plain => row::references(&self.me(), value, cell.class())?,
            _ => Vec::new(),
        };
        let retired = self.publishing(|moment, to| {
            let published = cell.publish(Content::Value(draft), moment);
            to.count(&new, &old);
            to.dirty(cell.clone(), published)
        });
        drop(retired);
        Ok(())
    }

    /// Deletes an object that nothing refers to; what it refers to is let go.
    pub(crate) fn delete(&self, cell: Arc<dyn AnyCell>, references: &[Oid]) {
        let retired = self.publishing(|moment, to| {
            let published = cell.delete(moment);
            let class = Self::class_tag(cell.class().id);
            to.store.target().write().postings.set(class, cell.oid(), false);
            to.count(&[], references);
            to.dirty(cell, published)
        });
        drop(retired);
    }

    /// Makes candidates of the objects that only handles held when the prefix was last written.
    pub(crate) fn sweep_orphans(&self) -> Result<()> {
        let mut orphans = Vec::new();
        self.view.scan(Table::Orphans, KeyRange::all(), Direction::Forward, &mut |key, _| {
            orphans.extend(oid_of_key(key).map(|(oid, _)| oid));
            Ok(ControlFlow::Continue(()))
        })?;
        if !orphans.is_empty() {
            tracing::warn!("{} objects of prefix {:?} were held by handles alone and are deleted", orphans.len(), self.name);
            self.pending.lock().dropped.extend(orphans);
        }
        Ok(())
    }

    /// The cell of an object, if it is in memory.
    pub(crate) fn loaded(&self, oid: Oid) -> Option<Arc<dyn AnyCell>> {
        self.cells.get(oid)
    }

    /// Publishes that an object is deleted, unless somebody has a handle on it.
    pub(crate) fn kill_if_unheld(&self, cell: &Arc<dyn AnyCell>) -> bool {
        let pending = self.pending.lock();
        if cell.is_held() {
            return false;
        }
        let moment = Moment { epoch: self.shared.epoch(), outcome: None, committing: pending.committing };
        let published = cell.delete(&moment);
        drop(pending);
        drop(published);
        true
    }

    /// Writes rows as one step.
    pub(crate) fn write_rows<R>(&self, write: impl FnOnce(&mut LayerRows) -> R) -> R {
        self.publishing(|_, to| {
            let layer = to.store.target();
            let mut rows = layer.write();
            self.rows_version.fetch_add(1, Ordering::Release);
            let result = write(&mut rows);
            self.rows_version.fetch_add(1, Ordering::Release);
            result
        })
    }

    /// Stays the same while no rows are published; waits while some are.
    pub(super) fn rows_version(&self) -> u64 {
        loop {
            let version = self.rows_version.load(Ordering::Acquire);
            if version % 2 == 0 {
                return version;
            }
            std::hint::spin_loop();
        }
    }

    /// Notes a new collection. It is looked at with the next commit, like everything that may
    /// have no holder.
    pub(super) fn anchored(&self, oid: Oid, anchor: &Arc<Anchored>) {
        self.anchors.insert(oid, Arc::downgrade(anchor));
        self.dropped(oid);
    }

    /// What the live handles of a collection share.
    pub(super) fn anchor(&self, oid: Oid, new: impl FnOnce() -> Arc<Anchored>) -> Arc<Anchored> {
        let mut entry = self.anchors.entry(oid).or_default();
        entry.upgrade().unwrap_or_else(|| {
            let anchor = new();
            *entry = Arc::downgrade(&anchor);
            anchor
        })
    }

    /// Somebody has a handle on a collection; whoever is told so tells when the handle goes.
    pub(crate) fn has_anchor(&self, oid: Oid) -> bool {
        let anchor = self.anchors.get(&oid).and_then(|anchor| anchor.upgrade());
        if anchor.is_none() {
            self.anchors.remove_if(&oid, |_, anchor| anchor.strong_count() == 0);
        }
        anchor.is_some_and(|anchor| {
            anchor.set_unheld(true);
            true
        })
    }

    /// Notes that the last handle of an object went while nothing else held it.
    pub(super) fn dropped(&self, oid: Oid) {
        self.pending.lock().dropped.push(oid);
    }

    /// There is something to commit.
    pub(crate) fn is_dirty(&self) -> bool {
        !self.pending.lock().is_empty() || self.store().is_dirty()
    }

    /// Takes what waits for a commit: a consistent cut.
    pub(crate) fn freeze(&self) -> Frozen {
        let mut pending = self.pending.lock();
        let layers = self.store().seal();
        pending.freeze(self.shared.end_epoch(), layers)
    }

    /// The commit succeeded: its layers and versions are no longer needed.
    pub(crate) fn committed(&self, frozen: Frozen) {
        for cell in frozen.young.iter() {
            // Those that somebody still holds are found by the map from now on.
            if Arc::strong_count(cell) > 1 {
                self.cells.get_or_insert(cell.oid(), || cell.clone());
            }
        }
        {
            let mut pending = self.pending.lock();
            self.store().unstack(&frozen.layers);
            pending.thaw();
        }
        let retired: Vec<Retired> =
            frozen.young.iter().chain(&frozen.dirty).map(|cell| cell.settle(frozen.epoch)).collect();
        drop(retired);
    }

    /// The commit failed: everything waits again.
    pub(crate) fn not_committed(&self, frozen: Frozen) {
        self.pending.lock().put_back(self.shared.epoch(), frozen);
    }

    /// Lets what an `atomic` did in several prefixes wait for their commits. `flip` is called while
    /// all of them are locked: objects and rows become visible with it, in one step.
    pub(crate) fn join(mut parts: Vec<super::shared::Part>, flip: impl FnOnce(u64)) {
        let Some(part) = parts.pop() else { return };
        let objects = part.objects;
        let mut pending = objects.pending.lock();
        objects.rows_version.fetch_add(1, Ordering::Release);
        objects.store().pop_private(|| {
            if parts.is_empty() {
                flip(objects.shared.epoch());
            } else {
                Self::join(parts, flip);
            }
        });
        objects.rows_version.fetch_add(1, Ordering::Release);
        let epoch = objects.shared.epoch();
        part.young.iter().for_each(|cell| { cell.mark_dirty(epoch); });
        pending.young.extend(part.young);
        pending.dirty.extend(part.cells.into_iter().filter(|cell| cell.mark_dirty(epoch)));
    }

    /// Whether an object exists in this view.
    pub(crate) fn exists(&self, oid: Oid) -> Result<Option<ClassId>> {
        if let Some(cell) = self.young(oid) {
            return Ok(Some(cell.class().id));
        }
        let key = oid_key(oid);
        let class = self.view.get(Table::Objects, key.as_bytes(), |body| row::header(body).map(|(class, ..)| class))?;
        match class {
            None => Ok(None),
            Some(Some(class)) => Ok(Some(class)),
            Some(None) => Err(self.store().corrupt(Table::Objects, key.as_bytes(), "the row is too short")),
        }
    }

    /// Calls `each` with the young objects of a class among `oids`, and whether they are deleted.
    pub(crate) fn young_of(&self, class: ClassId, oids: RangeInclusive<Oid>, mut each: impl FnMut(Oid, bool)) {
        if !self.writable {
            return;
        }
        let mut found = Vec::new();
        let mut tell = |cells: &[Arc<dyn AnyCell>]| {
            let from = cells.partition_point(|cell| cell.oid() < *oids.start());
            let cells = cells[from..].iter().take_while(|cell| cell.oid() <= *oids.end());
            found.extend(cells.filter(|cell| cell.class().id == class).cloned());
        };
        {
            let pending = self.pending.lock();
            tell(&pending.growing_up);
            tell(&pending.young);
        }
        if self.shared.in_atomic() {
            let frames = self.shared.frames.lock();
            let parts = frames.iter().flat_map(|frame| &frame.parts);
            parts.filter(|part| std::ptr::eq(&*part.objects, self)).for_each(|part| tell(&part.young));
        }
        found.iter().for_each(|cell| each(cell.oid(), cell.is_gone()));
    }

    /// The class of a Rust type, if this view has it.
    pub(crate) fn known_class<T: Class>(&self) -> Result<Option<Arc<ClassState>>> {
        if let Some(known) = self.catalogue.known::<T>()? {
            return Ok(Some(known));
        }
        if !self.writable {
            self.catalogue.load(self.store())?;
        }
        self.catalogue.known::<T>()
    }

    /// The tag under which membership in a class is kept.
    pub(crate) fn class_tag(class: ClassId) -> TagId {
        TagId(class.0)
    }
}

/// The publish lock, held; and where what is published goes.
struct Publishing<'a> {
    part: Option<&'a mut super::shared::Part>,
    pending: MutexGuard<'a, Pending>,
    store: &'a Store,
}

impl Publishing<'_> {
    fn young(&mut self, cell: Arc<dyn AnyCell>) {
        match &mut self.part {
            Some(part) => part.young.push(cell),
            None => self.pending.young.push(cell),
        }
    }

    fn dirty(&mut self, cell: Arc<dyn AnyCell>, published: Published) -> Retired {
        if published.first {
            match &mut self.part {
                Some(part) => part.cells.push(cell),
                None => self.pending.dirty.push(cell),
            }
        }
        published.retired
    }

    /// Counts references that came and went.
    fn count(&mut self, new: &[Oid], old: &[Oid]) {
        if new.is_empty() && old.is_empty() {
            return;
        }
        let layer = self.store.target();
        let mut rows = layer.write();
        new.iter().for_each(|oid| rows.count(*oid, 1));
        old.iter().for_each(|oid| rows.count(*oid, -1));
    }
}
