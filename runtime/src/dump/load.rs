//! Reading a dump: row by row into a new environment, which is a prefix when all of it has been read.

use std::{io::Read, path::Path};

use super::chunks::{ChunkReader, Wrong, damaged};
use crate::{
    Error, Result,
    lmdb::EnvOptions,
    store::{Filling, Head, Table},
};

/// LMDB's longest key.
const KEY_BYTES_MAX: u64 = 511;
/// More than any row takes: a list of all that a very large commit has changed.
const ROW_BYTES_MAX: u64 = 1 << 30;
/// More than any head row takes: a state of some thousand prefixes.
const HEAD_BYTES_MAX: u64 = 1 << 20;

impl Wrong {
    fn told(self) -> Error {
        match self {
            Self::Damaged(why) => Error::BadDump { why },
            Self::Unread(error) => Error::io("reading", "the dump", &error),
        }
    }
}

/// A dump that has been begun to be read.
pub(crate) struct Loading<'r> {
    from: ChunkReader<'r>,
    head: Head,
}

/// Begins to read a dump.
pub(crate) fn load(from: &mut dyn Read) -> Result<Loading<'_>> {
    Loading::begin(from).map_err(Wrong::told)
}

impl<'r> Loading<'r> {
    fn begin(from: &'r mut dyn Read) -> Result<Self, Wrong> {
        let mut from = ChunkReader::begin(from)?;
        let len = bounded(from.number()?, HEAD_BYTES_MAX, "the head row is longer than any")?;
        let head = Head::decode(&from.bytes(len)?).map_err(Wrong::Damaged)?;
        Ok(Self { from, head })
    }

    /// The head row of the prefix that it is a dump of.
    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    /// Reads all of it into a folder, under a prefix's name. What the rows say is to be verified.
    pub(crate) fn into_folder(
        mut self,
        folder: &Path,
        name: &str,
        options: &EnvOptions,
    ) -> Result<()> {
        let mut filling = Filling::begin(folder, options)?;
        let mut last = None;
        while let Some((table, key, row)) = self.next().map_err(Wrong::told)? {
            let place = (table.index(), key.clone());
            if last.is_some_and(|last| last >= place) {
                return Err(damaged("its rows are out of order").told());
            }
            last = Some(place);
            filling.put(table, key, row)?;
        }
        filling.finish(Head { name: name.into(), ..self.head })
    }

    fn next(&mut self) -> Result<Option<(Table, Vec<u8>, Vec<u8>)>, Wrong> {
        if !self.from.has_more()? {
            return Ok(None);
        }
        let table = Table::of_number(self.from.small()?).filter(|table| *table != Table::Kept);
        let table = table.ok_or_else(|| damaged("a row is of no table"))?;
        let len = bounded(self.from.number()?, KEY_BYTES_MAX, "a key is longer than any")?;
        if len == 0 {
            return Err(damaged("a key is empty"));
        }
        let key = self.from.bytes(len)?;
        let len = bounded(self.from.number()?, ROW_BYTES_MAX, "a row is longer than any")?;
        Ok(Some((table, key, self.from.bytes(len)?)))
    }
}

fn bounded(number: u64, max: u64, why: &str) -> Result<usize, Wrong> {
    usize::try_from(number).ok().filter(|_| number <= max).ok_or_else(|| damaged(why))
}
