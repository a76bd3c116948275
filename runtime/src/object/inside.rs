//! How a handle that is part of a value finds its object.

use std::{
    mem,
    sync::{Arc, Weak},
};

use super::{context, objects::Objects};
use crate::{lmdb::Opaque, store::Oid, sync::Mutex};

/// A handle within a value: it keeps nothing alive, since its value's reference is counted.
pub(super) struct Inside {
    home: Home,
    pub(super) oid: Oid,
    /// Of a handle within a draft, which the user may take out.
    keep: Option<Opaque<Keep>>,
}

/// Whose object it is.
#[derive(Clone, Debug)]
pub(super) enum Home {
    /// Of a prefix as it goes on, or within a value: these are not to keep it open.
    Going(Weak<Objects>),
    /// Of a past state, which lasts as long as the user has anything that was read from it.
    Past(Opaque<Objects>),
}

impl Home {
    /// For values that are kept among these objects.
    pub(super) fn within(objects: &Arc<Objects>) -> Self {
        Self::Going(Arc::downgrade(objects))
    }

    /// As it is for the user, who may keep nothing else of a past state.
    pub(super) fn for_user(&self) -> Self {
        self.objects().as_ref().map_or_else(|| self.clone(), Self::of)
    }

    pub(super) fn of(objects: &Arc<Objects>) -> Self {
        let objects = objects.lasting();
        if objects.is_past() {
            Self::Past(objects.clone().into())
        } else {
            Self::Going(Arc::downgrade(objects))
        }
    }

    pub(super) fn objects(&self) -> Option<Arc<Objects>> {
        match self {
            Self::Going(objects) => objects.upgrade(),
            Self::Past(objects) => Some(Arc::clone(objects)),
        }
    }
}

impl Inside {
    pub(super) fn new(home: Home, oid: Oid) -> Self {
        Self { home, oid, keep: None }
    }

    pub(super) fn objects(&self) -> Option<Arc<Objects>> {
        self.home.objects()
    }

    /// It must not go into a published value as it is.
    pub(super) fn is_of_draft(&self) -> bool {
        self.keep.is_some()
    }

    /// A clone for the value that is being cloned now.
    pub(super) fn clone_inside(&self) -> Self {
        Self {
            home: self.home.clone(),
            oid: self.oid,
            keep: context::draft_keep().map(Opaque::from),
        }
    }
}

/// Keeps what a draft's base version refers to, while handles that were taken out of the draft are
/// around: each of them shares it.
pub(super) struct Keep {
    objects: Weak<Objects>,
    /// What the object no longer refers to, since the draft was published.
    lost: Mutex<Vec<Oid>>,
}

impl Keep {
    pub(super) fn new(objects: &Arc<Objects>) -> Arc<Self> {
        Arc::new(Self { objects: Arc::downgrade(objects), lost: Mutex::default() })
    }

    /// Takes care of objects that the draft's object lets go.
    pub(super) fn take_over(self: &Arc<Self>, objects: &Objects, lost: impl Iterator<Item = Oid>) {
        let mut mine = self.lost.lock();
        for oid in lost {
            mine.push(oid);
            objects.taken_out(oid, self);
        }
    }
}

impl Drop for Keep {
    fn drop(&mut self) {
        let lost = mem::take(self.lost.get_mut());
        if let Some(objects) = self.objects.upgrade().filter(|_| !lost.is_empty()) {
            lost.into_iter().for_each(|oid| objects.dropped(oid));
        }
    }
}
