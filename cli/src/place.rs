//! Where a command looks.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use db0::{Config, Lock, Mode, Prefix, Result, Snapshot, Workspace};

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

    fn open_for_writing(&self, prefix: &str, patience: Duration) -> Result<Prefix> {
        drop(self.open(prefix)?);
        let config = Config::new(&self.folder).prefix(prefix).lock(Lock::Wait(patience));
        Workspace::open(config)?.try_current()
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
        self.folder.open_for_writing(&self.prefix, patience)
    }
}

/// A folder, and a prefix in it that is named: something is told behind it.
#[derive(clap::Args)]
pub(crate) struct Named {
    #[command(flatten)]
    folder: Folder,
    /// The prefix.
    prefix: String,
}

impl Named {
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// As [`Place::open_for_writing`].
    pub(crate) fn open_for_writing(&self, patience: Duration) -> Result<Prefix> {
        self.folder.open_for_writing(&self.prefix, patience)
    }

    /// The prefix at a state; the last one if none is named.
    pub(crate) fn snapshot(&self, at: At) -> Result<Snapshot> {
        at.of(&self.folder.open(&self.prefix)?)
    }
}

/// A state of a prefix.
#[derive(clap::Args, Clone, Copy)]
pub(crate) struct At {
    /// As of this state; of the last one if not said.
    #[arg(long, value_name = "STATE")]
    at: Option<u64>,
}

impl At {
    /// A prefix at this state.
    pub(crate) fn of(self, prefix: &Prefix) -> Result<Snapshot> {
        match self.at {
            Some(state) => prefix.workspace().snapshot_at(state),
            None => prefix.snapshot(),
        }
    }
}
