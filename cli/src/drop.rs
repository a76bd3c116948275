//! `db0 drop`: deletes a prefix, or a collection that one keeps by its name.

use std::time::Duration;

use db0::{Error, Result, Workspace};

use crate::{outcome::Outcome, place::Named};

/// Deletes a prefix that nobody writes, for good; or a collection in it.
#[derive(clap::Args)]
pub(crate) struct DropPrefix {
    #[command(flatten)]
    place: Named,
    /// Only the collection that is kept by this name, unless something else holds it.
    #[arg(long, value_name = "NAME")]
    root: Option<String>,
}

impl DropPrefix {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let Some(root) = &self.root else {
            Workspace::remove(self.place.folder(), self.place.prefix())?;
            return Ok(Outcome::Fine);
        };
        let prefix = self.place.open_for_writing(Duration::ZERO)?;
        if !prefix.drop_root(root)? {
            let prefix = self.place.prefix();
            return Err(Error::other(format!("there is no root {root:?} in prefix {prefix:?}")));
        }
        prefix.commit()?;
        Ok(Outcome::Fine)
    }
}
