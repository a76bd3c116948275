//! An object's place in memory, where its versions are published.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use super::{
    any_cell::{AnyCell, Encoded},
    handles::Handles,
    moment::Moment,
    stale::Stale,
    version::{Content, Epoch, Standing, Version, When},
};
use crate::{
    Error, Result,
    class::{Class, ClassState},
    codec::key::KeySink,
    object::{
        handles::context,
        loading::{evolve, row},
        objects::Objects,
        views::watch::{Needed, Span},
    },
    store::{Oid, StateNum},
    sync::{
        Mutex,
        slots::{self, Counted, Look, Place},
        spin_loop,
    },
};

/// The cell of one object in one view.
pub(crate) struct Cell<T> {
    oid: Oid,
    class: Arc<ClassState>,
    pub(in crate::object) objects: Arc<Objects>,
    /// The newest version; none until it is loaded.
    pub(in crate::object) newest: Place<Version<T>>,
    /// Held by whoever puts a version there that another process has written. Who publishes has the
    /// publish lock instead.
    changing: Mutex<()>,
    /// The round on whose list of changed or new objects the cell stands.
    pub(in crate::object) dirty_in: AtomicU64,
    /// The user's handles.
    pub(in crate::object) handles: Handles,
    /// Nothing but handles held the object when it was last looked at.
    unheld: AtomicBool,
    /// Since which round the object is to be written even if it is as it was; zero if it is not.
    touched_in: AtomicU64,
    /// It is in the map of loaded cells, or was.
    is_listed: AtomicBool,
    /// Read since the cache looked last.
    read: AtomicBool,
    /// The size of the row, when it was last read or written.
    row_bytes: AtomicUsize,
    /// Read from the file, which the cache does not know yet.
    uncached: AtomicBool,
    /// Changed while `changing` is held.
    stale: Stale,
}

/// Who writes, as it is known before a row is read.
#[derive(Clone, Copy)]
pub(crate) struct Loading {
    is_writable: bool,
    handovers: u64,
}

impl Objects {
    /// Rows are going to be read.
    pub(in crate::object) fn loading(&self) -> Loading {
        Loading { is_writable: self.is_writable(), handovers: self.handovers() }
    }
}

/// Where a touch stands until it is known which round it goes with.
const ROUND_TO_COME: u64 = u64::MAX;

impl<T> Cell<T> {
    pub(in crate::object) fn oid_of(&self) -> Oid {
        self.oid
    }

    /// What is published next is written even if the object is as it was.
    pub(in crate::object) fn set_touched(&self) {
        self.touched_in.store(ROUND_TO_COME, Ordering::Relaxed);
    }

    /// Unless it has changed meanwhile.
    fn change_touched(&self, from: u64, to: u64) {
        let _ = self.touched_in.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The last handle is gone: told if nothing else held the object when that was last looked at.
    pub(in crate::object) fn dropped(&self) {
        if self.unheld.load(Ordering::SeqCst) {
            self.objects.dropped(self.oid);
        }
    }
}

impl<T: Class> Cell<T> {
    pub(in crate::object) fn new(
        oid: Oid,
        class: Arc<ClassState>,
        objects: Arc<Objects>,
    ) -> Arc<Self> {
        Arc::new(Self::empty(oid, class, objects))
    }

    fn empty(oid: Oid, class: Arc<ClassState>, objects: Arc<Objects>) -> Self {
        Self {
            oid,
            class,
            objects,
            newest: Place::empty(),
            changing: Mutex::default(),
            dirty_in: AtomicU64::new(0),
            handles: Handles::default(),
            unheld: AtomicBool::new(false),
            touched_in: AtomicU64::new(0),
            is_listed: AtomicBool::new(false),
            read: AtomicBool::new(false),
            row_bytes: AtomicUsize::new(0),
            uncached: AtomicBool::new(false),
            stale: Stale::default(),
        }
    }

    /// The cell of a new object, which one handle holds, with its first version.
    pub(in crate::object) fn made(
        oid: Oid,
        class: Arc<ClassState>,
        objects: Arc<Objects>,
        value: T,
        moment: &Moment<'_>,
    ) -> Arc<Self> {
        let mut cell = Self::empty(oid, class, objects);
        let when = if let Some(outcome) = moment.outcome {
            When::Atomic(outcome.clone())
        } else {
            *cell.dirty_in.get_mut() = moment.round;
            When::Epoch(moment.epoch)
        };
        let version = Version::new(Content::Value(value), when, None);
        cell.newest = Place::new(Some(Counted::new(version, size_of::<T>())));
        cell.handles = Handles::one();
        *cell.unheld.get_mut() = !cell.class.lives_by_itself;
        Arc::new(cell)
    }

    pub(in crate::object) fn error_deleted(&self) -> Error {
        Error::Deleted { class: self.class.name.clone(), uuid: self.objects.uuid(self.oid) }
    }

    /// The version that this thread sees; loaded if need be.
    #[inline]
    pub(in crate::object) fn version(&self) -> Result<Look<Version<T>>> {
        if !self.read.load(Ordering::Relaxed) {
            self.read.store(true, Ordering::Relaxed);
        }
        self.objects.check_not_closed()?;
        if !self.objects.is_writable() {
            return self.version_in_reader();
        }
        match self.newest.look() {
            Some(newest) if matches!(newest.standing(), Standing::Published(_)) => Ok(newest),
            _ => self.version_below(),
        }
    }

    /// As [`version`](Self::version), where the newest one is not for everybody, or not loaded.
    #[cold]
    fn version_below(&self) -> Result<Look<Version<T>>> {
        let is_visible = |version: &Version<T>| match version.standing() {
            Standing::Published(_) => true,
            Standing::Pending => self.objects.shared().turn.is_mine(),
            Standing::Undone => false,
        };
        loop {
            let newest = match self.newest.look() {
                Some(version) => version,
                None => self.load()?,
            };
            if is_visible(&newest) {
                return Ok(newest);
            }
            let mut below = newest.before();
            while let Some(version) = below {
                if is_visible(&version) {
                    return Ok(Look::from(version));
                }
                below = version.before();
            }
            // The way back ends here for good if it was made in an atomic of another thread that has
            // not ended; or it was cut because nobody needs it from here any more.
            if newest.standing() == Standing::Pending
                && newest.before().is_none()
                && self.newest.holds(&newest)
            {
                return Err(self.error_deleted());
            }
            spin_loop();
        }
    }

    /// In a view without a writer there is one version at a time.
    fn version_in_reader(&self) -> Result<Look<Version<T>>> {
        self.objects.follow()?;
        let is_stale = self.stale.is_for(self.objects.view().state());
        match self.newest.look() {
            Some(version) if !is_stale => Ok(version),
            None => self.load(),
            Some(_) => self.reload(),
        }
    }

    /// Loads the version that another process has committed over the one at hand.
    fn reload(&self) -> Result<Look<Version<T>>> {
        let handovers = self.objects.handovers();
        let seen_at = self.objects.view().state();
        let version = self.load_version()?;
        let look = Look::from(version.clone());
        let changing = self.changing.lock();
        if self.objects.handovers() != handovers {
            // This process writes by now, perhaps this object too: what was loaded is not the last.
            drop(changing);
            return self.version();
        }
        drop(self.newest.swap(Some(version)));
        self.stale.loaded(seen_at);
        drop(changing);
        slots::tend();
        Ok(look)
    }

    fn load_version(&self) -> Result<Counted<Version<T>>> {
        if let Some(version) = self.objects.captured::<T>(self.oid)? {
            return Ok(version);
        }
        let (content, bytes) = row::load::<T>(&self.objects, self.oid, &self.class)?;
        Ok(self.loaded(content, bytes))
    }

    /// What was read from a row of so many bytes.
    fn loaded(&self, content: Content<T>, bytes: usize) -> Counted<Version<T>> {
        self.row_bytes.store(bytes, Ordering::Relaxed);
        self.uncached.store(bytes > 0, Ordering::Relaxed);
        self.counted(Version::loaded(content))
    }

    pub(in crate::object) fn counted(&self, version: Version<T>) -> Counted<Version<T>> {
        Counted::new(version, size_of::<T>() + self.row_bytes.load(Ordering::Relaxed))
    }

    /// Has the cache keep the object, if it has been read from the file since this was called last.
    #[inline]
    pub(in crate::object) fn keep_in_cache(self: &Arc<Self>) {
        if self.uncached.load(Ordering::Relaxed) {
            self.put_in_cache();
        }
    }

    #[cold]
    fn put_in_cache(self: &Arc<Self>) {
        if self.uncached.swap(false, Ordering::Relaxed) {
            self.objects.cache(self.clone(), self.row_bytes.load(Ordering::Relaxed));
        }
    }

    pub(in crate::object) fn load(&self) -> Result<Look<Version<T>>> {
        // The user's Deserialize runs without a lock. Whoever comes second uses the first one's
        // version: a newer one may have been published over it by then.
        loop {
            let since = self.objects.loading();
            self.put_loaded(self.load_version()?, since);
            if let Some(version) = self.newest.look() {
                return Ok(version);
            }
        }
    }

    fn put_loaded(&self, loaded: Counted<Version<T>>, since: Loading) {
        // Nobody but this process changes what is loaded where it writes.
        let changing = (!since.is_writable).then(|| self.changing.lock());
        if self.objects.handovers() == since.handovers {
            self.newest.set_if_empty(loaded);
        }
        drop(changing);
    }

    /// Publishes a value; true if the cell must go on the dirty list, or on that of the `atomic`. The
    /// caller holds the publish lock.
    pub(in crate::object) fn publish(&self, value: T, moment: &Moment<'_>) -> Result<bool> {
        let first = self.put_on_top(Content::Value(value), moment)?;
        Ok(if moment.outcome.is_some() { first } else { self.mark_dirty(moment.round) })
    }
}

impl<T: Class> AnyCell for Cell<T> {
    fn oid(&self) -> Oid {
        self.oid
    }

    fn class(&self) -> &Arc<ClassState> {
        &self.class
    }

    fn encode(&self, epoch: Epoch, round: u64, out: &mut Vec<u8>) -> Result<Encoded> {
        let Some(version) = self.version_for(epoch) else { return Ok(Encoded::Nothing) };
        let Some(value) = version.value() else { return Ok(Encoded::Deleted) };
        let mut encode = || row::encode_over(&self.objects, self.oid, value, &self.class, out);
        // Plain values have no code of the user's, and nothing to say about handles.
        let encode = || if T::INFO.plain { encode() } else { in_context(&self.objects, encode) };
        match catch_unwind(AssertUnwindSafe(encode)) {
            Ok(encoded) => encoded.map(|()| {
                self.row_bytes.store(out.len(), Ordering::Relaxed);
                let touched_in = self.touched_in.load(Ordering::Relaxed);
                Encoded::Body { touched: (1..=round).contains(&touched_in) }
            }),
            Err(_) => Err(Error::Encode {
                what: format!("{} {}", self.class.name, self.objects.uuid(self.oid)),
                why: "its Serialize panicked".into(),
            }),
        }
    }

    fn references_of_last(&self, epoch: Epoch) -> Result<Vec<Oid>> {
        if self.class.refers_to_nothing() {
            return Ok(Vec::new());
        }
        let Some(version) = self.last_value(epoch)? else { return Ok(Vec::new()) };
        let Some(value) = version.value() else { return Ok(Vec::new()) };
        let mut held = row::references(&self.objects, value, &self.class)?;
        held.extend(evolve::held_unseen(self, &version)?);
        Ok(held)
    }

    fn keys_of_last(&self, epoch: Epoch, sink: &mut KeySink) -> Result<()> {
        if let Some(value) = self.last_value(epoch)?.as_ref().and_then(|version| version.value()) {
            value.keys(sink);
        }
        Ok(())
    }

    fn is_deleted(&self, epoch: Epoch) -> bool {
        self.version_for(epoch).is_some_and(|version| version.value().is_none())
    }

    fn set_unheld(&self, unheld: bool) {
        self.unheld.store(unheld, Ordering::SeqCst);
    }

    fn set_listed(&self) {
        self.is_listed.store(true, Ordering::Relaxed);
    }

    fn was_read(&self) -> bool {
        self.read.swap(false, Ordering::Relaxed)
    }

    fn is_loaded(&self) -> bool {
        !self.newest.is_empty()
    }

    fn was_looked_at(&self) -> bool {
        !self.newest.is_empty() && !self.uncached.load(Ordering::Relaxed)
    }

    fn load_from(&self, body: &[u8], since: Loading) {
        // What is wrong with it is told by who looks at the object.
        if let Ok(value) = row::decode::<T>(&self.objects, self.oid, &self.class, body) {
            self.put_loaded(self.loaded(Content::Value(value), body.len()), since);
        }
    }

    fn is_gone(&self) -> bool {
        !self.newest.is_empty()
            && self.version().map_or_else(
                |error| matches!(error, Error::Deleted { .. }),
                |v| v.value().is_none(),
            )
    }

    fn delete(&self, moment: &Moment<'_>) -> Result<()> {
        self.put_on_top(Content::Deleted, moment).map(drop)
    }

    fn die(&self, moment: &Moment<'_>) -> Result<()> {
        self.put_on_top(Content::Dying, moment).map(drop)
    }

    fn mark_dirty(&self, round: u64) -> bool {
        if self.touched_in.load(Ordering::Relaxed) == ROUND_TO_COME {
            self.touched_in.store(round, Ordering::Relaxed);
        }
        // Nobody else puts a round here: the caller has the publish lock.
        let is_new = self.dirty_in.load(Ordering::Relaxed) != round;
        if is_new {
            self.dirty_in.store(round, Ordering::Relaxed);
        }
        is_new
    }

    fn undo(&self) {
        while let Some(undone) = self.newest.look() {
            if undone.standing() != Standing::Undone {
                return;
            }
            // Made in this atomic, it was nothing before: handles that escaped must find that out.
            let nothing = || self.counted(Version::loaded(Content::Deleted));
            let below = undone.before().unwrap_or_else(nothing);
            self.change_touched(ROUND_TO_COME, 0);
            // Unless a commit has just put the end of the object there.
            if self.newest.replace(&undone, below) {
                undone.cut();
            }
        }
    }

    fn stale_from(&self, state: StateNum) {
        let _changing = self.changing.lock();
        self.stale.mark(state);
    }

    fn refresh(&self) {
        let _changing = self.changing.lock();
        if self.stale.clear() {
            drop(self.newest.swap(None));
        }
    }

    fn is_gone_in(&self, span: Span) -> Option<bool> {
        self.version_in(span).map(|version| version.value().is_none())
    }

    fn capture(&self, span: Span) -> Option<(Box<dyn Any + Send + Sync>, bool)> {
        let share = self.share_in(span)?;
        let is_gone = share.value().is_none();
        Some((Box::new(share), is_gone))
    }

    fn settle(&self, round: u64, needed: &Needed) {
        let _ = self.dirty_in.compare_exchange(round, 0, Ordering::Relaxed, Ordering::Relaxed);
        let touched_in = self.touched_in.load(Ordering::Relaxed);
        if touched_in <= round {
            self.change_touched(touched_in, 0);
        }
        self.trim_versions(needed);
    }

    fn trim(&self, needed: &Needed) {
        self.trim_versions(needed);
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// Encodes with handles knowing where they are being stored.
fn in_context(objects: &Arc<Objects>, encode: impl FnOnce() -> Result<()>) -> Result<()> {
    context::encoding(objects, encode).map(|((), _)| ())
}

impl<T> Drop for Cell<T> {
    fn drop(&mut self) {
        if *self.is_listed.get_mut() {
            self.objects.forget(self.oid);
        }
        slots::tend();
    }
}
