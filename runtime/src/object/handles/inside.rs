//! How a handle that is part of a value finds its object.

use std::{
    mem,
    sync::{Arc, Weak},
};

use super::context;
use crate::{lmdb::Opaque, object::objects::Objects, store::Oid, sync::Mutex};

/// A handle within a value: it keeps nothing alive, since its value's reference is counted.
pub(in crate::object) struct Inside {
    home: Home,
    pub(in crate::object) oid: Oid,
    /// Of a handle within a draft, which the user may take out.
    keep: Option<Opaque<Keep>>,
}

/// Whose object it is.
#[derive(Clone, Debug)]
pub(in crate::object) enum Home {
    /// Of a prefix as it goes on, or within a value: these are not to keep it open.
    Going(Weak<Objects>),
    /// Of a past state, which lasts as long as the user has anything that was read from it.
    Past(Opaque<Objects>),
}

impl Home {
    /// For values that are kept among these objects.
    pub(in crate::object) fn within(objects: &Arc<Objects>) -> Self {
        Self::Going(Arc::downgrade(objects))
    }

    /// As it is for the user, who may keep nothing else of a past state.
    pub(in crate::object) fn for_user(&self) -> Self {
        self.objects().as_ref().map_or_else(|| self.clone(), Self::of)
    }

    pub(in crate::object) fn of(objects: &Arc<Objects>) -> Self {
        let objects = objects.lasting();
        if objects.is_past() {
            Self::Past(objects.clone().into())
        } else {
            Self::Going(Arc::downgrade(objects))
        }
    }

    pub(in crate::object) fn objects(&self) -> Option<Arc<Objects>> {
        match self {
            Self::Going(objects) => objects.upgrade(),
            Self::Past(objects) => Some(Arc::clone(objects)),
        }
    }
}

impl Inside {
    pub(in crate::object) fn new(home: Home, oid: Oid) -> Self {
        Self { home, oid, keep: None }
    }

    pub(in crate::object) fn objects(&self) -> Option<Arc<Objects>> {
        self.home.objects()
    }

    /// It must not go into a published value as it is.
    pub(in crate::object) fn is_of_draft(&self) -> bool {
        self.keep.is_some()
    }

    /// A clone for the value that is being cloned now.
    pub(in crate::object) fn clone_inside(&self) -> Self {
        if self.is_of_draft() && context::goes_inside() {
            context::note_stripped();
        }
        Self {
            home: self.home.clone(),
            oid: self.oid,
            keep: context::draft_keep().map(Opaque::from),
        }
    }
}

/// Keeps what a draft's base version refers to, while handles that were taken out of the draft are
/// around: each of them shares it.
pub(in crate::object) struct Keep {
    objects: Weak<Objects>,
    /// What the object no longer refers to, since the draft was published.
    lost: Mutex<Vec<Oid>>,
}

impl Keep {
    pub(in crate::object) fn new(objects: &Arc<Objects>) -> Arc<Self> {
        Arc::new(Self { objects: Arc::downgrade(objects), lost: Mutex::default() })
    }

    /// Takes care of objects that the draft's object lets go.
    pub(in crate::object) fn take_over(
        self: &Arc<Self>,
        objects: &Objects,
        lost: impl Iterator<Item = Oid>,
    ) {
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
