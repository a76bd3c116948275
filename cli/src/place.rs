//! Where a command looks.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use db0::{Config, Lock, Mode, Prefix, Result, Workspace};

/// A workspace's folder.
#[derive(clap::Args)]
pub(crate) struct Folder {
    /// The workspace's folder.
    folder: PathBuf,
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// Opens a prefix for reading.
    pub(crate) fn open(&self, prefix: &str) -> Result<Prefix> {
        let config = Config::new(&self.folder).prefix(prefix).read_only();
        Workspace::open(config)?.prefix(prefix, Mode::ReadOnly)
    }
}

/// A folder, and a prefix in it.
#[derive(clap::Args)]
pub(crate) struct Place {
    #[command(flatten)]
    folder: Folder,
    /// The prefix.
    #[arg(default_value = "default")]
    prefix: String,
}

impl Place {
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Opens the prefix for reading.
    pub(crate) fn open(&self) -> Result<Prefix> {
        self.folder.open(&self.prefix)
    }

    /// Opens the prefix, which is there, for writing; waits for whoever writes.
    pub(crate) fn open_for_writing(&self, patience: Duration) -> Result<Prefix> {
        drop(self.open()?);
        let config = Config::new(self.folder()).prefix(&self.prefix);
        let config = config.lock(Lock::Wait(patience));
        Workspace::open(config)?.try_current()
    }
}
