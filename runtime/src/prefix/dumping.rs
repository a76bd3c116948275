//! Dumps of prefixes: written beside whoever reads and writes, and made prefixes again.

use std::{
    io::{Read, Write},
    path::Path,
};

use super::{Prefix, PrefixName, copying::make_prefix};
use crate::{
    Error, Result,
    dump::{self, Dumped, What},
    lmdb::FILES,
    pages::PageFile,
    verify::{BeginCheck, Verification, verify},
};

impl Prefix {
    /// Writes all that the prefix holds, its history too, as a stream that any machine reads: whatever
    /// the sizes of its pages and words, and the order of their bytes. Where it is open for writing, what
    /// was published is committed before.
    ///
    /// It is one state, and goes on beside reading and writing; pages that commits free meanwhile are not
    /// used again before it has ended. Each row is looked at before it is written: damage is an error.
    pub fn dump(&self, mut to: impl Write) -> Result<Dumped> {
        self.dump_of(What::All, &mut to)
    }

    /// As [`dump`](Self::dump), without the history: of the last state alone.
    pub fn dump_present(&self, mut to: impl Write) -> Result<Dumped> {
        self.dump_of(What::Present, &mut to)
    }

    fn dump_of(&self, what: What, to: &mut dyn Write) -> Result<Dumped> {
        self.commit_if_in_place()?;
        let held = self.objects().store().hold()?;
        dump::save(&held, what, to)
    }
}

/// Makes a prefix of a dump. There must be none of its name, nor one that it is a dump of.
pub(crate) fn load(
    root: &Path,
    name: &PrefixName,
    from: &mut dyn Read,
    begin: BeginCheck,
) -> Result<Verification> {
    let loading = dump::load(from)?;
    let mut found = Verification::default();
    let id = loading.head().prefix;
    make_prefix(root, name, id, |workshop, options| {
        loading.into_folder(workshop, name.as_str(), options)?;
        found = verify(&PageFile::open(&workshop.join(FILES[0]))?, begin, &mut |_| ());
        match found.findings.first() {
            None => Ok(()),
            Some(first) => Err(Error::BadDump { why: first.to_string() }),
        }
    })?;
    Ok(found)
}
