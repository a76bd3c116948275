//! Numbers of loom's threads.

use std::cell::Cell;

use loom::sync::atomic::{AtomicU64, Ordering};

use super::{statics, thread_local};

statics! {
    static NEXT: AtomicU64 = AtomicU64::new(1);
}

thread_local! {
    static NUMBER: Cell<u64> = const { Cell::new(0) };
}

pub(crate) fn thread_number() -> u64 {
    if NUMBER.get() == 0 {
        NUMBER.set(NEXT.fetch_add(1, Ordering::Relaxed));
    }
    NUMBER.get()
}

pub(crate) fn thread_name(_: u64) -> Option<String> {
    None
}
