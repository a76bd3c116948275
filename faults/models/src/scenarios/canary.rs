//! A value that notices when it is looked at after its drop, or dropped while it is looked at.
#![expect(unsafe_code, reason = "a cell that loom watches is shared on purpose")]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use loom::cell::UnsafeCell;

use crate::sync::slots::Counted;

/// Looks and drops are accesses that loom orders: two that nothing keeps apart fail the run, even
/// where they did not meet in it.
pub(super) struct Canary {
    pub(super) number: usize,
    life: UnsafeCell<()>,
    drops: Arc<Drops>,
}

// SAFETY: the cell holds nothing; that no look at it meets its drop is what the scenarios show.
unsafe impl Sync for Canary {}

/// How often each has been dropped. Kept outside of them, so that a second drop is seen.
pub(super) struct Drops([AtomicUsize; 4]);

impl Canary {
    pub(super) fn new(number: usize, drops: &Arc<Drops>) -> Counted<Self> {
        Counted::new(Self::bare(number, drops), 0)
    }

    /// One that is to be a part of another value.
    pub(super) fn bare(number: usize, drops: &Arc<Drops>) -> Self {
        Self { number, life: UnsafeCell::new(()), drops: drops.clone() }
    }

    pub(super) fn check(&self) {
        self.life.with(|_| ());
        assert_eq!(self.drops.of(self.number), 0, "{} is looked at after its drop", self.number);
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.life.with_mut(|_| ());
        let before = self.drops.0[self.number].fetch_add(1, Ordering::Relaxed);
        assert_eq!(before, 0, "{} is dropped twice", self.number);
    }
}

impl Drops {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self([const { AtomicUsize::new(0) }; 4]))
    }

    fn of(&self, number: usize) -> usize {
        self.0[number].load(Ordering::Relaxed)
    }

    /// The first so many have been dropped, and no others.
    pub(super) fn are_first(&self, count: usize) {
        for number in 0..4 {
            assert_eq!(self.of(number), usize::from(number < count), "drops of {number}");
        }
    }
}
