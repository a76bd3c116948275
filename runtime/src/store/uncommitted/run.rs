//! A run: rows of a layer that are too many for memory, sorted, in a scratch file of the prefix.
//!
//! Nothing in it is durable: it is deleted with its layer, and what a killed process left behind
//! when the prefix is next opened for writing. What it says is final for the layer that has it, but
//! for what that layer has in memory, which is newer.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::layer::Entry;
use crate::{
    Error, Result,
    lmdb::{Env, EnvOptions, Fault, ReadTxn, TableId, WriteTxn, forked},
    private,
    store::{
        key::RowKey,
        reading::scan::{Direction, KeyRange, Walk},
    },
};

/// The folder of runs, in that of the prefix.
pub(crate) const FOLDER: &str = ".scratch";

/// Bytes that are written in one step. Pages that a step changes take memory until it is over, and rows
/// that come between many others may be on a page each.
const BYTES_AT_ONCE: usize = 2 << 20;
/// Address space for one run.
const MAP_SIZE: usize = 1 << 38;

const GONE: u8 = 0;
const ROW: u8 = 1;

/// Rows of one table.
pub(crate) struct Run {
    /// None once it is being dropped.
    env: Option<Arc<Env>>,
    table: TableId,
    folder: PathBuf,
}

impl Run {
    /// Makes an empty one in the folder of a prefix.
    pub(in crate::store) fn create(prefix: &Path) -> Result<Self> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let folder = prefix.join(FOLDER).join(number.to_string());
        let failed = |error: std::io::Error| Error::io("making", &folder, &error);
        private::create_folders(&folder).map_err(failed)?;
        let options = EnvOptions::scratch(MAP_SIZE);
        let env = Env::open(&folder, &options)?;
        let table = env.main_table().map_err(|fault| fault.at("opening", &folder))?;
        Ok(Self { env: Some(env), table, folder })
    }

    /// Deletes what a process that was killed left in the folder of a prefix. The caller has the
    /// right to write there.
    pub(in crate::store) fn sweep(prefix: &Path) -> Result<()> {
        let folder = prefix.join(FOLDER);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("deleting", folder, &error))
            }
            _ => Ok(()),
        }
    }

    fn env(&self) -> &Env {
        self.env.as_ref().unwrap_or_else(|| unreachable!("it is there until the end"))
    }

    fn failed(&self, operation: &'static str, fault: Fault) -> Error {
        fault.at(operation, &self.folder)
    }

    /// Adds rows, in key order, over those that are there.
    pub(in crate::store) fn add<'r>(
        &self,
        rows: impl Iterator<Item = (&'r RowKey, &'r Entry)>,
    ) -> Result<()> {
        let failed = |fault| self.failed("writing", fault);
        let begin = || self.env().write().map_err(failed);
        let mut txn = begin()?;
        let (mut bytes, mut value) = (0, Vec::new());
        for (key, entry) in rows {
            value.clear();
            match entry.row() {
                Some(row) => {
                    value.push(ROW);
                    value.extend_from_slice(row);
                }
                None => value.push(GONE),
            }
            txn.put(self.table, key.as_bytes(), &value).map_err(failed)?;
            bytes += key.as_bytes().len() + value.len();
            if bytes > BYTES_AT_ONCE {
                WriteTxn::commit(txn).map_err(failed)?;
                (txn, bytes) = (begin()?, 0);
            }
        }
        txn.commit().map_err(failed)
    }

    /// Looks at its rows.
    pub(in crate::store) fn open(&self) -> Result<Opened<'_>> {
        let txn = self.env().read().map_err(|fault| self.failed("reading", fault))?;
        Ok(Opened { run: self, txn })
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Run").field(&self.folder).finish()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.env = None;
        if !forked()
            && let Err(error) = fs::remove_dir_all(&self.folder)
        {
            tracing::debug!("deleting {}: {error}", self.folder.display());
        }
    }
}

/// A run while it is looked at.
pub(in crate::store) struct Opened<'r> {
    run: &'r Run,
    txn: ReadTxn<&'r Env>,
}

/// A row, or that it is deleted.
pub(in crate::store) type Said<'t> = (&'t [u8], Option<&'t [u8]>);

impl Opened<'_> {
    /// What it says of a key; nothing, if it is silent.
    pub(in crate::store) fn get(&self, key: &[u8]) -> Result<Option<Option<&[u8]>>> {
        let value = self.txn.get(self.run.table, key).map_err(|e| self.run.failed("reading", e))?;
        Ok(value.map(body))
    }

    /// Its rows of a range, in order.
    pub(in crate::store) fn walk<'t>(
        &'t self,
        range: &'t KeyRange,
        direction: Direction,
    ) -> Result<impl Iterator<Item = Result<Said<'t>>>> {
        let failed = |fault| self.run.failed("reading", fault);
        let cursor = self.txn.cursor(self.run.table).map_err(failed)?;
        let mut walk = Walk::new(cursor, range, direction);
        Ok(std::iter::from_fn(move || {
            let row = walk.next().map_err(failed).transpose()?;
            Some(row.map(|(key, value)| (key, body(value))))
        }))
    }
}

fn body(value: &[u8]) -> Option<&[u8]> {
    value.split_first().filter(|(kind, _)| **kind == ROW).map(|(_, row)| row)
}
