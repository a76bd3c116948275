//! Transactions at rest: after a commit nobody gets one from before it, and each is somebody's alone.
#![expect(unsafe_code, reason = "what rests is a cell that loom watches")]

use std::sync::Arc;

use loom::{cell::UnsafeCell, sync::atomic::AtomicU64, thread};

use crate::{
    resting::{Aged, Resting},
    sync::atomic::Ordering,
};

#[derive(Default)]
struct Pool {
    /// With one place, so that all meet there.
    resting: Resting<Reading, 1>,
    /// The last state.
    state: AtomicU64,
    /// All that were at an earlier state have been sent away.
    renewed: AtomicU64,
}

/// What a transaction sees, and how often it was used.
struct Reading {
    state: u64,
    used: UnsafeCell<u32>,
}

// SAFETY: the cell is touched by who has the transaction; loom fails a run in which two have it.
unsafe impl Send for Reading {}

impl Pool {
    fn begin(&self) -> Aged<Reading> {
        let age = self.resting.age();
        let state = self.state.load(Ordering::Acquire);
        Aged { age, one: Reading { state, used: UnsafeCell::new(0) } }
    }

    fn look(&self) {
        let renewed = self.renewed.load(Ordering::Acquire);
        let reading = self.resting.take(drop).unwrap_or_else(|| Box::new(self.begin()));
        assert!(reading.one.state >= renewed, "{} after {renewed}", reading.one.state);
        reading.one.used.with_mut(|used| {
            // SAFETY: as argued for `Send`.
            unsafe { *used += 1 }
        });
        self.resting.put(reading, drop);
    }

    fn commit(&self, state: u64) {
        self.state.store(state, Ordering::Release);
        self.resting.end_age(drop);
        self.renewed.store(state, Ordering::Release);
    }
}

pub(super) fn none_is_taken_that_is_older_than_the_last_commit() {
    let pool = Arc::new(Pool::default());
    let reader = {
        let pool = pool.clone();
        thread::spawn(move || {
            pool.look();
            pool.look();
        })
    };
    pool.commit(1);
    pool.look();
    reader.join().expect("it ends");
    pool.resting.take(|_| panic!("one rests beyond its age"));
}
