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
    /// The handle of the object, if it is there.
    pub fn upgrade(&self) -> Option<Memo<T>> {
        let from = self.home.objects()?;
        let objects = if from.store().prefix_id() == self.prefix {
            from
        } else {
            from.shared().open.read().get(&self.prefix)?.clone()
        };
        let memo = Memo::of_oid(&objects, self.oid).ok()?;
        memo.try_read().ok()?;
        Some(memo)
    }

    /// The object is gone.
    pub fn is_expired(&self) -> bool {
        self.upgrade().is_none()
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
