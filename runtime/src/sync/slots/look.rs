//! A value being looked at: kept by a slot of the thread that began, or by a share.

use std::{fmt, ops::Deref, ptr, ptr::NonNull};

use super::{
    block::Slot,
    counted::{Counted, Node},
};
use crate::sync::atomic::Ordering;

/// Keeps a value from being dropped. It may be held for long and sent to other threads.
pub(crate) struct Look<T> {
    node: NonNull<Node<T>>,
    /// Names the node until this is dropped; without one, this is a share.
    slot: Option<&'static Slot>,
}

// SAFETY: it gives out `&T`; dropped elsewhere it empties an atomic slot, or ends a share.
unsafe impl<T: Send + Sync> Send for Look<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Look<T> {}

impl<T> Look<T> {
    /// # Safety
    /// `slot` names `node`, has since it was certain that the node was not in the bag, and is not
    /// touched by others until this is dropped.
    pub(super) unsafe fn by_slot(node: NonNull<Node<T>>, slot: &'static Slot) -> Self {
        Self { node, slot: Some(slot) }
    }

    /// A share in the value; none if it has left its place, and no other share is left.
    pub(crate) fn share(&self) -> Option<Counted<T>> {
        // SAFETY: this look keeps the node from being freed.
        unsafe { Counted::try_share(self.node) }
    }

    pub(super) fn node(&self) -> NonNull<Node<T>> {
        self.node
    }
}

impl<T> From<Counted<T>> for Look<T> {
    fn from(counted: Counted<T>) -> Self {
        Self { node: counted.into_raw(), slot: None }
    }
}

impl<T> Deref for Look<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: a slot that names the node, or a share, keeps it from being freed.
        unsafe { self.node.as_ref() }.value()
    }
}

impl<T> Drop for Look<T> {
    #[inline]
    fn drop(&mut self) {
        match self.slot {
            Some(slot) => slot.store(ptr::null_mut(), Ordering::Release),
            // SAFETY: without a slot this was made of a share, which is taken up here only.
            None => drop(unsafe { Counted::from_raw(self.node) }),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Look<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
