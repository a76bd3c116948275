//! References that keep nothing alive.

use std::{
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::Weak,
};

use uuid::Uuid;

use super::{context, inside::Home, memo::Memo};
use crate::{
    Error, Result,
    class::Class,
    store::{Oid, PrefixId},
};

/// A reference that does not keep its object alive. It may be stored anywhere, also in another
/// prefix.
pub struct WeakMemo<T> {
    /// Through whose workspace, and at which state, the object is looked for.
    home: Home,
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
        Self { home, prefix, oid, kind: PhantomData }
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
        let closed = || Error::Closed { what: "the workspace of this object".into() };
        let from = self.home.objects().ok_or_else(closed)?;
        let Some(objects) = from.neighbour(self.prefix)? else { return Ok(None) };
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
        let home = match self.home.objects() {
            Some(objects) if context::goes_inside() => context::home_inside(&objects),
            _ if context::stays_inside() => self.home.clone(),
            _ => self.home.for_user(),
        };
        Self::inside(home, self.prefix, self.oid)
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
