//! Reading the log by states: when they were, and what they changed.

use super::{
    kept,
    log::{self, Kind, StateRow},
};
use crate::{
    Error, Result,
    lmdb::Fault,
    store::{
        engine::Store,
        num::StateNum,
        reading::{
            past::Disk,
            scan::{Direction, KeyRange, Walk},
        },
        table::Table,
        varint::take_ordered,
        writing::changes::Changes,
    },
};

/// Takes a row of changes apart, by its key and the length of the front that was looked for.
type Parse = for<'r> fn(&[u8], usize, &'r [u8]) -> Option<(StateNum, Changes<'r>)>;

impl Store {
    /// Describes a state, if the log still has it.
    pub(crate) fn state_row(&self, state: StateNum) -> Result<Option<StateRow>> {
        let disk = Disk::open(self)?;
        let mut key = Vec::new();
        log::state_key(state, &mut key);
        let Some(row) = disk.get(Table::Log, &key)? else { return Ok(None) };
        let row = disk.strip(Table::Log, &key, row)?;
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
                let row = disk.strip(table, key, row)?;
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
}
