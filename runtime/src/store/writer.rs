//! Writing one state: every row in its envelope, what it replaces into the log.

use super::{
    changes::{ChangeSet, Happened},
    container::Chunk,
    engine::Store,
    envelope::{self, Envelope, Next, Seal},
    head::Head,
    keeping::Keeping,
    layer::LayerRows,
    log::{self, Kind, StateRow},
    merged::Layers,
    num::{ClassId, Oid, PrefixId, StateNum, TagId},
    owners::OwnerChanges,
    postings::{self, Delta, Postings},
    recording::Recording,
    retention::Retention,
    table::Table,
    varint,
};
use crate::{
    Result,
    lmdb::{Cursor, Fault, WriteTxn},
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
    /// It was, and is to be written even if nothing changed.
    Touched,
    /// It can't have been: its oid is new, and larger than every other.
    Nothing,
    Unknown,
}

/// Writes one state into one LMDB transaction.
pub(crate) struct Writer<'s> {
    store: &'s Store,
    txn: WriteTxn<'s>,
    pub(crate) head: Head,
    pub(super) state: StateNum,
    keeping: Keeping<'s>,
    /// Something was written that makes this a state of its own.
    changed: bool,
    old: Vec<u8>,
    row: Vec<u8>,
    log_key: Vec<u8>,
    log_last: Vec<u8>,
    pub(crate) summary: StateRow,
    pub(super) changes: ChangeSet,
    pub(super) owners: OwnerChanges,
    /// Tags and classes that have lost a container.
    pub(super) emptied: Vec<TagId>,
    /// Something was deleted that belongs to no state.
    pub(super) tidied: bool,
    /// What is written, where the commit is wanted as a value.
    recording: Option<Recording>,
}

impl<'s> Writer<'s> {
    pub(super) fn begin(store: &'s Store, head: Head, keeping: Keeping<'s>) -> Result<Self> {
        let txn = store.env().write().map_err(|fault| store.failed("beginning to write", fault))?;
        let state = head.state.next();
        Ok(Self {
            store,
            txn,
            head,
            state,
            keeping,
            changed: false,
            old: Vec::new(),
            row: Vec::new(),
            log_key: Vec::new(),
            log_last: Vec::new(),
            summary: StateRow::default(),
            changes: ChangeSet::default(),
            owners: OwnerChanges::default(),
            emptied: Vec::new(),
            tidied: false,
            recording: None,
        })
    }

    /// Has everything that is written kept as a value.
    pub(super) fn set_recording(&mut self) {
        self.recording = Some(Recording::default());
    }

    pub(super) fn failed(&self, fault: Fault) -> crate::Error {
        self.store.failed("writing", fault)
    }

    /// Reads a body as it will be once this state is committed.
    pub(crate) fn get(&self, table: Table, key: &[u8]) -> Result<Option<&[u8]>> {
        match self.get_raw(table, key)? {
            Some(row) if table.is_versioned() => {
                self.open(table, key, row).map(|row| Some(row.body))
            }
            row => Ok(row),
        }
    }

    /// Reads a row as it stands in the file.
    pub(super) fn get_raw(&self, table: Table, key: &[u8]) -> Result<Option<&[u8]>> {
        self.txn.get(self.store.table(table), key).map_err(|fault| self.failed(fault))
    }

    pub(super) fn open<'r>(&self, table: Table, key: &[u8], row: &'r [u8]) -> Result<Envelope<'r>> {
        Envelope::open(table, key, row).map_err(|why| self.store.corrupt(table, key, why))
    }

    /// Writes a row; each at most once, or the past of the first would be lost.
    pub(crate) fn put(
        &mut self,
        table: Table,
        key: &[u8],
        body: &[u8],
        before: Before,
    ) -> Result<Wrote> {
        if !table.is_versioned() {
            self.changed = true;
            self.put_raw(table, key, body)?;
            return Ok(Wrote::Changed);
        }
        let found = before != Before::Nothing && self.load_old(table, key)?;
        let mut row = std::mem::take(&mut self.row);
        let seal = Seal { table, key, out: &mut row };
        let wrote = if found {
            let old = self.open(table, key, &self.old)?;
            if old.body == body && before != Before::Touched {
                self.row = row;
                return Ok(Wrote::Same);
            }
            if old.stamp >= self.state {
                return Err(self.store.corrupt(table, key, "one commit writes it twice"));
            }
            if table.has_owners() {
                let noted = self.owners.note(table, key, old.body, body);
                noted.map_err(|why| self.store.corrupt(table, key, &why))?;
            }
            if self.keeping.keeps_old {
                old.write_next(self.state, Next::Body(body), self.head.oldest, seal);
                self.log_old(table, key)?;
            } else {
                envelope::write_first(self.state, body, seal);
            }
            Wrote::Changed
        } else {
            if table.has_owners() {
                let noted = self.owners.note(table, key, &[], body);
                noted.map_err(|why| self.store.corrupt(table, key, &why))?;
            }
            if before == Before::Nothing || !self.revive(table, key, body, &mut row)? {
                envelope::write_first(self.state, body, Seal { table, key, out: &mut row });
            }
            Wrote::Created
        };
        if table == Table::Elements && self.keeping.keeps_old {
            self.changes.element(key, wrote == Wrote::Created);
        }
        self.changed = true;
        let put = match before {
            Before::Nothing => self.append_raw(table, key, &row),
            Before::Unknown | Before::Touched => self.put_raw(table, key, &row),
        };
        self.row = row;
        put?;
        Ok(wrote)
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
        let key = std::mem::take(&mut self.log_key);
        let put = if key > self.log_last {
            self.log_last.clone_from(&key);
            self.append_raw(Table::Log, &key, row)
        } else {
            self.put_raw(Table::Log, &key, row)
        };
        self.log_key = key;
        put
    }

    /// Writes the row of a key that had been deleted, with its past; false if it never was there.
    fn revive(&mut self, table: Table, key: &[u8], body: &[u8], row: &mut Vec<u8>) -> Result<bool> {
        if self.head.gone[table.index()] == 0 {
            return Ok(false);
        }
        let Some(deleted) = self.take_gone(table, key)? else { return Ok(false) };
        if !self.keeping.keeps_old {
            return Ok(false);
        }
        log::old_key(deleted, table, key, &mut self.log_key);
        let last = self
            .txn
            .get(self.store.table(Table::Log), &self.log_key)
            .map_err(|fault| self.failed(fault))?;
        let Some(last) = last else { return Ok(false) }; // its past has been pruned
        let mut tombstone = Vec::new();
        let seal = Seal { table, key, out: &mut tombstone };
        self.open(table, key, last)?.write_next(deleted, Next::Tombstone, self.head.oldest, seal);
        let seal = Seal { table, key, out: row };
        self.open(table, key, &tombstone)?.write_next(
            self.state,
            Next::Body(body),
            self.head.oldest,
            seal,
        );
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
        let deleted = deleted
            .ok_or_else(|| self.store.corrupt(Table::Gone, &self.log_key, "the row is damaged"))?;
        let key = std::mem::take(&mut self.log_key);
        self.delete_raw(Table::Gone, &key)?;
        self.log_key = key;
        self.head.gone[table.index()] -= 1;
        Ok(Some(deleted))
    }

    /// Deletes a row; false if there was none.
    pub(crate) fn delete(&mut self, table: Table, key: &[u8]) -> Result<bool> {
        if table.has_owners() {
            if !self.load_old(table, key)? {
                return Ok(false);
            }
            let old = self.open(table, key, &self.old)?;
            let noted = self.owners.note(table, key, old.body, &[]);
            noted.map_err(|why| self.store.corrupt(table, key, &why))?;
            if table == Table::Elements && self.keeping.keeps_old {
                self.changes.element(key, false);
            }
        }
        if table.is_versioned() && self.keeping.keeps_old {
            if !table.has_owners() && !self.load_old(table, key)? {
                return Ok(false);
            }
            self.log_old(table, key)?;
            log::gone_key(table, key, &mut self.log_key);
            let mut deleted = Vec::with_capacity(9);
            varint::put(&mut deleted, self.state.0);
            let gone = std::mem::take(&mut self.log_key);
            self.put_raw(Table::Gone, &gone, &deleted)?;
            self.log_key = gone;
            self.head.gone[table.index()] += 1;
        }
        let was_there = self.delete_raw(table, key)?;
        self.changed |= was_there;
        if table == Table::Objects && was_there {
            self.delete(Table::Owned, key)?;
        }
        Ok(was_there)
    }

    /// Writes everything that layers hold, newest first, table by table: each row once.
    pub(crate) fn rows(&mut self, layers: &[&LayerRows], tables: &[Table]) -> Result<()> {
        let layers = Layers::open(layers)?;
        tables.iter().try_for_each(|&table| {
            layers.each(table, |key, row| match row {
                Some(body) => self.put(table, key, body, Before::Unknown).map(drop),
                None => self.delete(table, key).map(drop),
            })
        })
    }

    /// Changes memberships, oldest change first: each container is written once.
    pub(crate) fn postings<const N: usize>(&mut self, all: [&Postings; N]) -> Result<()> {
        let mut key = Vec::new();
        for (tag, chunk) in postings::places(&all) {
            postings::posting_key(tag, chunk, &mut key);
            self.container(
                tag,
                &key,
                all.iter().filter_map(|postings| postings.delta(tag, chunk)),
            )?;
        }
        Ok(())
    }

    fn container<'d>(
        &mut self,
        tag: TagId,
        key: &[u8],
        deltas: impl Iterator<Item = &'d Delta>,
    ) -> Result<()> {
        let mut members = Chunk::EMPTY;
        if let Some(body) = self.get(Table::Postings, key)? {
            let damaged = || self.store.corrupt(Table::Postings, key, "the container is damaged");
            members.add_encoded(body).ok_or_else(damaged)?;
        }
        deltas.for_each(|delta| delta.apply(&mut members));
        if members.is_empty() {
            self.emptied.push(tag);
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
        let count = self.held(oid)?.saturating_add_signed(by);
        if count == 0 {
            self.delete(Table::Counts, key.as_bytes())?;
        } else {
            let mut row = Vec::with_capacity(4);
            varint::put(&mut row, count);
            self.put(Table::Counts, key.as_bytes(), &row, Before::Unknown)?;
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

    /// The state from which on everything is kept.
    pub(super) fn kept_from(&self) -> StateNum {
        self.keeping.oldest
    }

    pub(super) fn store(&self) -> &'s Store {
        self.store
    }

    /// A cursor on a table, while nothing is written.
    pub(super) fn cursor(&self, table: Table) -> Result<Cursor<'_>> {
        self.txn.cursor(self.store.table(table)).map_err(|fault| self.failed(fault))
    }

    /// Writes a row as it is.
    pub(crate) fn put_raw(&mut self, table: Table, key: &[u8], row: &[u8]) -> Result<()> {
        self.record(table, key, Some(row));
        self.txn.put(self.store.table(table), key, row).map_err(|fault| self.failed(fault))
    }

    /// Writes a row as it is, behind all others of its table.
    fn append_raw(&mut self, table: Table, key: &[u8], row: &[u8]) -> Result<()> {
        self.record(table, key, Some(row));
        self.txn.append(self.store.table(table), key, row).map_err(|fault| self.failed(fault))
    }

    /// Deletes a row as it is; false if there was none.
    pub(super) fn delete_raw(&mut self, table: Table, key: &[u8]) -> Result<bool> {
        self.record(table, key, None);
        self.txn.delete(self.store.table(table), key).map_err(|fault| self.failed(fault))
    }

    fn record(&mut self, table: Table, key: &[u8], row: Option<&[u8]>) {
        if let Some(recording) = &mut self.recording {
            recording.row(table, key, row);
        }
    }

    /// Notes what happened to an object.
    pub(crate) fn note(&mut self, class: ClassId, oid: Oid, happened: Happened) {
        match happened {
            Happened::Created => self.summary.created += 1,
            Happened::Modified => self.summary.modified += 1,
            Happened::Deleted => self.summary.deleted += 1,
            Happened::Retagged | Happened::Touched => {}
        }
        self.changes.object(class, oid, happened);
    }

    /// Lets go of states that are too old by now, a step at a time.
    fn forget(&mut self, retention: &Retention) -> Result<()> {
        let oldest = retention.oldest(&self.head, |state| self.store.state_row(state))?;
        // What was decided in the beginning has been told; it may be less by now, but not more.
        self.head.oldest = self.head.oldest.max(oldest.min(self.keeping.oldest));
        if self.head.has_prunable() || self.store.pins().may_have_kept() {
            self.prune(self.head.oldest, self.store.pins())?;
        }
        Ok(())
    }

    fn log_changes(&mut self) -> Result<()> {
        for (end_of_key, row) in std::mem::take(&mut self.changes).rows() {
            log::front(self.state, Kind::Change, &mut self.log_key);
            self.log_key.extend_from_slice(&end_of_key);
            self.log(&row)?;
        }
        Ok(())
    }

    /// Writes what a state consists of beside its rows; what is left is to commit.
    pub(super) fn finish(mut self, time_ns: i64, retention: &Retention) -> Result<Prepared<'s>> {
        let before = self.store.head();
        self.settle_owned()?;
        if self.changed {
            self.head.state = self.state;
            // The clock may be set back; the order of states and of their times may not differ.
            self.head.time_ns = time_ns.max(before.time_ns);
            self.summary.time_ns = self.head.time_ns;
            if self.keeping.keeps_old {
                self.log_changes()?;
                log::state_key(self.state, &mut self.log_key);
                let row = self.summary.encode();
                self.log(&row)?;
            } else {
                self.head.oldest = self.state;
            }
        }
        self.forget(retention)?;
        let is_empty = self.head == *before && !self.tidied;
        self.head.revision += u64::from(!is_empty);
        Ok(Prepared { writer: self, is_empty })
    }
}

/// A state that is written and not committed: dropped, it never was.
pub(crate) struct Prepared<'s> {
    writer: Writer<'s>,
    /// Nothing changed that makes a state or has to be remembered.
    is_empty: bool,
}

impl Prepared<'_> {
    /// The state that it makes.
    pub(crate) fn state(&self) -> StateNum {
        self.writer.head.state
    }

    /// Notes that the state belongs together with states of other prefixes.
    pub(crate) fn set_partners(&mut self, partners: Vec<(PrefixId, StateNum)>) {
        self.writer.head.partners = partners;
    }

    /// The commit as a value. It must have been begun with a recording.
    pub(crate) fn encode(&mut self) -> Vec<u8> {
        let head = self.writer.head.encode();
        let recording = self.writer.recording.take().unwrap_or_default();
        recording.encode(&self.writer.store.head(), &head)
    }

    /// Makes it durable, in one step.
    pub(super) fn commit(self) -> Result<()> {
        if self.is_empty {
            return Ok(());
        }
        let Writer { store, mut txn, head, keeping, .. } = self.writer;
        let failed = |fault| store.failed("committing", fault);
        txn.put(store.main_table(), super::head::HEAD_KEY, &head.encode()).map_err(failed)?;
        txn.commit().map_err(failed)?;
        store.announce(head);
        drop(keeping);
        Ok(())
    }
}
