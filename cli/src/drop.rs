//! `db0 drop`: deletes a prefix.

use db0::{Result, Workspace};

use crate::{outcome::Outcome, place::Folder};

/// Deletes a prefix that nobody writes, for good.
#[derive(clap::Args)]
pub(crate) struct DropPrefix {
    #[command(flatten)]
    folder: Folder,
    /// The prefix.
    prefix: String,
}

impl DropPrefix {
    pub(crate) fn run(&self) -> Result<Outcome> {
        Workspace::remove(self.folder.path(), &self.prefix)?;
        Ok(Outcome::Fine)
    }
}
