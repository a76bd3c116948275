//! Reading the log by states: when they were, and what they changed.

use super::{
    changes::Changes,
    engine::Store,
    kept,
    key::oid_key,
    log::{self, Kind, StateRow},
    num::{Oid, StateNum},
    past::Disk,
    scan::{Direction, KeyRange, Walk},
    table::Table,
    varint::take_ordered,
};
use crate::{Error, Result, lmdb::Fault};

/// Takes a row of changes apart, by its key and the length of the front that was looked for.
type Parse = for<'r> fn(&[u8], usize, &'r [u8]) -> Option<(StateNum, Changes<'r>)>;

impl Store {
    /// Describes a state, if the log still has it.
    pub(crate) fn state_row(&self, state: StateNum) -> Result<Option<StateRow>> {
        let disk = Disk::open(self)?;
        let mut key = Vec::new();
        log::state_key(state, &mut key);
        let Some(row) = disk.get(Table::Log, &key)? else { return Ok(None) };
        let damaged = || self.corrupt(Table::Log, &key, "the state row is damaged");
        StateRow::decode(row).map(Some).ok_or_else(damaged)
    }

    /// Calls `each` with what the states after `after`, up to and with `last`, changed. What states up
    /// to the oldest one changed is there for a state in use alone: then all of them count, and the
    /// elements of collections are not told.
    pub(crate) fn changes(
        &self,
        after: StateNum,
        last: StateNum,
        mut each: impl FnMut(StateNum, Changes<'_>) -> Option<()>,
    ) -> Result<()> {
        let disk = Disk::open(self)?;
        let oldest = disk.head()?.oldest;
        let failed = |fault: Fault| self.failed("reading", fault);
        let mut walk_front = |front: &[u8], table: Table, parse: Parse| -> Result<()> {
            let range = KeyRange::prefix(front);
            let cursor = disk.txn.cursor(self.table(table)).map_err(failed)?;
            let mut walk = Walk::new(cursor, &range, Direction::Forward);
            while let Some((key, row)) = walk.next().map_err(failed)? {
                let damaged = || self.corrupt(table, key, "the list of changes is damaged");
                let (state, changes) = parse(key, front.len(), row).ok_or_else(damaged)?;
                each(state, changes).ok_or_else(damaged)?;
            }
            Ok(())
        };
        let mut front = Vec::new();
        if after < oldest {
            if !self.pins().keeps(after) {
                return Err(Error::Pruned { oldest: oldest.0 });
            }
            kept::front(after, &mut front);
            walk_front(&front, Table::Kept, |key, front, row| kept::parse(&key[front..], row))?;
        }
        for state in (after.max(oldest).0 + 1..=last.0).map(StateNum) {
            log::front(state, Kind::Change, &mut front);
            walk_front(&front, Table::Log, |mut key, front, row| {
                let end = &key[front..];
                let state = take_ordered(&mut key).map(StateNum)?;
                Changes::parse(end, row).map(|changes| (state, changes))
            })?;
        }
        Ok(())
    }

    /// Calls `each` with the keys of elements of a collection that `state` created; false if the
    /// log does not have its changes, or not these.
    pub(crate) fn created_elements(
        &self,
        state: StateNum,
        collection: Oid,
        each: impl FnMut(&[u8]),
    ) -> Result<bool> {
        let disk = Disk::open(self)?;
        let mut key = Vec::new();
        log::front(state, Kind::Change, &mut key);
        let behind = key.len();
        Changes::put_collection_key(collection, &mut key);
        let Some(row) = disk.get(Table::Log, &key)? else { return Ok(false) };
        let damaged = || self.corrupt(Table::Log, &key, "the list of changes is damaged");
        match Changes::parse(&key[behind..], row) {
            Some(Changes::Collection(_, changes)) => changes.each(|_| (), each).ok_or_else(damaged),
            _ => Err(damaged()),
        }
    }

    /// Calls `each` with the keys of elements of a collection that some states after `after`
    /// replaced or deleted.
    pub(crate) fn old_elements(
        &self,
        collection: Oid,
        after: StateNum,
        states: &[StateNum],
        mut each: impl FnMut(&[u8]),
    ) -> Result<()> {
        let disk = Disk::open(self)?;
        let key = oid_key(collection);
        let mut front = Vec::new();
        let mut walk_front = |front: &[u8], table: Table| -> Result<()> {
            let range = KeyRange::prefix(front);
            let failed = |fault: Fault| self.failed("reading", fault);
            let cursor = disk.txn.cursor(self.table(table)).map_err(failed)?;
            let mut walk = Walk::new(cursor, &range, Direction::Forward);
            while let Some((key, _)) = walk.next().map_err(failed)? {
                each(&key[front.len()..]);
            }
            Ok(())
        };
        for state in states {
            log::old_key(*state, Table::Elements, key.as_bytes(), &mut front);
            walk_front(&front, Table::Log)?;
        }
        // What has left the log since is put aside for a state in use.
        log::kept_key(after, Table::Elements, key.as_bytes(), &mut front);
        walk_front(&front, Table::Kept)
    }
}
