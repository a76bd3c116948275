//! `db0 load`: a prefix from a dump.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use db0::{Error, Result, Workspace};

use crate::{outcome::Outcome, place::Folder, verify};

/// Makes a prefix of what `db0 dump` has written. Nothing that is there is written over.
#[derive(clap::Args)]
pub(crate) struct Load {
    /// The dump; - for the standard input.
    from: PathBuf,
    #[command(flatten)]
    folder: Folder,
    /// The prefix to be made.
    #[arg(default_value = "default")]
    prefix: String,
}

impl Load {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let from: Box<dyn Read> = if self.from == Path::new("-") {
            Box::new(io::stdin().lock())
        } else {
            let failed = |error| Error::other(format!("opening {}: {error}", self.from.display()));
            Box::new(BufReader::new(File::open(&self.from).map_err(failed)?))
        };
        let loaded = Workspace::load(self.folder.path(), &self.prefix, from)?;
        verify::tell(&loaded)
    }
}
