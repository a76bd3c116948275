//! The pages of the last commit, held as they are while somebody reads them one by one.

use std::ops::Deref;

use super::{env::Env, files::FILES, pool::Hold};
use crate::{Result, pages::PageFile};

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
        let txn = self.read().map_err(|fault| fault.at("reading", self.path()))?;
        let file = PageFile::open(&self.path().join(FILES[0]))?;
        Ok(Held { file, _pages: Hold::of(txn) })
    }
}
