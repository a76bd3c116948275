//! `db0 prefixes`: what a folder holds.

use std::path::PathBuf;

use db0::{Config, Error, Mode, Result, Workspace};

use crate::outcome::Outcome;

/// Lists the prefixes of a folder with their last state.
#[derive(clap::Args)]
pub(crate) struct Prefixes {
    /// The workspace's folder.
    folder: PathBuf,
}

impl Prefixes {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let names = Workspace::list(&self.folder)?;
        let Some(first) = names.first() else {
            let why = format!("there is no prefix in {}", self.folder.display());
            return Err(Error::other(why));
        };
        let workspace = Workspace::open(Config::new(&self.folder).prefix(first).read_only())?;
        for name in &names {
            println!("{}\t{name}", workspace.prefix(name, Mode::ReadOnly)?.state());
        }
        Ok(Outcome::Fine)
    }
}
