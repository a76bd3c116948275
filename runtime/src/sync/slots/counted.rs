//! A value that is shared by counting, and dropped by way of the bag.

use std::{ops::Deref, ptr::NonNull};

use super::bag::{self, Garbage};
use crate::sync::atomic::{AtomicUsize, Ordering, fence};

/// More than this is a leak that goes on, and would overflow in the end.
const COUNT_MAX: usize = isize::MAX as usize;

pub(super) struct Node<T> {
    /// At zero the value is in the bag, and nobody can count it again.
    count: AtomicUsize,
    /// A rough size in bytes: large values are not to wait long in the bag.
    weight: usize,
    value: T,
}

/// A share in a value, like an `Arc`; but others may look at the value without a share, so it is
/// not dropped with the last one. Drops run no code of the value's own.
pub(crate) struct Counted<T>(NonNull<Node<T>>);

// SAFETY: a share gives out `&T` to its thread, and may make another thread drop the T.
unsafe impl<T: Send + Sync> Send for Counted<T> {}
// SAFETY: as above; `&Counted` can be cloned into a share.
unsafe impl<T: Send + Sync> Sync for Counted<T> {}

impl<T> Counted<T> {
    /// The only way to begin a count: nothing else must know that another thread may drop the value.
    pub(crate) fn new(value: T, weight: usize) -> Self
    where
        T: Send + Sync + 'static,
    {
        let node = Box::new(Node { count: AtomicUsize::new(1), weight, value });
        Self(NonNull::from(Box::leak(node)))
    }

    /// Gives up the share without ending it; [`from_raw`](Self::from_raw) takes it up again.
    pub(super) fn into_raw(self) -> NonNull<Node<T>> {
        let node = self.0;
        std::mem::forget(self);
        node
    }

    /// # Safety
    /// `node` came from [`into_raw`](Self::into_raw), whose share nobody else takes up.
    pub(super) unsafe fn from_raw(node: NonNull<Node<T>>) -> Self {
        Self(node)
    }

    /// Another share in a node that may have none any more: then there is no way back.
    ///
    /// # Safety
    /// The node has not been freed, and is not meanwhile.
    pub(super) unsafe fn try_share(node: NonNull<Node<T>>) -> Option<Self> {
        // SAFETY: the caller keeps the node from being freed.
        let count = unsafe { &node.as_ref().count };
        let mut seen = count.load(Ordering::Relaxed);
        while seen != 0 {
            let more = seen + 1;
            match count.compare_exchange_weak(seen, more, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some(Self(node)),
                Err(now) => seen = now,
            }
        }
        None
    }

    /// There is no other share. Somebody may still be looking.
    pub(crate) fn is_last(&self) -> bool {
        self.node().count.load(Ordering::Acquire) == 1
    }

    fn node(&self) -> &Node<T> {
        // SAFETY: this share is counted, so the node is not in the bag and not freed.
        unsafe { self.0.as_ref() }
    }
}

impl<T> Node<T> {
    pub(super) fn value(&self) -> &T {
        &self.value
    }
}

impl<T> Deref for Counted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.node().value
    }
}

impl<T> Clone for Counted<T> {
    fn clone(&self) -> Self {
        let before = self.node().count.fetch_add(1, Ordering::Relaxed);
        assert!(before < COUNT_MAX, "handles are leaked");
        Self(self.0)
    }
}

impl<T> Drop for Counted<T> {
    fn drop(&mut self) {
        let node = self.node();
        if node.count.fetch_sub(1, Ordering::Release) == 1 {
            // Whoever frees it comes after everything that was done through other shares.
            fence(Ordering::Acquire);
            let weight = node.weight;
            bag::add(Garbage::new(self.0.cast(), weight, free::<T>));
        }
    }
}

/// # Safety
/// `node` is a `Node<T>` in the bag that nobody looks at: it is taken out to be freed once.
unsafe fn free<T>(node: NonNull<()>) {
    // SAFETY: it was made by `Box::new` in `Counted::new` with this T, by the caller's word.
    drop(unsafe { Box::from_raw(node.cast::<Node<T>>().as_ptr()) });
}

impl<T: std::fmt::Debug> std::fmt::Debug for Counted<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}
