//! Notices a fork: LMDB's state must not be touched in the child.

use std::{
    os::fd::RawFd,
    sync::{
        Once,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
};

static FORKED: AtomicBool = AtomicBool::new(false);
static WATCH: Once = Once::new();

/// Descriptors that a child closes. Prefixes beyond their number are locked until it ends too.
static CLOSED: [AtomicI32; 256] = [const { AtomicI32::new(NONE) }; 256];
const NONE: RawFd = -1;

extern "C" fn in_child() {
    FORKED.store(true, Ordering::Relaxed);
    for place in &CLOSED {
        let fd = place.swap(NONE, Ordering::Relaxed);
        if fd != NONE {
            // SAFETY: an open descriptor of this process's, which only its `ClosedInChild` knew
            // of; whoever owns it asks `forked` before using or closing it. `close` is
            // async-signal-safe.
            unsafe { libc::close(fd) };
        }
    }
}

/// A descriptor that a forked child closes at once, as long as this is there.
#[derive(Debug)]
pub(crate) struct ClosedInChild {
    place: Option<&'static AtomicI32>,
}

impl ClosedInChild {
    pub(crate) fn new(fd: RawFd) -> Self {
        watch();
        let is_free = |place: &&AtomicI32| {
            place.compare_exchange(NONE, fd, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        };
        Self { place: CLOSED.iter().find(is_free) }
    }
}

impl Drop for ClosedInChild {
    fn drop(&mut self) {
        if let Some(place) = self.place
            && !forked()
        {
            place.store(NONE, Ordering::Relaxed);
        }
    }
}

/// Makes later forks visible to [`forked`]; called before the first environment is opened.
pub(super) fn watch() {
    WATCH.call_once(|| {
        // SAFETY: `in_child` is an `extern "C" fn` that lives for ever and does one atomic store,
        // which is async-signal-safe, as a handler that runs between fork and return must be.
        let code = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        debug_assert_eq!(code, 0, "only ENOMEM can refuse an atfork handler");
    });
}

/// This process is a forked child of one that had environments open.
///
/// Slots and locks belong to the parent: aborting an inherited transaction would clear the
/// parent's slot. One relaxed load, so every entry point can ask.
pub(crate) fn forked() -> bool {
    FORKED.load(Ordering::Relaxed)
}
