//! Notices a fork: LMDB's state must not be touched in the child.

use std::sync::{
    Once,
    atomic::{AtomicBool, Ordering},
};

static FORKED: AtomicBool = AtomicBool::new(false);
static WATCH: Once = Once::new();

extern "C" fn in_child() {
    FORKED.store(true, Ordering::Relaxed);
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
