//! The barrier, with a full fence on each side.
//!
//! The engine's has one where the kernel makes one side pay for both. What it relies on is what the
//! kernel promises of `membarrier`: that each running thread has had a full fence somewhere between
//! the call and its return. loom can't run that; the fence in its place allows as much, and no less
//! than the engine asks for where the kernel has no such call.

use loom::sync::atomic::{Ordering, fence};

pub(super) fn decide() {}

/// The frequent side, between its write and its read.
pub(in crate::sync) fn light() {
    fence(Ordering::SeqCst);
}

/// The other side, between its write and its read.
pub(in crate::sync) fn heavy() -> bool {
    fence(Ordering::SeqCst);
    true
}
