//! Folders that are said to be on another kind of file system than they are.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

static FOREIGN: RwLock<Vec<Arc<Said>>> = RwLock::new(Vec::new());

struct Said {
    root: PathBuf,
    kind: i64,
    asked: AtomicU64,
}

/// While it lasts, `statfs` says that all below a folder is on a file system of a kind: nothing need be
/// mounted to see what is made of that.
///
/// ```
/// use db0_faults::{Foreign, Scratch};
///
/// let scratch = Scratch::new()?;
/// let nfs = Foreign::below(scratch.path(), 0x6969)?;
/// assert_eq!(nfs.asked(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Foreign(Arc<Said>);

impl Foreign {
    /// Begins to say so of all below `folder`, which must exist; kinds are those of `statfs`.
    pub fn below(folder: &Path, kind: i64) -> io::Result<Self> {
        let said = Arc::new(Said { root: folder.canonicalize()?, kind, asked: AtomicU64::new(0) });
        FOREIGN.write().unwrap_or_else(PoisonError::into_inner).push(said.clone());
        Ok(Self(said))
    }

    /// How often it was asked.
    pub fn asked(&self) -> u64 {
        self.0.asked.load(Ordering::SeqCst)
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        let mut all = FOREIGN.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|said| !Arc::ptr_eq(said, &self.0));
    }
}

/// What is to be said of the path that `find` tells.
pub(crate) fn kind_at(find: impl FnOnce() -> Option<PathBuf>) -> Option<i64> {
    let path = find()?;
    let all = FOREIGN.read().unwrap_or_else(PoisonError::into_inner);
    let said = all.iter().find(|said| path.starts_with(&said.root))?;
    said.asked.fetch_add(1, Ordering::SeqCst);
    Some(said.kind)
}
