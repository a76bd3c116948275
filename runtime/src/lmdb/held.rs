//! The pages of the last commit, held as they are while somebody reads them one by one.

use std::{fs::File, ops::Deref, path::PathBuf};

use super::{
    env::Env,
    error::Fault,
    files::{self, FILES},
    pool::Hold,
};
use crate::{Error, Result, pages::PageFile};

/// A file whose pages are not used again as long as this lasts, so that it grows meanwhile.
pub(crate) struct Held<'e> {
    file: PageFile,
    _pages: Hold<'e>,
}

impl Deref for Held<'_> {
    type Target = PageFile;

    fn deref(&self) -> &PageFile {
        &self.file
    }
}

impl Env {
    /// Holds the pages of the last commit. They are read through a descriptor of their own and not
    /// through the map, so that the map may grow for commits meanwhile, however long it takes.
    pub(crate) fn hold(&self) -> Result<Held<'_>> {
        // Held first: what is committed in between is held too, since nothing is freed before it.
        let failed = |fault: Fault| fault.at("reading", self.path());
        let txn = self.read().map_err(failed)?;
        let (file, path) = self.data_file()?;
        let file = PageFile::of_open(file, &path)?;
        Ok(Held { file, _pages: Hold::of(txn) })
    }

    /// The data file, and where it was when it was opened: somebody may have taken it away.
    pub(crate) fn data_file(&self) -> Result<(File, PathBuf)> {
        let path = self.path().join(FILES[0]);
        let raw = self.raw().map_err(|fault| fault.at("reading", self.path()))?;
        let file = files::descriptor(raw);
        Ok((file.map_err(|error| Error::io("opening", &path, &error))?, path))
    }
}
