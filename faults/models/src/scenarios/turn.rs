//! The turn: one thread has it, and who waits for it is woken.
#![expect(unsafe_code, reason = "what the turn guards is a cell that loom watches")]

use std::{panic::Location, sync::Arc};

use loom::{cell::UnsafeCell, thread};

use crate::sync::{Held, Turn};

/// A turn, and something that only its holder touches.
#[derive(Default)]
struct Guarded {
    turn: Turn,
    count: UnsafeCell<u32>,
}

// SAFETY: the cell is touched by the holder of the turn, and that there is one at a time is what the
// scenarios show: loom fails a run in which two touch it that nothing keeps apart.
unsafe impl Sync for Guarded {}

impl Guarded {
    fn take(&self) -> Held<&Turn> {
        Held::take(&self.turn, None, Location::caller()).expect("there is no time-out")
    }

    fn count(&self) {
        let _outer = self.take();
        let _inner = self.take();
        assert!(self.turn.is_mine());
        self.count.with_mut(|count| {
            // SAFETY: as argued for `Sync`.
            unsafe { *count += 1 }
        });
    }

    fn is(&self, count: u32) {
        let _held = self.take();
        // SAFETY: as argued for `Sync`.
        assert_eq!(self.count.with(|count| unsafe { *count }), count);
    }
}

pub(super) fn one_thread_at_a_time_and_nobody_sleeps_for_ever() {
    let guarded = Arc::new(Guarded::default());
    let other = {
        let guarded = guarded.clone();
        thread::spawn(move || {
            guarded.count();
            guarded.count();
        })
    };
    guarded.count();
    guarded.count();
    other.join().expect("it ends");
    guarded.is(4);
}

pub(super) fn of_three_each_is_woken() {
    let guarded = Arc::new(Guarded::default());
    let others: Vec<_> = (0..2)
        .map(|_| {
            let guarded = guarded.clone();
            thread::spawn(move || guarded.count())
        })
        .collect();
    guarded.count();
    others.into_iter().for_each(|other| other.join().expect("it ends"));
    guarded.is(3);
}
