//! Where a command looks.

use std::{path::PathBuf, time::Duration};

use db0::{Config, Lock, Mode, Prefix, Result, Workspace};

/// A folder, and a prefix in it.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// The workspace's folder.
    folder: PathBuf,
    /// The prefix.
    #[arg(default_value = "default")]
    prefix: String,
}

impl Place {
    /// Opens the prefix for reading.
    pub(crate) fn open(&self) -> Result<Prefix> {
        let config = Config::new(&self.folder).prefix(&self.prefix).read_only();
        Workspace::open(config)?.prefix(&self.prefix, Mode::ReadOnly)
    }

    /// Opens the prefix, which is there, for writing; waits for whoever writes.
    pub(crate) fn open_for_writing(&self, patience: Duration) -> Result<Prefix> {
        drop(self.open()?);
        let config = Config::new(&self.folder).prefix(&self.prefix).lock(Lock::Wait(patience));
        Workspace::open(config)?.current()
    }
}
