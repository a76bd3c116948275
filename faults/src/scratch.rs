//! A directory that is gone when the test is.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Memory that looks like a disk: syncing costs nothing there, and what a crash would leave is
/// played back by us, not by a device.
const IN_MEMORY: &str = "/dev/shm";

/// A new, empty directory, removed on drop.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
    path: PathBuf,
}

impl Scratch {
    /// In memory where the system offers that, else on disk.
    pub fn new() -> io::Result<Self> {
        let in_memory = tempfile::Builder::new().prefix("faults-").tempdir_in(IN_MEMORY);
        Self::from_folder(in_memory.or_else(|_| tempfile::tempdir())?)
    }

    /// On disk.
    pub fn on_disk() -> io::Result<Self> {
        Self::from_folder(tempfile::tempdir()?)
    }

    fn from_folder(folder: TempDir) -> io::Result<Self> {
        let path = folder.path().canonicalize()?;
        Ok(Self { folder, path })
    }

    /// Where it is; a canonical path.
    pub fn path(&self) -> &Path {
        debug_assert!(self.folder.path().exists());
        &self.path
    }
}
