//! The pages of the last commit, held as they are while somebody reads them one by one.

use std::ops::Deref;

use super::{env::Env, files::FILES, pool::ReadTxn};
use crate::{Result, pages::PageFile};

/// A file whose pages are not used again as long as this lasts, so that it grows meanwhile.
pub(crate) struct Held<'e> {
    file: PageFile,
    _txn: ReadTxn<&'e Env>,
}

impl Deref for Held<'_> {
    type Target = PageFile;

    fn deref(&self) -> &PageFile {
        &self.file
    }
}

impl Env {
    /// Holds the pages of the last commit.
    pub(crate) fn hold(&self) -> Result<Held<'_>> {
        // Held first: what is committed in between is held too, since nothing is freed before it.
        let txn = self.read().map_err(|fault| fault.at("reading", self.path()))?;
        let file = PageFile::open(&self.path().join(FILES[0]))?;
        Ok(Held { file, _txn: txn })
    }
}
