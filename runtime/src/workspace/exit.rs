//! Persisting at a normal end of the process.

use std::{
    sync::{LazyLock, Once, Weak},
    time::Duration,
};

use super::handle::Inner;
use crate::{lmdb, sync::Mutex};

/// How long the end of a process waits for its last commits.
const PATIENCE: Duration = Duration::from_secs(5);

static OPEN: LazyLock<Mutex<Vec<Weak<Inner>>>> = LazyLock::new(Mutex::default);
static HOOK: Once = Once::new();

/// Has a workspace closed when the process ends, by returning from main or by `process::exit`.
pub(super) fn watch(inner: &Weak<Inner>) {
    HOOK.call_once(|| lmdb::at_exit(close_all));
    let mut open = OPEN.lock();
    open.retain(|inner| inner.strong_count() > 0);
    open.push(inner.clone());
}

/// Runs after main: the thread's own data may be gone, and other threads may still hold the turn.
extern "C" fn close_all() {
    if lmdb::forked() {
        return; // the files are the parent's
    }
    let open = std::mem::take(&mut *OPEN.lock());
    for inner in open.iter().filter_map(Weak::upgrade) {
        if let Err(error) = inner.close(Some(PATIENCE)) {
            tracing::error!("closing at exit: {error}");
        }
    }
}
