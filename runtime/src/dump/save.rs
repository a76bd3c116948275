//! Writing a dump: the head row, then all rows in the order of their tables and keys.
//!
//! ```text
//! length varint   head row
//! table u8   length varint   key   length varint   row      as often as need be
//! ```

use std::io::{self, Write};

use super::chunks::ChunkWriter;
use crate::{
    Error, Result,
    pages::{Fault, PageFile, Tree},
    store::{HEAD_KEY, Head, Table, checked_row, hex, log, put_varint},
};

/// How much of a prefix goes into a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The last state, and the history.
    All,
    /// The last state alone.
    Present,
}

/// What a dump holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dumped {
    /// The last state in it.
    pub state: u64,
    /// The oldest one that can be travelled to.
    pub oldest: u64,
    /// Objects.
    pub objects: u64,
    /// Rows, old versions included.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

impl What {
    /// The tables that are written.
    fn tables(self) -> impl Iterator<Item = Table> {
        // What is kept for snapshots in use is of this file's processes alone.
        let is_past = |table: &Table| matches!(table, Table::Log | Table::Gone);
        let wanted =
            move |table: &Table| *table != Table::Kept && (self == Self::All || !is_past(table));
        Table::ALL.into_iter().filter(wanted)
    }
}

/// Writes all of a file, as the last commit left it. Rows that are damaged are an error.
pub(crate) fn save(file: &PageFile, what: What, to: &mut dyn Write) -> Result<Dumped> {
    let row = Tree::main(file).get(HEAD_KEY).map_err(|fault| unread("", Table::Log, &fault))?;
    let none = || "there is no head row: it is not one of db0's files".to_owned();
    let head = row.ok_or_else(none).and_then(|row| Head::decode(&row));
    let head = head.map_err(|why| Error::Invalid(format!("the prefix can't be dumped: {why}")))?;
    let head = Head { partners: Vec::new(), ..head };
    let head = if what == What::Present { head.of_present() } else { head };
    let to = ChunkWriter::begin(to).map_err(unwritten)?;
    let mut saving = Saving { file, head, to, objects: 0, rows: 0, front: Vec::new() };
    saving.head()?;
    for table in what.tables() {
        saving.table(table)?;
        if table == Table::Fields && what == What::Present {
            // The log stands next: of it, when the last state was.
            saving.last_state()?;
        }
    }
    let Saving { head, to, objects, rows, .. } = saving;
    let bytes = to.end().map_err(unwritten)?;
    Ok(Dumped { state: head.state.0, oldest: head.oldest.0, objects, rows, bytes })
}

struct Saving<'a> {
    file: &'a PageFile,
    head: Head,
    to: ChunkWriter<'a>,
    objects: u64,
    rows: u64,
    front: Vec<u8>,
}

impl Saving<'_> {
    fn head(&mut self) -> Result<()> {
        let row = self.head.encode();
        put_varint(&mut self.front, row.len() as u64);
        self.front.extend_from_slice(&row);
        self.to.put(&self.front).map_err(unwritten)
    }

    fn rows_of(&self, table: Table) -> Result<Option<Tree<'_>>> {
        let found = Tree::main(self.file).table(table.name().as_bytes());
        found.map_err(|fault| unread(&self.head.name, table, &fault))
    }

    fn table(&mut self, table: Table) -> Result<()> {
        let name = self.head.name.clone();
        let failed = |fault: Fault| unread(&name, table, &fault);
        let file = self.file;
        let Some(tree) = Tree::main(file).table(table.name().as_bytes()).map_err(failed)? else {
            return Ok(());
        };
        let mut rows = tree.rows().map_err(failed)?;
        while let Some((key, row)) = rows.next().map_err(failed)? {
            self.row(table, &key, &row)?;
        }
        Ok(())
    }

    fn last_state(&mut self) -> Result<()> {
        let mut key = Vec::new();
        log::state_key(self.head.state, &mut key);
        let name = self.head.name.clone();
        let row = match self.rows_of(Table::Log)? {
            Some(log) => log.get(&key).map_err(|fault| unread(&name, Table::Log, &fault))?,
            None => None,
        };
        // Without a history it has none.
        row.map_or(Ok(()), |row| self.row(Table::Log, &key, &row))
    }

    fn row(&mut self, table: Table, key: &[u8], row: &[u8]) -> Result<()> {
        checked_row(table, key, row).map_err(|why| Error::Corrupt {
            prefix: self.head.name.clone(),
            table: table.name(),
            key: hex(key),
            why: why.into(),
        })?;
        self.rows += 1;
        self.objects += u64::from(table == Table::Objects);
        self.front.clear();
        self.front.push(table as u8);
        put_varint(&mut self.front, key.len() as u64);
        self.front.extend_from_slice(key);
        put_varint(&mut self.front, row.len() as u64);
        self.to.put(&self.front).and_then(|()| self.to.put(row)).map_err(unwritten)
    }
}

fn unread(prefix: &str, table: Table, fault: &Fault) -> Error {
    let (prefix, table, key) = (prefix.into(), table.name(), String::new());
    Error::Corrupt { prefix, table, key, why: fault.to_string() }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn unwritten(error: io::Error) -> Error {
    Error::io("writing", "the dump", &error)
}
