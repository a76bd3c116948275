//! A new environment, filled with rows that come in the order of their tables and keys.

use std::{path::Path, sync::Arc};

use super::create;
use crate::{
    Result,
    lmdb::{Env, EnvOptions, Fault, TableId},
    store::{
        head::{HEAD_KEY, Head},
        sum::weight,
        table::Table,
    },
};

/// Bytes of rows that are written in one transaction: so many wait in memory.
const STEP_BYTES: usize = 16 << 20;

/// An environment on its way. It is no prefix before [`finish`](Self::finish) has written its head row.
pub(crate) struct Filling {
    env: Arc<Env>,
    main: TableId,
    tables: [TableId; Table::ALL.len()],
    /// Rows of the present step.
    rows: Vec<(Table, Vec<u8>, Vec<u8>)>,
    bytes: usize,
    sum: u64,
}

impl Filling {
    /// Makes an environment in a folder that has none.
    pub(crate) fn begin(folder: &Path, options: &EnvOptions) -> Result<Self> {
        let env = Env::open(folder, options)?;
        let (main, tables) = create::tables(&env, folder)?;
        Ok(Self { env, main, tables, rows: Vec::new(), bytes: 0, sum: 0 })
    }

    /// Adds a row, behind all others. Its key has a length that LMDB takes.
    pub(crate) fn put(&mut self, table: Table, key: Vec<u8>, row: Vec<u8>) -> Result<()> {
        self.bytes += key.len() + row.len();
        self.sum = self.sum.wrapping_add(weight(&row));
        self.rows.push((table, key, row));
        if self.bytes < STEP_BYTES { Ok(()) } else { self.write(None) }
    }

    /// Writes the head row, with what the rows add up to, and what waits.
    pub(crate) fn finish(mut self, head: Head) -> Result<()> {
        let head = Head { sum: self.sum, ..head };
        self.write(Some(&head))
    }

    fn write(&mut self, head: Option<&Head>) -> Result<()> {
        let written = loop {
            match self.try_write(head) {
                Err(fault) if Fault::is_map_full_code(fault.code()) => {
                    self.env.grow().map_err(|fault| fault.at("growing", self.env.path()))?;
                }
                other => break other,
            }
        };
        self.rows.clear();
        self.bytes = 0;
        written.map_err(|fault| fault.at("writing", self.env.path()))
    }

    fn try_write(&self, head: Option<&Head>) -> std::result::Result<(), Fault> {
        let mut txn = self.env.write()?;
        for (table, key, row) in &self.rows {
            txn.append(self.tables[table.index()], key, row)?;
        }
        if let Some(head) = head {
            txn.put(self.main, HEAD_KEY, &head.encode())?;
        }
        txn.commit()
    }
}
