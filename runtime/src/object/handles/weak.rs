//! References that keep nothing alive.

use std::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::{Arc, Weak},
};

use uuid::Uuid;

use super::{context, inside::Home, memo::Memo};
use crate::{
    Error, Result,
    class::Class,
    object::{objects::Objects, shared::Shared},
    store::{Oid, PrefixId},
};

/// A reference that does not keep its object alive. It may be stored anywhere, also in another
/// prefix.
pub struct WeakMemo<T> {
    /// Through whose workspace, and at which state, the object is looked for.
    home: Home,
    /// Where the object's prefix is found when home is closed.
    workspace: Weak<Shared>,
    prefix: PrefixId,
    oid: Oid,
    kind: PhantomData<fn() -> T>,
}

impl<T> WeakMemo<T> {
    pub(in crate::object) fn of(memo: &Memo<T>) -> Self {
        let objects = memo.objects();
        let prefix = objects.as_ref().map_or(PrefixId(0), |objects| objects.store().prefix_id());
        let home = objects.as_ref().map_or(Home::Going(Weak::new()), Home::of);
        Self::inside(home, prefix, memo.oid())
    }

    pub(in crate::object) fn inside(home: Home, prefix: PrefixId, oid: Oid) -> Self {
        let workspace = home.objects().map(|objects| Arc::downgrade(objects.shared()));
        Self { home, workspace: workspace.unwrap_or_default(), prefix, oid, kind: PhantomData }
    }

    /// The objects of its prefix; none if there is no such prefix.
    fn objects(&self) -> Result<Option<Arc<Objects>>> {
        let closed = || Error::Closed { what: "the workspace of this object".into() };
        match self.home.objects() {
            Some(from) if from.is_past() || from.check_not_closed().is_ok() => {
                from.neighbour(self.prefix)
            }
            _ => self.workspace.upgrade().ok_or_else(closed)?.objects_of(self.prefix),
        }
    }

    /// The identity of the object, which may be gone.
    pub fn uuid(&self) -> Uuid {
        self.prefix.uuid(self.oid)
    }
}

impl<T: Class> WeakMemo<T> {
    /// The handle of the object, if it is there and can be read. A prefix of the workspace that is not
    /// open is opened for reading, as `db0::fetch` does.
    pub fn upgrade(&self) -> Option<Memo<T>> {
        self.try_upgrade().ok().flatten()
    }

    /// As [`upgrade`](Self::upgrade), with the reason where it can't be told: a workspace that is
    /// closed, an object that today's struct can't read.
    pub fn try_upgrade(&self) -> Result<Option<Memo<T>>> {
        let Some(objects) = self.objects()? else { return Ok(None) };
        let found = Memo::of_oid(&objects, self.oid);
        match found.and_then(|memo| memo.try_read().map(|_| memo)) {
            Ok(memo) => Ok(Some(memo)),
            Err(Error::Deleted { .. } | Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The object is gone. One that only can't be read, or whose prefix is closed and can't be opened,
    /// is not.
    pub fn is_expired(&self) -> bool {
        matches!(self.try_upgrade(), Ok(None))
    }
}

impl<T> Clone for WeakMemo<T> {
    fn clone(&self) -> Self {
        let home = if context::goes_inside() {
            context::weak_home_inside(&self.workspace).unwrap_or_else(|| self.home.for_user())
        } else if context::stays_inside() {
            self.home.clone()
        } else {
            self.home.for_user()
        };
        Self { home, workspace: self.workspace.clone(), ..*self }
    }
}

impl<T> PartialEq for WeakMemo<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.prefix, self.oid) == (other.prefix, other.oid)
    }
}

impl<T> Eq for WeakMemo<T> {}

impl<T> Hash for WeakMemo<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.oid.0.hash(state);
    }
}

impl<T> fmt::Debug for WeakMemo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakMemo({})", self.uuid())
    }
}
