//! `db0 restore`: a prefix from a copy.

use std::path::PathBuf;

use db0::{Result, Workspace};

use crate::{outcome::Outcome, place::Folder, verify};

/// Makes a prefix of a copy that `db0 backup` has written. Nothing that is there is written over.
#[derive(clap::Args)]
pub(crate) struct Restore {
    /// The copy.
    from: PathBuf,
    #[command(flatten)]
    folder: Folder,
    /// The prefix to be made.
    #[arg(default_value = "default")]
    prefix: String,
}

impl Restore {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let restored = Workspace::restore(self.folder.path(), &self.prefix, &self.from)?;
        verify::tell(&restored)
    }
}
