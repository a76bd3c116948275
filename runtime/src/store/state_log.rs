//! Reading the log by states: when they were, and what they changed.

use super::{
    changes::{Happened, each_object, object_row},
    engine::Store,
    log::{self, Kind, StateRow},
    num::{Oid, StateNum},
    past::Disk,
    scan::{Direction, KeyRange, Walk},
    table::Table,
};
use crate::{Result, lmdb::Fault};

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

    /// Calls `each` with what the states after `after`, up to and with `last`, did to objects.
    pub(crate) fn changes(
        &self,
        after: StateNum,
        last: StateNum,
        mut each: impl FnMut(StateNum, Oid, Happened),
    ) -> Result<()> {
        let disk = Disk::open(self)?;
        let failed = |fault: Fault| self.failed("reading", fault);
        let mut front = Vec::new();
        for state in (after.0 + 1..=last.0).map(StateNum) {
            log::front(state, Kind::Change, &mut front);
            let range = KeyRange::prefix(&front);
            let cursor = disk.txn.cursor(self.table(Table::Log)).map_err(failed)?;
            let mut walk = Walk::new(cursor, &range, Direction::Forward);
            while let Some((key, row)) = walk.next().map_err(failed)? {
                let damaged = || self.corrupt(Table::Log, key, "the list of changes is damaged");
                if let Some(row) = object_row(&key[front.len()..], row) {
                    each_object(row, |oid, happened| each(state, oid, happened))
                        .ok_or_else(damaged)?;
                }
            }
        }
        Ok(())
    }
}
