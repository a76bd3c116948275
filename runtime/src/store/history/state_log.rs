//! Reading the log by states: when they were, and what they changed.

use super::{
    kept::{self, KeptChanges},
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
type Parse = for<'r> fn(&[u8], usize, &'r [u8]) -> Option<KeptChanges<'r>>;

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
    /// to the oldest one changed is there for a state in use alone: then all of them count (but for what
    /// was touched after `last`), and the elements of collections are not told.
    pub(crate) fn changes(
        &self,
        after: StateNum,
        last: StateNum,
        mut each: impl FnMut(StateNum, Changes<'_>) -> Option<()>,
    ) -> Result<()> {
        if last <= after {
            return Ok(());
        }
        let disk = Disk::open(self)?;
        let head = disk.head()?;
        let mut tell = |KeptChanges { last: state, touched, changes }: KeptChanges<'_>| {
            each(state, changes)?;
            match touched.filter(|touched| *touched <= last) {
                Some(_) => changes.as_touched(|touched| each(state, touched)),
                None => Some(()),
            }
        };
        let failed = |fault: Fault| self.failed("reading", fault);
        let mut walk_front = |front: &[u8], table: Table, parse: Parse| -> Result<()> {
            let range = KeyRange::prefix(front);
            let cursor = disk.txn.cursor(self.table(table)).map_err(failed)?;
            let mut walk = Walk::new(cursor, &range, Direction::Forward);
            while let Some((key, row)) = walk.next().map_err(failed)? {
                let damaged = || self.corrupt(table, key, "the list of changes is damaged");
                let row = disk.strip(table, key, row)?;
                parse(key, front.len(), row).and_then(&mut tell).ok_or_else(damaged)?;
            }
            Ok(())
        };
        let mut front = Vec::new();
        let mut first = after.next();
        if after < head.oldest {
            if !self.pins().keeps(after) {
                return Err(Error::Pruned { oldest: head.oldest.0 });
            }
            kept::front(after, &mut front);
            walk_front(&front, Table::Kept, |key, front, row| kept::parse(&key[front..], row))?;
            // Forgetting goes in steps: what it has not come to is where it was.
            first = first.max(head.log_from);
        }
        for state in (first.0..=last.0).map(StateNum) {
            log::front(state, Kind::Change, &mut front);
            walk_front(&front, Table::Log, |mut key, front, row| {
                let end = &key[front..];
                let last = take_ordered(&mut key).map(StateNum)?;
                let told = |changes| KeptChanges { last, touched: None, changes };
                Changes::parse(end, row).map(told)
            })?;
        }
        Ok(())
    }
}
