//! Writing one state: every row in its envelope, what it replaces into the log.

use super::{
    container::Chunk,
    engine::Store,
    envelope::{self, Envelope, Next, Seal},
    head::Head,
    layer::{Entry, LayerRows},
    log::{self, StateRow},
    num::{Oid, StateNum},
    postings::{self, Delta, Postings},
    table::Table,
    varint,
};
use crate::{
    Result,
    lmdb::{Fault, WriteTxn},
};

/// What writing a row came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrote {
    Created,
    Changed,
    /// The row was like that before: nothing was written.
    Same,
}

/// Whether a row may have been there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// It can't have been: its oid is new, and larger than every other.
    Nothing,
    Unknown,
}

/// Writes one state into one LMDB transaction.
pub(crate) struct Writer<'s> {
    store: &'s Store,
    txn: WriteTxn<'s>,
    pub(crate) head: Head,
    state: StateNum,
    keeps_old: bool,
    /// Something was written that makes this a state of its own.
    changed: bool,
    old: Vec<u8>,
    row: Vec<u8>,
    log_key: Vec<u8>,
    log_last: Vec<u8>,
    pub(crate) summary: StateRow,
}

impl<'s> Writer<'s> {
    pub(super) fn begin(store: &'s Store, head: Head, keeps_old: bool) -> Result<Self> {
        let txn = store.env().write().map_err(|fault| store.failed("beginning to write", fault))?;
        let state = head.state.next();
        Ok(Self {
            store,
            txn,
            head,
            state,
            keeps_old,
            changed: false,
            old: Vec::new(),
            row: Vec::new(),
            log_key: Vec::new(),
            log_last: Vec::new(),
            summary: StateRow::default(),
        })
    }

    /// The state that is being written.
    pub(crate) fn state(&self) -> StateNum {
        self.state
    }

    fn failed(&self, fault: Fault) -> crate::Error {
        self.store.failed("writing", fault)
    }

    /// Reads a body as it will be once this state is committed.
    pub(crate) fn get(&self, table: Table, key: &[u8]) -> Result<Option<&[u8]>> {
        let row = self.txn.get(self.store.table(table), key).map_err(|fault| self.failed(fault))?;
        match row {
            Some(row) if table.is_versioned() => self.open(table, key, row).map(|row| Some(row.body)),
            row => Ok(row),
        }
    }

    fn open<'r>(&self, table: Table, key: &[u8], row: &'r [u8]) -> Result<Envelope<'r>> {
        Envelope::open(table, key, row).map_err(|why| self.store.corrupt(table, key, why))
    }

    /// Writes a row.
    pub(crate) fn put(&mut self, table: Table, key: &[u8], body: &[u8], before: Before) -> Result<Wrote> {
        let id = self.store.table(table);
        if !table.is_versioned() {
            self.changed = true;
            self.txn.put(id, key, body).map_err(|fault| self.failed(fault))?;
            return Ok(Wrote::Changed);
        }
        let found = before == Before::Unknown && self.load_old(table, key)?;
        let mut row = std::mem::take(&mut self.row);
        let seal = Seal { table, key, out: &mut row };
        let wrote = if found {
            let old = self.open(table, key, &self.old)?;
            if old.body == body {
                self.row = row;
                return Ok(Wrote::Same);
            }
            if self.keeps_old {
                old.write_next(self.state, Next::Body(body), self.head.oldest, seal);
                self.log_old(table, key)?;
            } else {
                envelope::write_first(self.state, body, seal);
            }
            Wrote::Changed
        } else {
            if before == Before::Nothing || !self.revive(table, key, body, &mut row)? {
                envelope::write_first(self.state, body, Seal { table, key, out: &mut row });
            }
            Wrote::Created
        };
        self.changed = true;
        let put = match before {
            Before::Nothing => self.txn.append(id, key, &row),
            Before::Unknown => self.txn.put(id, key, &row),
        };
        self.row = row;
        put.map_err(|fault| self.failed(fault))?;
        Ok(wrote)
    }

    /// Writes a description, which does not make a state by itself.
    pub(crate) fn describe(&mut self, table: Table, key: &[u8], row: &[u8]) -> Result<()> {
        self.txn.put(self.store.table(table), key, row).map_err(|fault| self.failed(fault))
    }

    /// Takes a description away.
    pub(crate) fn undescribe(&mut self, table: Table, key: &[u8]) -> Result<bool> {
        self.txn.delete(self.store.table(table), key).map_err(|fault| self.failed(fault))
    }

    /// Copies the row at `key` to `self.old`: LMDB gives no slice that outlives the next write.
    fn load_old(&mut self, table: Table, key: &[u8]) -> Result<bool> {
        self.old.clear();
        let row = self.txn.get(self.store.table(table), key).map_err(|fault| self.failed(fault))?;
        self.old.extend_from_slice(row.unwrap_or_default());
        Ok(row.is_some())
    }

    /// Keeps `self.old` in the log as what this state replaces.
    fn log_old(&mut self, table: Table, key: &[u8]) -> Result<()> {
        log::old_key(self.state, table, key, &mut self.log_key);
        let old = std::mem::take(&mut self.old);
        let logged = self.log(&old);
        self.old = old;
        logged
    }

    /// Writes a row of the log at `self.log_key`.
    fn log(&mut self, row: &[u8]) -> Result<()> {
        let id = self.store.table(Table::Log);
        let put = if self.log_key > self.log_last {
            self.log_last.clone_from(&self.log_key);
            self.txn.append(id, &self.log_key, row)
        } else {
            self.txn.put(id, &self.log_key, row)
        };
        put.map_err(|fault| self.failed(fault))
    }

    /// Writes the row of a key that had been deleted, with its past; false if it never was there.
    fn revive(&mut self, table: Table, key: &[u8], body: &[u8], row: &mut Vec<u8>) -> Result<bool> {
        if self.head.gone[table.index()] == 0 {
            return Ok(false);
        }
        let Some(deleted) = self.take_gone(table, key)? else { return Ok(false) };
        if !self.keeps_old {
            return Ok(false);
        }
        log::old_key(deleted, table, key, &mut self.log_key);
        let last = self.txn.get(self.store.table(Table::Log), &self.log_key).map_err(|fault| self.failed(fault))?;
        let Some(last) = last else { return Ok(false) }; // its past has been pruned
        let mut tombstone = Vec::new();
        let seal = Seal { table, key, out: &mut tombstone };
        self.open(table, key, last)?.write_next(deleted, Next::Tombstone, self.head.oldest, seal);
        let seal = Seal { table, key, out: row };
        self.open(table, key, &tombstone)?.write_next(self.state, Next::Body(body), self.head.oldest, seal);
        self.old = tombstone;
        self.log_old(table, key)?;
        Ok(true)
    }

    fn take_gone(&mut self, table: Table, key: &[u8]) -> Result<Option<StateNum>> {
        log::gone_key(table, key, &mut self.log_key);
        let id = self.store.table(Table::Gone);
        let row = self.txn.get(id, &self.log_key).map_err(|fault| self.failed(fault))?;
        let Some(mut row) = row else { return Ok(None) };
        let deleted = varint::take(&mut row).map(StateNum);
        let deleted = deleted.ok_or_else(|| self.store.corrupt(Table::Gone, &self.log_key, "the row is damaged"))?;
        self.txn.delete(id, &self.log_key).map_err(|fault| self.failed(fault))?;
        self.head.gone[table.index()] -= 1;
        Ok(Some(deleted))
    }

    /// Deletes a row; false if there was none.
    pub(crate) fn delete(&mut self, table: Table, key: &[u8]) -> Result<bool> {
        let id = self.store.table(table);
        if table.is_versioned() && self.keeps_old {
            if !self.load_old(table, key)? {
                return Ok(false);
            }
            self.log_old(table, key)?;
            log::gone_key(table, key, &mut self.log_key);
            let mut deleted = Vec::with_capacity(9);
            varint::put(&mut deleted, self.state.0);
            let gone = self.store.table(Table::Gone);
            self.txn.put(gone, &self.log_key, &deleted).map_err(|fault| self.failed(fault))?;
            self.head.gone[table.index()] += 1;
        }
        let was_there = self.txn.delete(id, key).map_err(|fault| self.failed(fault))?;
        self.changed |= was_there;
        Ok(was_there)
    }

    /// Writes everything a layer holds, table by table.
    pub(crate) fn rows(&mut self, rows: &LayerRows, tables: &[Table]) -> Result<()> {
        for &table in tables {
            for (key, entry) in rows.entries(table) {
                match entry {
                    Entry::Row(body) => {
                        self.put(table, key.as_bytes(), body, Before::Unknown)?;
                    }
                    Entry::Gone => {
                        self.delete(table, key.as_bytes())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Changes memberships.
    pub(crate) fn postings(&mut self, postings: &Postings) -> Result<()> {
        let mut key = Vec::new();
        for (tag, chunk, delta) in postings.iter() {
            postings::posting_key(tag, chunk, &mut key);
            self.container(&key, delta)?;
        }
        Ok(())
    }

    fn container(&mut self, key: &[u8], delta: &Delta) -> Result<()> {
        let mut members = Chunk::EMPTY;
        if let Some(body) = self.get(Table::Postings, key)? {
            let damaged = || self.store.corrupt(Table::Postings, key, "the container is damaged");
            members.add_encoded(body).ok_or_else(damaged)?;
        }
        delta.apply(&mut members);
        if members.is_empty() {
            self.delete(Table::Postings, key)?;
        } else {
            let mut body = Vec::new();
            members.encode(&mut body);
            self.put(Table::Postings, key, &body, Before::Unknown)?;
        }
        Ok(())
    }

    /// Adds to the count of an object's holders; gives the new count.
    pub(crate) fn count(&mut self, oid: Oid, by: i64) -> Result<u64> {
        let key = super::key::oid_key(oid);
        let id = self.store.table(Table::Counts);
        let count = self.held(oid)?.saturating_add_signed(by);
        if count == 0 {
            self.txn.delete(id, key.as_bytes()).map_err(|fault| self.failed(fault))?;
        } else {
            self.row.clear();
            varint::put(&mut self.row, count);
            self.txn.put(id, key.as_bytes(), &self.row).map_err(|fault| self.failed(fault))?;
        }
        self.changed |= by != 0;
        Ok(count)
    }

    /// How many references hold an object.
    pub(crate) fn held(&self, oid: Oid) -> Result<u64> {
        let key = super::key::oid_key(oid);
        let row = self.get(Table::Counts, key.as_bytes())?;
        let damaged = || self.store.corrupt(Table::Counts, key.as_bytes(), "the count is damaged");
        row.map_or(Ok(0), |mut row| varint::take(&mut row).ok_or_else(damaged))
    }

    /// Commits; `None` if nothing changed that makes a state.
    pub(super) fn finish(mut self, time_ns: i64) -> Result<Option<Head>> {
        let before = self.store.head();
        if self.changed {
            self.head.state = self.state;
            // The clock may be set back; the order of states and of their times may not differ.
            self.head.time_ns = time_ns.max(before.time_ns);
            self.summary.time_ns = self.head.time_ns;
            if self.keeps_old {
                log::state_key(self.state, &mut self.log_key);
                let row = self.summary.encode();
                self.log(&row)?;
            } else {
                self.head.oldest = self.state;
            }
        } else if self.head == *before {
            return Ok(None);
        }
        let head = self.head.encode();
        let failed = |fault| self.store.failed("committing", fault);
        self.txn.put(self.store.main_table(), super::head::HEAD_KEY, &head).map_err(failed)?;
        self.txn.commit().map_err(failed)?;
        Ok(Some(self.head))
    }
}
