//! A fence of which the frequent side costs nothing.
//!
//! A reader writes its slot and then reads the place; who takes values away writes the place and
//! then reads the slots. Each must see the other's write unless its own is seen. Two full fences
//! would do. Linux can make one side pay for both: `membarrier` interrupts every running thread of
//! the process, so that a compiler fence is enough for readers.

use std::sync::{
    OnceLock,
    atomic::{AtomicU8, Ordering, compiler_fence, fence},
};

/// From the kernel's interface, where these numbers are fixed for good.
const PRIVATE_EXPEDITED: libc::c_long = 1 << 3;
const REGISTER_PRIVATE_EXPEDITED: libc::c_long = 1 << 4;

const UNKNOWN: u8 = 0;
const ONE_SIDED: u8 = 1;
const BOTH_SIDES: u8 = 2;

static KIND: AtomicU8 = AtomicU8::new(UNKNOWN);
static DECIDED: OnceLock<u8> = OnceLock::new();

fn membarrier(command: libc::c_long) -> bool {
    // SAFETY: the call takes two numbers beside its own and touches no memory of ours. A kernel that
    // doesn't know it says so.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}

/// Decides once for the process; every reader must have asked before it first looks.
pub(super) fn decide() {
    let kind = *DECIDED.get_or_init(|| {
        let works = membarrier(REGISTER_PRIVATE_EXPEDITED) && membarrier(PRIVATE_EXPEDITED);
        if works { ONE_SIDED } else { BOTH_SIDES }
    });
    KIND.store(kind, Ordering::Relaxed);
}

/// The frequent side, between its write and its read.
#[inline]
pub(in crate::sync) fn light() {
    // Whoever has a slot has decided before; who has not pays for a full fence.
    if KIND.load(Ordering::Relaxed) == ONE_SIDED {
        compiler_fence(Ordering::SeqCst);
    } else {
        fence(Ordering::SeqCst);
    }
}

/// The other side, between its write and its read; false if it could not be had this time, and
/// what the frequent side has written may be missed.
pub(in crate::sync) fn heavy() -> bool {
    decide();
    fence(Ordering::SeqCst);
    // A forked child may have to register anew.
    KIND.load(Ordering::Relaxed) == BOTH_SIDES
        || membarrier(PRIVATE_EXPEDITED)
        || (membarrier(REGISTER_PRIVATE_EXPEDITED) && membarrier(PRIVATE_EXPEDITED))
}
