//! How many handles an object has, and the moment in which it is decided that it has none.

use crate::sync::{
    atomic::{AtomicUsize, Ordering},
    yield_now,
};

/// Set while it is being decided whether an object without handles dies.
const DECIDING: usize = 1 << (usize::BITS - 1);

/// How many handles an object has.
#[derive(Default)]
pub(crate) struct Handles(AtomicUsize);

impl Handles {
    pub(crate) fn one() -> Self {
        Self(AtomicUsize::new(1))
    }

    /// True if it is the first.
    pub(crate) fn add(&self) -> bool {
        let before = self.0.fetch_add(1, Ordering::SeqCst);
        if before & DECIDING != 0 {
            // Whoever decides holds no lock that this thread could have.
            while self.0.load(Ordering::SeqCst) & DECIDING != 0 {
                yield_now();
            }
        }
        before & !DECIDING == 0
    }

    /// True if it was the last.
    pub(crate) fn remove(&self) -> bool {
        self.0.fetch_sub(1, Ordering::SeqCst) & !DECIDING == 1
    }

    /// There are none at present.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.load(Ordering::SeqCst) == 0
    }

    /// Begins to decide if there are no handles: none can be taken before
    /// [`decided`](Self::decided).
    pub(crate) fn decide_if_none(&self) -> bool {
        self.0.compare_exchange(0, DECIDING, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    pub(crate) fn decided(&self) {
        self.0.fetch_sub(DECIDING, Ordering::SeqCst);
    }
}
