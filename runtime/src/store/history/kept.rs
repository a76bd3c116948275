//! Lists of changes that leave the log while an older state is in use: once for each object and
//! collection, however often it has changed.
//!
//! ```text
//! key   pin ordered, table `log`, then the end of the key in the log; for an object its oid behind it
//! row   the last state that changed it (varint), then a row of changes of this one
//! ```

use std::collections::BTreeSet;

use super::{log, pins::Pins};
use crate::{
    Result,
    store::{
        key::oid_key,
        num::{Oid, StateNum},
        table::Table,
        varint,
        writing::{
            changes::{self, Changes, Happened},
            writer::Writer,
        },
    },
};

/// Where the changes kept for a state in use begin.
pub(in crate::store) fn front(pin: StateNum, out: &mut Vec<u8>) {
    log::kept_key(pin, Table::Log, &[], out);
}

/// Takes a row apart, by the part of its key behind the front: when, and what.
pub(crate) fn parse<'r>(mut end: &[u8], mut row: &'r [u8]) -> Option<(StateNum, Changes<'r>)> {
    let state = StateNum(varint::take(&mut row)?);
    if let Some(changes) = Changes::parse(end, row) {
        return Some((state, changes));
    }
    // Behind kind and class stands the object.
    let whole = end;
    end = end.get(1..)?;
    varint::take_ordered(&mut end)?;
    Changes::parse(&whole[..whole.len() - end.len()], row).map(|changes| (state, changes))
}

impl Writer<'_> {
    /// Puts a list of changes that goes where those look who compare with an older state in use.
    pub(in crate::store) fn keep_changes(
        &mut self,
        state: StateNum,
        end_of_key: &[u8],
        row: &[u8],
        pins: &Pins,
    ) -> Result<()> {
        let older = pins.before(state);
        if older.is_empty() {
            return Ok(());
        }
        pins.set_may_have_kept(true);
        let damaged = || self.store().corrupt(Table::Log, end_of_key, "the changes are damaged");
        let changes = Changes::parse(end_of_key, row).ok_or_else(damaged)?;
        let mut objects = Vec::new();
        let mut owners = Vec::new();
        let told = match changes {
            Changes::Objects(_, changes) => changes.each(|oid, what| objects.push((oid, what))),
            Changes::Collection(_, changes) => {
                changes.each(|owner| owners.push(owner), |_| ()).map(drop)
            }
        };
        told.ok_or_else(damaged)?;
        for pin in older {
            let mut key = Vec::new();
            front(pin, &mut key);
            key.extend_from_slice(end_of_key);
            match changes {
                Changes::Collection(..) => self.keep_collection(state, &key, &owners)?,
                Changes::Objects(..) => {
                    let front = key.len();
                    for (oid, happened) in &objects {
                        key.truncate(front);
                        key.extend_from_slice(oid_key(*oid).as_bytes());
                        self.keep_object(state, &key, *oid, *happened)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn keep_object(&mut self, state: StateNum, key: &[u8], oid: Oid, what: Happened) -> Result<()> {
        let mut happened = [false; Happened::ALL.len()];
        happened[what as usize] = true;
        self.kept_before(key, |changes| match changes {
            Changes::Objects(_, before) => before.each(|_, what| happened[what as usize] = true),
            Changes::Collection(..) => None,
        })?;
        self.keep(state, key, &changes::object_row(oid, happened))
    }

    fn keep_collection(&mut self, state: StateNum, key: &[u8], owners: &[Oid]) -> Result<()> {
        let mut all: BTreeSet<Oid> = owners.iter().copied().collect();
        self.kept_before(key, |changes| match changes {
            Changes::Collection(_, before) => {
                before.each(|owner| all.extend([owner]), |_| ()).map(drop)
            }
            Changes::Objects(..) => None,
        })?;
        self.keep(state, key, &changes::collection_row(&all))
    }

    /// Calls `each` with what earlier states changed of the same, if there is anything.
    fn kept_before(&self, key: &[u8], each: impl FnOnce(Changes<'_>) -> Option<()>) -> Result<()> {
        let Some(row) = self.get(Table::Kept, key)? else { return Ok(()) };
        let damaged = || self.store().corrupt(Table::Kept, key, "the list of changes is damaged");
        let mut front = Vec::new();
        let mut pin = key;
        let of_pin = varint::take_ordered(&mut pin).map(StateNum).ok_or_else(damaged)?;
        self::front(of_pin, &mut front);
        let kept = key.get(front.len()..).and_then(|end| parse(end, row));
        kept.and_then(|(_, changes)| each(changes)).ok_or_else(damaged)
    }

    fn keep(&mut self, state: StateNum, key: &[u8], changes: &[u8]) -> Result<()> {
        let mut row = Vec::with_capacity(changes.len() + 4);
        varint::put(&mut row, state.0);
        row.extend_from_slice(changes);
        self.put_sealed(Table::Kept, key, row)
    }
}
