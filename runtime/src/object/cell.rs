//! An object's place in memory, where its versions are published.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use super::{
    context,
    hold::Hold,
    objects::Objects,
    row,
    version::{Content, Epoch, Outcome, Standing, Version, When},
};
use crate::{
    Error, Result,
    class::{Class, ClassState},
    store::Oid,
    sync::{Mutex, RwLock},
};

/// What a cell has for a commit.
#[derive(Debug)]
pub(crate) enum Encoded {
    /// The row's body was appended.
    Body,
    Deleted,
    /// Nothing of that epoch: made later, or undone.
    Nothing,
}

/// A cell, whatever the type of its object.
pub(crate) trait AnyCell: Any + Send + Sync {
    fn oid(&self) -> Oid;
    fn class(&self) -> &Arc<ClassState>;
    /// Appends the body of the row as of `epoch`.
    fn encode(&self, epoch: Epoch, out: &mut Vec<u8>) -> Result<Encoded>;
    /// What the object refers to as of `epoch`; of a deleted one, what it referred to before.
    fn references_of_last(&self, epoch: Epoch) -> Result<Vec<Oid>>;
    /// The object is deleted as of `epoch`.
    fn is_deleted(&self, epoch: Epoch) -> bool;
    /// Nothing but handles holds the object, or something else does.
    fn set_unheld(&self, unheld: bool);
    /// This thread sees the object deleted.
    fn is_gone(&self) -> bool;
    /// A handle of the user's holds the object.
    fn is_held(&self) -> bool;
    /// Publishes that the object is deleted. The caller holds the publish lock.
    fn delete(&self, moment: &Moment<'_>) -> Published;
    /// Puts the cell on the dirty list of `epoch`: false if it stands there.
    fn mark_dirty(&self, epoch: Epoch) -> bool;
    /// Takes back what undone `atomic`s published.
    fn undo(&self) -> Retired;
    /// Lets go of versions that only the commit of `epoch` needed.
    fn settle(&self, epoch: Epoch) -> Retired;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// Versions that nobody looks at any more: dropped, with the user's `Drop`, outside of locks.
pub(crate) type Retired = Option<Box<dyn Any + Send>>;

/// The cell of one object in one view.
pub(crate) struct Cell<T> {
    oid: Oid,
    class: Arc<ClassState>,
    pub(super) objects: Arc<Objects>,
    /// The newest version; none until it is loaded.
    slot: RwLock<Option<Arc<Version<T>>>>,
    /// The epoch in whose dirty list the cell stands.
    dirty_in: AtomicU64,
    /// The handle that all of the user's handles share, while there are any.
    hold: Mutex<Weak<Hold<T>>>,
    /// Nothing but handles held the object when it was last looked at.
    pub(super) unheld: AtomicBool,
}

impl<T> Cell<T> {
    pub(super) fn oid_of(&self) -> Oid {
        self.oid
    }

    /// The last handle is gone, and nothing else held the object when that was last looked at.
    pub(super) fn dropped(&self) {
        self.objects.dropped(self.oid);
    }
}

impl<T: Class> Cell<T> {
    pub(super) fn new(oid: Oid, class: Arc<ClassState>, objects: Arc<Objects>) -> Arc<Self> {
        Arc::new(Self {
            oid,
            class,
            objects,
            slot: RwLock::new(None),
            dirty_in: AtomicU64::new(0),
            hold: Mutex::default(),
            unheld: AtomicBool::new(false),
        })
    }

    pub(super) fn error_deleted(&self) -> Error {
        Error::Deleted { class: T::INFO.name.into(), uuid: self.objects.uuid(self.oid) }
    }

    /// The version that this thread sees; loaded if need be.
    pub(super) fn version(&self) -> Result<Arc<Version<T>>> {
        let newest = self.slot.read().clone();
        let mut version = match newest {
            Some(version) => version,
            None => self.load()?,
        };
        loop {
            match version.standing() {
                Standing::Published(_) => return Ok(version),
                Standing::Pending if self.objects.shared().turn.is_mine() => return Ok(version),
                Standing::Pending | Standing::Undone => {
                    version = version.before().ok_or_else(|| self.error_deleted())?;
                }
            }
        }
    }

    fn load(&self) -> Result<Arc<Version<T>>> {
        // The user's Deserialize runs without a lock. Whoever comes second uses the first one's
        // version: a newer one may have been published over it by then.
        let loaded = Version::loaded(row::load::<T>(&self.objects, self.oid, &self.class)?);
        let mut slot = self.slot.write();
        Ok(slot.get_or_insert(loaded).clone())
    }

    /// Puts a version on top. The caller holds the publish lock, and drops what it gets after it.
    pub(super) fn publish(&self, content: Content<T>, moment: &Moment<'_>) -> Published {
        let mut slot = self.slot.write();
        let (mut before, mut retired, mut first) = (None, None, true);
        if let Some(newest) = slot.take() {
            first = moment.outcome.is_none_or(|outcome| !newest.is_of(outcome));
            if moment.needs(&newest) {
                if !moment.needs_older_than(&newest) {
                    retired = newest.cut();
                }
                before = Some(newest);
            } else {
                before = newest.cut();
                retired = Some(newest);
            }
        }
        let when = match moment.outcome {
            Some(outcome) => When::Atomic(outcome.clone()),
            None => {
                first = self.mark_dirty(moment.epoch);
                When::Epoch(moment.epoch)
            }
        };
        *slot = Some(Version::new(content, when, before));
        Published { first, retired: retired.map(|version| Box::new(version) as _) }
    }

    /// The version that a commit of `epoch` writes.
    fn version_for(&self, epoch: Epoch) -> Option<Arc<Version<T>>> {
        let mut version = self.slot.read().clone();
        while let Some(candidate) = version {
            match candidate.standing() {
                Standing::Published(when) if when <= epoch => return Some(candidate),
                _ => version = candidate.before(),
            }
        }
        None
    }

    /// The handle that the user's handles share.
    pub(super) fn hold(self: &Arc<Self>) -> Arc<Hold<T>> {
        let mut hold = self.hold.lock();
        hold.upgrade().unwrap_or_else(|| {
            let new = Arc::new(Hold::new(self.clone()));
            *hold = Arc::downgrade(&new);
            new
        })
    }
}

/// What publishing came to.
pub(crate) struct Published {
    /// The cell must go on the dirty list, or on that of the `atomic`.
    pub(crate) first: bool,
    pub(crate) retired: Retired,
}

/// When something is published: known and fixed while the publish lock is held.
pub(crate) struct Moment<'a> {
    pub(crate) epoch: Epoch,
    /// The `atomic` that it is part of.
    pub(crate) outcome: Option<&'a Arc<Outcome>>,
    /// The epoch that is being committed.
    pub(crate) committing: Option<Epoch>,
}

impl Moment<'_> {
    /// Somebody may still look for `newest` below a version that is put over it.
    fn needs<T>(&self, newest: &Version<T>) -> bool {
        match newest.standing() {
            // A second write in one atomic replaces the first; one in an inner atomic may be undone.
            Standing::Pending => self.outcome.is_none_or(|outcome| !newest.is_of(outcome)),
            Standing::Undone => false,
            // Others see it until the atomic ends.
            Standing::Published(_) if self.outcome.is_some() => true,
            Standing::Published(when) => self.committing.is_some_and(|epoch| when <= epoch),
        }
    }

    /// Somebody may look further back than `newest`: nobody if all who look can see it.
    fn needs_older_than<T>(&self, newest: &Version<T>) -> bool {
        match newest.standing() {
            Standing::Published(when) => self.committing.is_some_and(|epoch| when > epoch),
            Standing::Pending | Standing::Undone => true,
        }
    }
}

impl<T: Class> AnyCell for Cell<T> {
    fn oid(&self) -> Oid {
        self.oid
    }

    fn class(&self) -> &Arc<ClassState> {
        &self.class
    }

    fn encode(&self, epoch: Epoch, out: &mut Vec<u8>) -> Result<Encoded> {
        let Some(version) = self.version_for(epoch) else { return Ok(Encoded::Nothing) };
        let Some(value) = version.value() else { return Ok(Encoded::Deleted) };
        let encode = || context::encoding(&self.objects, || row::encode(value, &self.class, out));
        match catch_unwind(AssertUnwindSafe(encode)) {
            Ok(encoded) => encoded.map(|_| Encoded::Body),
            Err(_) => Err(Error::Encode {
                what: format!("{} {}", T::INFO.name, self.objects.uuid(self.oid)),
                why: "its Serialize panicked".into(),
            }),
        }
    }

    fn references_of_last(&self, epoch: Epoch) -> Result<Vec<Oid>> {
        if T::INFO.plain {
            return Ok(Vec::new());
        }
        let mut version = match self.version_for(epoch) {
            Some(version) => Some(version),
            None => Some(self.load()?),
        };
        while let Some(candidate) = version {
            if let Some(value) = candidate.value() {
                return row::references(&self.objects, value, &self.class);
            }
            version = candidate.before();
        }
        Ok(Vec::new())
    }

    fn is_deleted(&self, epoch: Epoch) -> bool {
        self.version_for(epoch).is_some_and(|version| version.value().is_none())
    }

    fn set_unheld(&self, unheld: bool) {
        self.unheld.store(unheld, Ordering::Relaxed);
    }

    fn is_gone(&self) -> bool {
        let loaded = self.slot.read().is_some();
        loaded && self.version().map_or_else(|error| matches!(error, Error::Deleted { .. }), |v| v.value().is_none())
    }

    fn is_held(&self) -> bool {
        self.hold.lock().strong_count() > 0
    }

    fn delete(&self, moment: &Moment<'_>) -> Published {
        self.publish(Content::Deleted, moment)
    }

    fn mark_dirty(&self, epoch: Epoch) -> bool {
        self.dirty_in.swap(epoch, Ordering::Relaxed) != epoch
    }

    fn undo(&self) -> Retired {
        let mut slot = self.slot.write();
        let mut retired: Vec<Arc<Version<T>>> = Vec::new();
        while let Some(undone) = slot.take_if(|version| version.standing() == Standing::Undone) {
            *slot = undone.cut();
            retired.push(undone);
        }
        if slot.is_none() {
            // It was made in this atomic: handles that escaped must find that out.
            *slot = Some(Version::loaded(Content::Deleted));
        }
        Some(Box::new(retired))
    }

    fn settle(&self, epoch: Epoch) -> Retired {
        let _ = self.dirty_in.compare_exchange(epoch, 0, Ordering::Relaxed, Ordering::Relaxed);
        let version = self.slot.read().clone()?;
        match version.standing() {
            Standing::Published(_) => version.cut().map(|before| Box::new(before) as _),
            _ => None,
        }
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

impl<T> Drop for Cell<T> {
    fn drop(&mut self) {
        self.objects.forget(self.oid);
    }
}
