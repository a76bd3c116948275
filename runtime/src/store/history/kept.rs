//! Lists of changes that leave the log while an older state is in use: once for each object and
//! collection, however often it has changed.
//!
//! ```text
//! key   pin ordered, table `log`, then the end of the key in the log; for an object its oid behind it
//! row   the last state that changed it, the first that touched it (varints; 0 for none), then a row of
//!       changes of this one
//! ```
//!
//! With that first state it is known for each later one whether the object had been touched by then.

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

/// What is kept of one object or collection.
pub(crate) struct KeptChanges<'r> {
    /// The last state that changed it.
    pub(crate) last: StateNum,
    /// The first state in which it was to count as modified, if any; `changes` do not say so.
    pub(crate) touched: Option<StateNum>,
    pub(crate) changes: Changes<'r>,
}

/// Takes a row apart, by the part of its key behind the front.
pub(crate) fn parse<'r>(mut end: &[u8], mut row: &'r [u8]) -> Option<KeptChanges<'r>> {
    let last = StateNum(varint::take(&mut row)?);
    let touched = Some(StateNum(varint::take(&mut row)?)).filter(|state| state.0 > 0);
    let told = |changes| KeptChanges { last, touched, changes };
    if let Some(changes) = Changes::parse(end, row) {
        return Some(told(changes));
    }
    // Behind kind and class stands the object.
    let whole = end;
    end = end.get(1..)?;
    varint::take_ordered(&mut end)?;
    Changes::parse(&whole[..whole.len() - end.len()], row).map(told)
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
        let mut touched = None;
        self.kept_before(key, |kept| match kept.changes {
            Changes::Objects(_, before) => {
                touched = kept.touched;
                before.each(|_, what| happened[what as usize] = true)
            }
            Changes::Collection(..) => None,
        })?;
        if what == Happened::Touched {
            touched.get_or_insert(state);
        } else {
            happened[what as usize] = true;
        }
        self.keep((state, touched), key, &changes::object_row(oid, happened))
    }

    fn keep_collection(&mut self, state: StateNum, key: &[u8], owners: &[Oid]) -> Result<()> {
        let mut all: BTreeSet<Oid> = owners.iter().copied().collect();
        self.kept_before(key, |kept| match kept.changes {
            Changes::Collection(_, before) => {
                before.each(|owner| all.extend([owner]), |_| ()).map(drop)
            }
            Changes::Objects(..) => None,
        })?;
        self.keep((state, None), key, &changes::collection_row(&all))
    }

    /// Calls `each` with what earlier states changed of the same, if there is anything.
    fn kept_before(
        &self,
        key: &[u8],
        each: impl FnOnce(KeptChanges<'_>) -> Option<()>,
    ) -> Result<()> {
        let Some(row) = self.get(Table::Kept, key)? else { return Ok(()) };
        let damaged = || self.store().corrupt(Table::Kept, key, "the list of changes is damaged");
        let mut front = Vec::new();
        let mut pin = key;
        let of_pin = varint::take_ordered(&mut pin).map(StateNum).ok_or_else(damaged)?;
        self::front(of_pin, &mut front);
        let kept = key.get(front.len()..).and_then(|end| parse(end, row));
        kept.and_then(each).ok_or_else(damaged)
    }

    fn keep(
        &mut self,
        (last, touched): (StateNum, Option<StateNum>),
        key: &[u8],
        changes: &[u8],
    ) -> Result<()> {
        let mut row = Vec::with_capacity(changes.len() + 8);
        varint::put(&mut row, last.0);
        varint::put(&mut row, touched.map_or(0, |state| state.0));
        row.extend_from_slice(changes);
        self.put_sealed(Table::Kept, key, row)
    }
}
