//! `db0 backup`: a copy of a prefix, beside whoever uses it.

use std::path::PathBuf;

use db0::Result;

use crate::{outcome::Outcome, place::Folder, verify};

/// Writes a copy of a prefix to a new file, while others may be using it, and looks it through.
#[derive(clap::Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    folder: Folder,
    /// The prefix.
    prefix: String,
    /// The file to be made.
    to: PathBuf,
}

impl Backup {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let copied = self.folder.open(&self.prefix)?.backup(&self.to)?;
        verify::tell(&copied)
    }
}
