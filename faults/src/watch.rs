//! Who looks at which calls: the directories being watched, and a call played before its watchers.

use std::ffi::c_int;
use std::io::IoSlice;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::Kind;

/// A call on something below a watched directory, before it is made.
pub(crate) struct Call<'a> {
    pub(crate) kind: Kind,
    pub(crate) path: &'a Path,
    pub(crate) effect: Effect<'a>,
}

/// What the call will do if nobody objects. Files are named by their inode, which renaming keeps.
pub(crate) enum Effect<'a> {
    /// Opens; `creates` if there was nothing at the path.
    Open {
        creates: bool,
        truncates: bool,
    },
    Write {
        inode: u64,
        offset: u64,
        parts: &'a [IoSlice<'a>],
        synced: bool,
    },
    Resize {
        inode: u64,
        len: u64,
    },
    SyncFile {
        inode: u64,
    },
    SyncFolder,
    /// Maps a file; `writable` if stores into memory reach it unseen.
    Map {
        writable: bool,
    },
    MakeFolder,
    Rename {
        to: &'a Path,
    },
    Remove,
}

/// What becomes of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ruling {
    Go,
    /// Only the first half of the bytes is written.
    CutShort,
    /// It fails with this error number and does nothing.
    Fail(c_int),
    /// It does everything, and then fails with this error number.
    FailAfterwards(c_int),
}

/// Sees the calls below one directory, one at a time.
pub(crate) trait Observer: Send + Sync {
    /// Asked before each call.
    fn rule(&self, call: &Call<'_>) -> Ruling {
        let _ = call;
        Ruling::Go
    }

    /// Told after each call what it returned.
    fn done(&self, call: &Call<'_>, result: isize) {
        let _ = (call, result);
    }
}

struct Watch {
    root: PathBuf,
    /// Held while a call is made, so that what observers see is the order in which it happened.
    order: Mutex<()>,
    observer: Arc<dyn Observer>,
}

static ACTIVE: AtomicUsize = AtomicUsize::new(0);
static WATCHES: RwLock<Vec<Arc<Watch>>> = RwLock::new(Vec::new());

/// An observer that is told of calls until this value is dropped.
pub(crate) struct Registered<O> {
    pub(crate) observer: Arc<O>,
    watch: Arc<Watch>,
}

impl<O: Observer + 'static> Registered<O> {
    /// Starts telling `observer` of calls below `root`, which must be a canonical path.
    pub(crate) fn new(root: PathBuf, observer: O) -> Self {
        let observer = Arc::new(observer);
        let seen: Arc<dyn Observer> = observer.clone();
        let watch = Arc::new(Watch { root, order: Mutex::new(()), observer: seen });
        WATCHES.write().unwrap_or_else(PoisonError::into_inner).push(watch.clone());
        ACTIVE.fetch_add(1, Ordering::SeqCst);
        Self { observer, watch }
    }
}

impl<O> Drop for Registered<O> {
    fn drop(&mut self) {
        ACTIVE.fetch_sub(1, Ordering::SeqCst);
        let mut watches = WATCHES.write().unwrap_or_else(PoisonError::into_inner);
        watches.retain(|watch| !Arc::ptr_eq(watch, &self.watch));
    }
}

/// A path and those who watch it.
pub(crate) struct Scene {
    path: PathBuf,
    watches: Vec<Arc<Watch>>,
}

/// The scene at the path that `find` tells; none when nobody watches it.
///
/// This is on the way of every call of the process, so the path is found only if anyone watches.
pub(crate) fn scene(find: impl FnOnce() -> Option<PathBuf>) -> Option<Scene> {
    if ACTIVE.load(Ordering::Acquire) == 0 {
        return None;
    }
    let path = find()?;
    let watches = WATCHES.read().unwrap_or_else(PoisonError::into_inner);
    let watches: Vec<_> =
        watches.iter().filter(|watch| path.starts_with(&watch.root)).cloned().collect();
    (!watches.is_empty()).then_some(Scene { path, watches })
}

impl Scene {
    /// Makes the call under the eyes of its watchers.
    ///
    /// `real` gets whether to write only the first half, and returns what the kernel did.
    pub(crate) fn play<'a>(
        &'a self,
        kind: Kind,
        effect: impl FnOnce(&'a Path) -> Effect<'a>,
        real: impl FnOnce(Ruling) -> isize,
    ) -> isize {
        let held: Vec<_> = self
            .watches
            .iter()
            .map(|watch| watch.order.lock().unwrap_or_else(PoisonError::into_inner))
            .collect();
        let call = Call { kind, path: &self.path, effect: effect(&self.path) };
        let mut ruling = Ruling::Go;
        for watch in &self.watches {
            let theirs = watch.observer.rule(&call);
            ruling = if ruling == Ruling::Go { theirs } else { ruling };
        }
        let (result, errno) = match ruling {
            Ruling::Fail(errno) => (-1, errno),
            Ruling::FailAfterwards(errno) => {
                real(Ruling::Go);
                (-1, errno)
            }
            allowed => (real(allowed), last_errno()),
        };
        for watch in &self.watches {
            watch.observer.done(&call, result);
        }
        drop(held);
        // Observers make calls of their own; the caller reads the number of this one.
        crate::calls::set_errno(errno);
        result
    }
}

fn last_errno() -> c_int {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}
