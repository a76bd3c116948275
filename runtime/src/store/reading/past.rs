//! Finding the version of a row that was valid at a state.

use crate::{
    Error, Result,
    lmdb::{Env, ReadTxn},
    store::{
        engine::Store,
        envelope::{Envelope, Way},
        head::{HEAD_KEY, Head},
        history::log,
        num::StateNum,
        table::Table,
    },
};

/// A short look into the file, and how to tell what is wrong with it.
pub(in crate::store) struct Disk<'s> {
    pub(in crate::store) store: &'s Store,
    pub(in crate::store) txn: ReadTxn<&'s Env>,
}

impl<'s> Disk<'s> {
    pub(in crate::store) fn open(store: &'s Store) -> Result<Self> {
        let txn = store.env().read().map_err(|fault| store.failed("reading", fault))?;
        Ok(Self { store, txn })
    }

    /// As [`open`](Self::open), to read at a state. One that no pin keeps any more may have been forgotten:
    /// rows of it may be missing then.
    pub(in crate::store) fn open_at(store: &'s Store, state: StateNum) -> Result<Self> {
        let disk = Self::open(store)?;
        if store.pins().have_left() {
            let oldest = disk.head()?.oldest;
            if state < oldest {
                return Err(Error::Pruned { oldest: oldest.0 });
            }
        }
        Ok(disk)
    }

    /// What is committed of the prefix itself, as of this look.
    pub(in crate::store) fn head(&self) -> Result<Head> {
        let row = self.txn.get(self.store.main_table(), HEAD_KEY);
        let row = row.map_err(|fault| self.store.failed("reading", fault))?;
        let path = self.store.env().path().into();
        Head::decode(row.unwrap_or_default()).map_err(|why| Error::Format { path, why })
    }

    pub(in crate::store) fn get(&self, table: Table, key: &[u8]) -> Result<Option<&[u8]>> {
        self.txn
            .get(self.store.table(table), key)
            .map_err(|fault| self.store.failed("reading", fault))
    }

    /// The row's body as it is now.
    pub(in crate::store) fn body(&self, table: Table, key: &[u8]) -> Result<Option<&[u8]>> {
        let Some(row) = self.get(table, key)? else { return Ok(None) };
        self.strip(table, key, row).map(Some)
    }

    fn open_row<'r>(&self, table: Table, key: &[u8], row: &'r [u8]) -> Result<Envelope<'r>> {
        Envelope::open(table, key, row).map_err(|why| self.store.corrupt(table, key, why))
    }

    /// As [`open_row`](Self::open_row), on the way back from the row that `newer` wrote: a damaged
    /// file must not lead round in a circle.
    fn open_older<'r>(
        &self,
        table: Table,
        key: &[u8],
        row: &'r [u8],
        newer: &mut Option<StateNum>,
    ) -> Result<Envelope<'r>> {
        let version = self.open_row(table, key, row)?;
        if newer.replace(version.stamp).is_some_and(|newer| version.stamp >= newer) {
            return Err(self.store.corrupt(table, key, "its versions go round in a circle"));
        }
        Ok(version)
    }

    /// The row's body as it was at `state`.
    pub(in crate::store) fn body_at(
        &self,
        table: Table,
        key: &[u8],
        state: StateNum,
    ) -> Result<Option<&[u8]>> {
        let now = self.get(table, key)?;
        self.version_at(table, key, now, state)
    }

    /// As [`body_at`](Self::body_at), with today's row at hand.
    pub(in crate::store) fn version_at<'r>(
        &'r self,
        table: Table,
        key: &[u8],
        now: Option<&'r [u8]>,
        state: StateNum,
    ) -> Result<Option<&'r [u8]>> {
        if !table.is_versioned() {
            return now.map(|row| self.strip(table, key, row)).transpose();
        }
        let mut scratch = Vec::new();
        let now = match now {
            None => self.deleted_after(table, key, state, &mut scratch)?,
            now => now,
        };
        let Some(mut row) = now else { return self.put_aside(table, key, state, &mut scratch) };
        let mut newer = None;
        loop {
            let version = self.open_older(table, key, row, &mut newer)?;
            match version.way_to(state) {
                Way::Here if version.is_tombstone() => return Ok(None),
                Way::Here => return Ok(Some(version.body)),
                Way::Nowhere => return self.put_aside(table, key, state, &mut scratch),
                Way::Log(successor) => {
                    log::old_key(successor, table, key, &mut scratch);
                    match self.get(Table::Log, &scratch)? {
                        Some(older) => row = older,
                        None if self.oldest() > state => {
                            return self.put_aside(table, key, state, &mut scratch);
                        }
                        None => {
                            let why = "an old version is missing from the log";
                            return Err(self.store.corrupt(table, key, why));
                        }
                    }
                }
            }
        }
    }

    /// The oldest state of which the log has everything; for certain in a process that reads, since
    /// another one forgets.
    fn oldest(&self) -> StateNum {
        let pins = self.store.pins();
        if pins.is_reader() {
            self.head().map_or(StateNum(u64::MAX), |head| head.oldest)
        } else {
            pins.floor()
        }
    }

    /// The row's body at a state to which no version leads that is there now: it may have been put
    /// aside, or have left the log before this process looked.
    fn put_aside(
        &self,
        table: Table,
        key: &[u8],
        state: StateNum,
        scratch: &mut Vec<u8>,
    ) -> Result<Option<&[u8]>> {
        let oldest = self.oldest();
        if state >= oldest {
            return Ok(None);
        }
        log::kept_key(state, table, key, scratch);
        if let Some(row) = self.get(Table::Kept, scratch)? {
            let version = self.open_row(table, key, row)?;
            return Ok((!version.is_tombstone()).then_some(version.body));
        }
        if self.store.pins().keeps(state) {
            return Ok(None);
        }
        Err(Error::Pruned { oldest: oldest.0 })
    }

    /// The states that wrote a row, newest first, as far back as the log goes; also those of a row
    /// that is gone now.
    pub(in crate::store) fn stamps(
        &self,
        table: Table,
        key: &[u8],
        oldest: StateNum,
    ) -> Result<Vec<StateNum>> {
        let mut scratch = Vec::new();
        let mut stamps = Vec::new();
        let mut row = match self.get(table, key)? {
            Some(row) => Some(row),
            None => self.deleted_after(table, key, oldest, &mut scratch)?,
        };
        let mut newer = None;
        while let Some(found) = row {
            let version = self.open_older(table, key, found, &mut newer)?;
            if !version.is_tombstone() {
                stamps.push(version.stamp);
            }
            if version.stamp <= oldest {
                break;
            }
            log::old_key(version.stamp, table, key, &mut scratch);
            row = self.get(Table::Log, &scratch)?;
        }
        Ok(stamps)
    }

    /// The last version of a row that is gone now, if it was deleted after `state`.
    fn deleted_after(
        &self,
        table: Table,
        key: &[u8],
        state: StateNum,
        scratch: &mut Vec<u8>,
    ) -> Result<Option<&[u8]>> {
        log::gone_key(table, key, scratch);
        let Some(gone) = self.get(Table::Gone, scratch)? else { return Ok(None) };
        let mut gone = self.strip(Table::Gone, scratch, gone)?;
        let deleted = crate::store::varint::take(&mut gone)
            .map(StateNum)
            .ok_or_else(|| self.store.corrupt(Table::Gone, scratch, "the row is damaged"))?;
        if deleted <= state {
            return Ok(None);
        }
        log::old_key(deleted, table, key, scratch);
        let missing = || self.store.corrupt(table, key, "its last version is missing from the log");
        self.get(Table::Log, scratch)?.map(Some).ok_or_else(missing)
    }
}
