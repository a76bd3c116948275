//! Where a counted value is looked up, and replaced.

use std::ptr::{self, NonNull};

use super::{
    barrier, block,
    block::Slot,
    counted::{Counted, Node},
    look::Look,
};
use crate::sync::atomic::{AtomicPtr, Ordering};

/// Holds a share in a value, or none.
pub(crate) struct Place<T>(AtomicPtr<Node<T>>);

impl<T> Place<T> {
    pub(crate) fn new(value: Option<Counted<T>>) -> Self {
        Self(AtomicPtr::new(value.map_or(ptr::null_mut(), |value| value.into_raw().as_ptr())))
    }

    pub(crate) fn empty() -> Self {
        Self::new(None)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.load(Ordering::Relaxed).is_null()
    }

    /// The value that is there now.
    #[inline]
    pub(crate) fn look(&self) -> Option<Look<T>> {
        block::with_slot(|slot| match slot {
            Some(slot) => {
                let node = self.protect(slot)?;
                // SAFETY: `protect` says so, and the slot stays this look's until its drop.
                Some(unsafe { Look::by_slot(node, slot) })
            }
            None => self.share_borrowed().map(Look::from),
        })
    }

    /// The value that is there now is the one that `look` shows.
    #[inline]
    pub(crate) fn holds(&self, look: &Look<T>) -> bool {
        // What is looked at is not freed, so that nothing else can be at its address meanwhile.
        self.0.load(Ordering::Acquire) == look.node().as_ptr()
    }

    /// A share in the value that is there now.
    pub(crate) fn share(&self) -> Option<Counted<T>> {
        loop {
            let look = self.look()?;
            // Without a share left it has been replaced meanwhile.
            if let Some(share) = look.share() {
                return Some(share);
            }
        }
    }

    /// As [`share`](Self::share), for a thread that has no slot left.
    #[cold]
    fn share_borrowed(&self) -> Option<Counted<T>> {
        block::with_borrowed(|slot| {
            loop {
                let Some(node) = self.protect(slot) else { break None };
                // SAFETY: the slot names the node, and has since the place held it.
                let share = unsafe { Counted::try_share(node) };
                slot.store(ptr::null_mut(), Ordering::Release);
                if share.is_some() {
                    break share;
                }
            }
        })
    }

    /// Names what is there in `slot`, and makes certain that it was there afterwards: from then on
    /// it is not freed before the slot names something else. With `None` the slot is empty.
    #[inline]
    fn protect(&self, slot: &Slot) -> Option<NonNull<Node<T>>> {
        let mut seen = self.0.load(Ordering::Acquire);
        loop {
            slot.store(seen.cast(), Ordering::Release);
            barrier::light();
            // If it is there now, then whoever takes it away later sees the slot afterwards.
            let now = self.0.load(Ordering::Acquire);
            if now == seen {
                return NonNull::new(seen);
            }
            seen = now;
        }
    }

    /// Puts a value here if there is none.
    pub(crate) fn set_if_empty(&self, new: Counted<T>) {
        let new = new.into_raw();
        let (none, order) = (ptr::null_mut(), Ordering::AcqRel);
        if self.0.compare_exchange(none, new.as_ptr(), order, Ordering::Relaxed).is_err() {
            // SAFETY: `into_raw` gave it just now, and it has not been put here.
            drop(unsafe { Counted::from_raw(new) });
        }
    }

    /// Puts a value here in the place of the one that `look` shows; false if another is there.
    pub(crate) fn replace(&self, look: &Look<T>, new: Counted<T>) -> bool {
        let (old, new) = (look.node(), new.into_raw());
        // What is looked at is not freed, so that nothing else can be at its address meanwhile.
        let order = Ordering::AcqRel;
        let put = self.0.compare_exchange(old.as_ptr(), new.as_ptr(), order, Ordering::Relaxed);
        // SAFETY: only `into_raw` gives nodes. The exchange took the old one out; if it did not, the
        // new one has not been put here.
        drop(unsafe { Counted::from_raw(if put.is_ok() { old } else { new }) });
        put.is_ok()
    }

    /// Puts a value here in the place of another.
    pub(crate) fn swap(&self, new: Option<Counted<T>>) -> Option<Counted<T>> {
        let new = new.map_or(ptr::null_mut(), |new| new.into_raw().as_ptr());
        let old = NonNull::new(self.0.swap(new, Ordering::AcqRel))?;
        // SAFETY: only `into_raw` puts nodes here, and the swap took this one out.
        Some(unsafe { Counted::from_raw(old) })
    }
}

impl<T> Default for Place<T> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        if let Some(node) = NonNull::new(self.0.load(Ordering::Relaxed)) {
            // SAFETY: only `into_raw` puts nodes here, and nobody else has this place any more.
            drop(unsafe { Counted::from_raw(node) });
        }
    }
}
