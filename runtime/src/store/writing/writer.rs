//! Writing one state: every row in its envelope, what it replaces into the log.

use super::{
    changes::{ChangeSet, Happened},
    ends::Ends,
    put::Before,
    recording::Recording,
};
use crate::{
    Result,
    lmdb::{Cursor, Fault, WriteTxn},
    store::{
        engine::Store,
        envelope::{Envelope, Firsts},
        head::{HEAD_KEY, Head},
        history::{
            keeping::Keeping,
            log::{self, Kind, StateRow},
            retention::Retention,
        },
        num::{ClassId, Oid, PrefixId, StateNum, TagId},
        reading::owners::OwnerChanges,
        sealed,
        sum::weight,
        table::Table,
        uncommitted::{layer::LayerRows, merged::Layers},
        varint,
    },
};

/// Writes one state into one LMDB transaction.
pub(crate) struct Writer<'s> {
    pub(in crate::store) store: &'s Store,
    pub(in crate::store) txn: WriteTxn<'s>,
    pub(crate) head: Head,
    pub(in crate::store) state: StateNum,
    pub(in crate::store) keeping: Keeping<'s>,
    /// Something was written that makes this a state of its own.
    pub(in crate::store) changed: bool,
    pub(in crate::store) old: Vec<u8>,
    /// What is before the body of the row that is being written.
    pub(in crate::store) front: Vec<u8>,
    pub(in crate::store) firsts: Firsts,
    pub(in crate::store) body: Vec<u8>,
    pub(in crate::store) log_key: Vec<u8>,
    log_last: Vec<u8>,
    pub(crate) summary: StateRow,
    pub(in crate::store) changes: ChangeSet,
    pub(in crate::store) owners: OwnerChanges,
    /// Tags and classes that nothing bears any more.
    pub(in crate::store) emptied: Vec<TagId>,
    /// Not all objects are written that tags are written of.
    pub(in crate::store) is_partial: bool,
    /// Something was deleted that belongs to no state.
    pub(in crate::store) tidied: bool,
    /// What is written, where the commit is wanted as a value.
    pub(in crate::store) recording: Option<Recording>,
    pub(in crate::store) ends: Ends,
}

impl<'s> Writer<'s> {
    pub(in crate::store) fn begin(
        store: &'s Store,
        head: Head,
        keeping: Keeping<'s>,
    ) -> Result<Self> {
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
            front: Vec::new(),
            firsts: Firsts::of(state),
            body: Vec::new(),
            log_key: Vec::new(),
            log_last: Vec::new(),
            summary: StateRow::default(),
            changes: ChangeSet::default(),
            owners: OwnerChanges::default(),
            emptied: Vec::new(),
            is_partial: false,
            tidied: false,
            recording: None,
            ends: Ends::default(),
        })
    }

    /// Has everything that is written kept as a value.
    pub(in crate::store) fn set_recording(&mut self) {
        self.recording = Some(Recording::default());
    }

    pub(in crate::store) fn failed(&self, fault: Fault) -> crate::Error {
        self.store.failed("writing", fault)
    }

    /// Reads a body as it will be once this state is committed.
    pub(crate) fn get(&self, table: Table, key: &[u8]) -> Result<Option<&[u8]>> {
        match self.get_raw(table, key)? {
            Some(row) => self.strip(table, key, row).map(Some),
            None => Ok(None),
        }
    }

    /// Reads a row as it stands in the file.
    pub(in crate::store) fn get_raw(&self, table: Table, key: &[u8]) -> Result<Option<&[u8]>> {
        self.txn.get(self.store.table(table), key).map_err(|fault| self.failed(fault))
    }

    pub(in crate::store) fn open<'r>(
        &self,
        table: Table,
        key: &[u8],
        row: &'r [u8],
    ) -> Result<Envelope<'r>> {
        Envelope::open(table, key, row).map_err(|why| self.store.corrupt(table, key, why))
    }

    /// Keeps `self.old` in the log as what this state replaces.
    pub(in crate::store) fn log_old(&mut self, table: Table, key: &[u8]) -> Result<()> {
        log::old_key(self.state, table, key, &mut self.log_key);
        let old = std::mem::take(&mut self.old);
        let logged = self.log(&old);
        self.old = old;
        logged
    }

    /// Writes what the log says of a state itself, at `self.log_key`.
    fn log_sealed(&mut self, mut row: Vec<u8>) -> Result<()> {
        sealed::seal(Table::Log, &self.log_key, &mut row);
        self.log(&row)
    }

    /// Writes a row of the log at `self.log_key`, which may be another one afterwards.
    fn log(&mut self, row: &[u8]) -> Result<()> {
        let key = std::mem::take(&mut self.log_key);
        if key <= self.log_last {
            let put = self.put_raw(Table::Log, &key, row);
            self.log_key = key;
            return put;
        }
        let put = self.append_raw(Table::Log, &key, row);
        self.log_key = std::mem::replace(&mut self.log_last, key);
        put
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
        let is_kept = table.is_versioned() && self.keeping.keeps_old;
        if is_kept {
            if !table.has_owners() && !self.load_old(table, key)? {
                return Ok(false);
            }
            self.log_old(table, key)?;
            log::gone_key(table, key, &mut self.log_key);
            let mut deleted = Vec::with_capacity(12);
            varint::put(&mut deleted, self.state.0);
            let gone = std::mem::take(&mut self.log_key);
            sealed::seal(Table::Gone, &gone, &mut deleted);
            self.put_new_raw(Table::Gone, &gone, &deleted)?;
            self.log_key = gone;
            self.head.gone[table.index()] += 1;
        }
        let known = is_kept || table.has_owners();
        let before = if known { weight(&self.old) } else { self.weight_at(table, key)? };
        let was_there = self.delete_weighing(table, key, before)?;
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

    /// Adds to the count of an object's holders; gives the new count.
    pub(crate) fn count(&mut self, oid: Oid, by: i64) -> Result<u64> {
        let (store, key) = (self.store, crate::store::key::oid_key(oid));
        let key = key.as_bytes();
        let mut count = 0;
        self.change(Table::Counts, key, |old, body| {
            let damaged = || store.corrupt(Table::Counts, key, "the count is damaged");
            let old = old.map_or(Ok(0), |mut row| varint::take(&mut row).ok_or_else(damaged))?;
            count = old.saturating_add_signed(by);
            if count > 0 {
                varint::put(body, count);
            }
            Ok(())
        })?;
        self.changed |= by != 0;
        Ok(count)
    }

    /// The state from which on everything is kept.
    pub(in crate::store) fn kept_from(&self) -> StateNum {
        self.keeping.oldest
    }

    pub(in crate::store) fn store(&self) -> &'s Store {
        self.store
    }

    /// A cursor on a table, while nothing is written.
    pub(in crate::store) fn cursor(&self, table: Table) -> Result<Cursor<'_>> {
        self.txn.cursor(self.store.table(table)).map_err(|fault| self.failed(fault))
    }

    /// Writes a row as it is.
    pub(crate) fn put_raw(&mut self, table: Table, key: &[u8], row: &[u8]) -> Result<()> {
        self.head.sum = self.head.sum.wrapping_sub(self.weight_at(table, key)?);
        self.put_new_raw(table, key, row)
    }

    /// Writes a row as it is, of a key that has none.
    fn put_new_raw(&mut self, table: Table, key: &[u8], row: &[u8]) -> Result<()> {
        self.record(table, key, Some(row));
        self.head.sum = self.head.sum.wrapping_add(weight(row));
        self.txn.put(self.store.table(table), key, row).map_err(|fault| self.failed(fault))
    }

    /// Writes a row as it is, behind all others of its table.
    pub(in crate::store) fn append_raw(
        &mut self,
        table: Table,
        key: &[u8],
        row: &[u8],
    ) -> Result<()> {
        self.record(table, key, Some(row));
        self.head.sum = self.head.sum.wrapping_add(weight(row));
        self.txn.append(self.store.table(table), key, row).map_err(|fault| self.failed(fault))
    }

    /// Deletes a row as it is; false if there was none.
    pub(crate) fn delete_raw(&mut self, table: Table, key: &[u8]) -> Result<bool> {
        let before = self.weight_at(table, key)?;
        self.delete_weighing(table, key, before)
    }

    /// As [`delete_raw`](Self::delete_raw), of a row of which it is known what it adds to the sum of all.
    fn delete_weighing(&mut self, table: Table, key: &[u8], before: u64) -> Result<bool> {
        self.record(table, key, None);
        self.head.sum = self.head.sum.wrapping_sub(before);
        self.txn.delete(self.store.table(table), key).map_err(|fault| self.failed(fault))
    }

    /// What the row of a key adds to the sum of all; nothing if there is none.
    fn weight_at(&self, table: Table, key: &[u8]) -> Result<u64> {
        Ok(self.get_raw(table, key)?.map_or(0, weight))
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
            self.log_sealed(row)?;
        }
        Ok(())
    }

    /// Writes what a state consists of beside its rows; what is left is to commit.
    pub(in crate::store) fn finish(
        mut self,
        time_ns: i64,
        retention: &Retention,
    ) -> Result<Prepared<'s>> {
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
                self.log_sealed(row)?;
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
    pub(in crate::store) fn commit(self) -> Result<()> {
        if self.is_empty {
            return Ok(());
        }
        let Writer { store, mut txn, head, keeping, .. } = self.writer;
        let failed = |fault| store.failed("committing", fault);
        txn.put(store.main_table(), HEAD_KEY, &head.encode()).map_err(failed)?;
        txn.commit().map_err(failed)?;
        store.announce(head);
        drop(keeping);
        Ok(())
    }
}
