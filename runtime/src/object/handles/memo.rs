//! The handle of a persistent object.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use uuid::Uuid;

use super::{
    context,
    hold::{Grip, Hold},
    inside::{Home, Inside},
    read::Read,
    weak::WeakMemo,
    write::{Write, Written},
};
use crate::{
    Error, OrPanic, Result,
    class::Class,
    object::{cells::cell::Cell, objects::Objects, untyped::erased::Erased},
    store::Oid,
};

/// A handle of a persistent object, to be cloned and passed around like an `Arc`.
///
/// Two handles are equal when they are of the same object. A clone that the user holds keeps the
/// object alive; one that is stored in a field counts as a reference.
pub struct Memo<T>(pub(in crate::object) Inner<T>);

pub(in crate::object) enum Inner<T> {
    /// In the user's hands.
    Live(Hold<T>),
    /// Part of a stored value: it finds its object when it is used, and keeps nothing alive.
    Inside(Inside),
}

impl<T: Class> Memo<T> {
    pub(in crate::object) fn of_hold(hold: Hold<T>) -> Self {
        Self(Inner::Live(hold))
    }

    pub(in crate::object) fn of_cell(cell: &Arc<Cell<T>>) -> Self {
        Self(Inner::Live(Hold::new(cell.clone())))
    }

    /// The handle of an object of which no more is known than its number.
    pub(crate) fn of_oid(objects: &Arc<Objects>, oid: Oid) -> Result<Self> {
        objects.lasting().cell(oid).map(|cell| Self::of_hold(Hold::new(cell)))
    }

    pub(in crate::object) fn inside(home: Home, oid: Oid) -> Self {
        Self(Inner::Inside(Inside::new(home, oid)))
    }

    pub(in crate::object) fn cell(&self) -> Result<Arc<Cell<T>>> {
        match &self.0 {
            Inner::Live(hold) => Ok(hold.cell().clone()),
            Inner::Inside(inside) => {
                let closed = || Error::Closed { what: "the workspace of this object".into() };
                inside.objects().ok_or_else(closed)?.cell(inside.oid)
            }
        }
    }

    /// The cell of a handle that is in the user's hands, and holds its object.
    #[inline]
    pub(crate) fn live(&self) -> Option<&Arc<Cell<T>>> {
        match &self.0 {
            Inner::Live(hold) => Some(hold.cell()),
            Inner::Inside(_) => None,
        }
    }

    /// Holds the object as a handle does.
    pub(crate) fn grip(&self) -> Result<Grip> {
        Ok(Grip::new(self.cell()?))
    }

    /// Refuses an object that this thread sees deleted.
    pub(crate) fn check_alive(&self) -> Result<()> {
        match &self.0 {
            Inner::Live(hold) => hold.cell().check_alive(),
            Inner::Inside(_) => self.cell()?.check_alive(),
        }
    }

    /// The current version of the object. It stays as it is while the guard is held.
    ///
    /// # Panics
    /// When the object has been deleted, or its row can't be read; see [`try_read`](Self::try_read).
    #[expect(clippy::inline_always, reason = "as in `try_read`")]
    #[inline(always)]
    #[track_caller]
    pub fn read(&self) -> Read<T> {
        self.try_read().or_panic()
    }

    /// As [`read`](Self::read), with the failure as a value.
    #[expect(clippy::inline_always, reason = "a result that goes through memory doubles the price")]
    #[inline(always)]
    pub fn try_read(&self) -> Result<Read<T>> {
        match &self.0 {
            Inner::Live(hold) => Read::of(hold.cell()),
            Inner::Inside(_) => Read::of(&self.cell()?),
        }
    }

    /// A draft of the object, published when the guard is dropped.
    ///
    /// # Panics
    /// On misuse: a second guard on the object in this thread, a view that only reads, a deleted
    /// object; see [`try_write`](Self::try_write).
    #[track_caller]
    pub fn write(&self) -> Write<'_, T> {
        self.try_write().or_panic()
    }

    /// As [`write`](Self::write), with the failure as a value.
    #[track_caller]
    pub fn try_write(&self) -> Result<Write<'_, T>> {
        let of = match &self.0 {
            Inner::Live(hold) => Written::ByHandle(hold.cell()),
            Inner::Inside(_) => Written::Itself(Hold::new(self.cell()?)),
        };
        Write::of(of, std::panic::Location::caller())
    }

    /// Reads something of the object.
    #[inline]
    #[track_caller]
    pub fn get<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        read(&self.read())
    }

    /// As [`get`](Self::get), with the failure as a value.
    #[inline]
    pub fn try_get<R>(&self, read: impl FnOnce(&T) -> R) -> Result<R> {
        self.try_read().map(|object| read(&object))
    }

    /// Changes the object, and publishes the change.
    #[track_caller]
    pub fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        self.try_update(change).or_panic()
    }

    /// As [`update`](Self::update), with the failure as a value.
    #[track_caller]
    pub fn try_update<R>(&self, change: impl FnOnce(&mut T) -> R) -> Result<R> {
        let mut guard = self.try_write()?;
        let result = change(&mut guard);
        guard.publish()?;
        Ok(result)
    }

    /// A reference that does not keep the object alive, and may be stored in another prefix.
    pub fn downgrade(&self) -> WeakMemo<T> {
        WeakMemo::of(self)
    }
}

impl<T> Memo<T> {
    pub(crate) fn oid(&self) -> Oid {
        match &self.0 {
            Inner::Live(hold) => hold.cell().oid_of(),
            Inner::Inside(inside) => inside.oid,
        }
    }

    pub(crate) fn objects(&self) -> Option<Arc<Objects>> {
        match &self.0 {
            Inner::Live(hold) => Some(hold.cell().objects.clone()),
            Inner::Inside(inside) => inside.objects(),
        }
    }

    /// As [`objects`](Self::objects), for a look.
    #[inline]
    pub(in crate::object) fn with_objects<R>(
        &self,
        look: impl FnOnce(Option<&Arc<Objects>>) -> R,
    ) -> R {
        match &self.0 {
            Inner::Live(hold) => look(Some(&hold.cell().objects)),
            Inner::Inside(inside) => look(inside.objects().as_ref()),
        }
    }

    /// It must not go into a published value as it is.
    pub(in crate::object) fn is_users(&self) -> bool {
        match &self.0 {
            Inner::Live(_) => true,
            Inner::Inside(inside) => inside.is_of_draft(),
        }
    }

    /// The object's identity, for ever and in every process.
    pub fn uuid(&self) -> Uuid {
        match self.objects() {
            Some(objects) => objects.uuid(self.oid()),
            None => Uuid::nil(),
        }
    }
}

impl<T: Class> Clone for Memo<T> {
    fn clone(&self) -> Self {
        match &self.0 {
            Inner::Live(hold) if context::goes_inside() => {
                Self::inside(context::home_inside(&hold.cell().objects), hold.cell().oid_of())
            }
            Inner::Live(hold) => Self(Inner::Live(hold.clone())),
            Inner::Inside(inside) => {
                let live = || Self::of_oid(&inside.objects()?, inside.oid).ok();
                let stays = || Self(Inner::Inside(inside.clone_inside()));
                if context::stays_inside() { stays() } else { live().unwrap_or_else(stays) }
            }
        }
    }
}

impl<T> PartialEq for Memo<T> {
    fn eq(&self, other: &Self) -> bool {
        self.oid() == other.oid() && self.uuid() == other.uuid()
    }
}

impl<T> Eq for Memo<T> {}

impl<T> PartialOrd for Memo<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// In the order of creation, as keys sort; those of another prefix apart.
impl<T> Ord for Memo<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.uuid(), self.oid()).cmp(&(other.uuid(), other.oid()))
    }
}

impl<T> Hash for Memo<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.oid().0.hash(state);
    }
}

impl<T> fmt::Debug for Memo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = std::any::type_name::<T>();
        write!(f, "Memo<{}>({})", name.rsplit("::").next().unwrap_or(name), self.uuid())
    }
}
