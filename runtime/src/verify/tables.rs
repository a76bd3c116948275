//! The tables of a prefix, read page by page.

use super::report::{Verification, Verifying};
use crate::{
    pages::{Bytes, Census, Fault, PageFile, Rows, Tree},
    store::{HEAD_KEY, Head, Oid, Table, body_of, oid_key},
};

/// How many rows are looked at before it is told.
const TOLD_EVERY: u64 = 4096;

/// The tables of a prefix whose pages are sound.
pub(super) struct Tables<'f> {
    trees: [Tree<'f>; Table::ALL.len()],
    entries: [u64; Table::ALL.len()],
    pub(super) head: Head,
}

impl<'f> Tables<'f> {
    /// Finds the tables; `Err` says what is missing.
    pub(super) fn find(file: &'f PageFile, census: &Census) -> Result<Self, String> {
        let row = Tree::main(file).get(HEAD_KEY).map_err(|fault| fault.to_string())?;
        let row = row.ok_or("there is no head row: it is not one of db0's files")?;
        let head = Head::decode(&row)?;
        let mut trees = [Tree::main(file); Table::ALL.len()];
        let mut entries = [0; Table::ALL.len()];
        for table in Table::ALL {
            let name = table.name();
            let found = census.tables.iter().find(|found| found.name == name.as_bytes());
            let found = found.ok_or_else(|| format!("there is no table {name:?}"))?;
            trees[table.index()] = Tree::of(file, &found.record);
            entries[table.index()] = found.record.entries();
        }
        Ok(Self { trees, entries, head })
    }

    /// How many rows a table has.
    pub(super) fn len(&self, table: Table) -> u64 {
        self.entries[table.index()]
    }

    pub(super) fn rows(&self, table: Table) -> Result<Rows<'f>, Fault> {
        self.trees[table.index()].rows()
    }

    pub(super) fn rows_from(&self, table: Table, key: &[u8]) -> Result<Rows<'f>, Fault> {
        self.trees[table.index()].rows_from(key)
    }

    pub(super) fn get(&self, table: Table, key: &[u8]) -> Result<Option<Bytes>, Fault> {
        self.trees[table.index()].get(key)
    }

    /// Calls `read` with what a row says, if it is there and sound.
    pub(super) fn body<R>(
        &self,
        table: Table,
        key: &[u8],
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>, Fault> {
        let Some(row) = self.get(table, key)? else { return Ok(None) };
        Ok(body_of(table, key, &row).ok().map(read))
    }

    /// There is an object or a collection of this number, by its own row.
    pub(super) fn has(&self, table: Table, oid: Oid) -> Result<bool, Fault> {
        Ok(self.get(table, oid_key(oid).as_bytes())?.is_some())
    }
}

/// What is passed on through a verification.
pub(super) struct Looking<'a, 'f> {
    pub(super) tables: &'a Tables<'f>,
    pub(super) report: &'a mut Verification,
    pub(super) told: &'a mut dyn FnMut(Verifying),
}

impl Looking<'_, '_> {
    /// Calls `each` with all rows of a table.
    pub(super) fn each_raw(
        &mut self,
        what: &'static str,
        table: Table,
        mut each: impl FnMut(&mut Self, &[u8], &[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut rows = self.tables.rows(table)?;
        let (mut done, of) = (0, self.tables.len(table));
        while let Some((key, row)) = rows.next()? {
            each(self, &key, &row)?;
            done += 1;
            if done % TOLD_EVERY == 0 {
                (self.told)(Verifying { what, done, of });
            }
        }
        Ok(())
    }

    /// Calls `each` with what all rows of a table say that are sound.
    pub(super) fn each_body(
        &mut self,
        what: &'static str,
        table: Table,
        mut each: impl FnMut(&mut Self, &[u8], &[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.each_raw(what, table, |looking, key, row| match body_of(table, key, row) {
            Ok(body) => each(looking, key, body),
            Err(_) => Ok(()), // told with the envelopes
        })
    }
}
