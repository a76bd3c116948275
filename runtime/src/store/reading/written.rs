//! Which elements of a collection some states wrote, with what was there before and is after them.

use std::{collections::BTreeMap, ops::ControlFlow};

use super::{
    past::Disk,
    scan::{Direction, KeyRange, Walk},
};
use crate::{
    Result,
    lmdb::Fault,
    store::{
        engine::Store,
        envelope::Envelope,
        history::log::{self, Kind},
        key::oid_key,
        num::{Oid, StateNum},
        table::Table,
        writing::changes::Changes,
    },
};

/// What is told of an element: its key, what was there, and what is.
pub(crate) type EachElement<'e> =
    dyn FnMut(&[u8], Option<&[u8]>, Option<&[u8]>) -> Result<ControlFlow<()>> + 'e;

/// Elements by their keys, as they were before.
type Before<'r> = BTreeMap<&'r [u8], Option<&'r [u8]>>;

impl Store {
    /// Calls `each` with the elements of a collection that `states` wrote, in the order of their keys:
    /// with the row at `after`, and the one at `last`. `states` rise, and are all that wrote any in
    /// between. False, without a call, if the log has them no longer, or does not tell them.
    pub(crate) fn written_elements(
        &self,
        collection: Oid,
        (after, last): (StateNum, StateNum),
        states: &[StateNum],
        each: &mut EachElement<'_>,
    ) -> Result<bool> {
        let disk = Disk::open(self)?;
        if disk.head()?.oldest > after {
            return Ok(false);
        }
        let mut before = Before::new();
        for state in states {
            if !disk.created_elements(*state, collection, &mut before)? {
                return Ok(false);
            }
            disk.old_elements(*state, collection, &mut before)?;
        }
        let mut key = oid_key(collection).as_bytes().to_vec();
        let front = key.len();
        for (element, old) in before {
            key.truncate(front);
            key.extend_from_slice(element);
            let new = disk.body_at(Table::Elements, &key, last)?;
            if each(element, old, new)?.is_break() {
                break;
            }
        }
        Ok(true)
    }
}

impl Disk<'_> {
    /// Adds the elements that `state` created; false if the log does not have its changes, or not these.
    fn created_elements<'d>(
        &'d self,
        state: StateNum,
        collection: Oid,
        before: &mut Before<'d>,
    ) -> Result<bool> {
        let mut key = Vec::new();
        log::front(state, Kind::Change, &mut key);
        let behind = key.len();
        Changes::put_collection_key(collection, &mut key);
        let Some(row) = self.get(Table::Log, &key)? else { return Ok(false) };
        let row = self.strip(Table::Log, &key, row)?;
        let damaged = || self.store.corrupt(Table::Log, &key, "the list of changes is damaged");
        let Some(Changes::Collection(_, changes)) = Changes::parse(&key[behind..], row) else {
            return Err(damaged());
        };
        let created = |element| {
            before.entry(element).or_insert(None);
        };
        changes.each(|_| (), created).ok_or_else(damaged)
    }

    /// Adds the elements that `state` replaced or deleted.
    fn old_elements<'d>(
        &'d self,
        state: StateNum,
        collection: Oid,
        before: &mut Before<'d>,
    ) -> Result<()> {
        let mut front = Vec::new();
        log::old_key(state, Table::Elements, &[], &mut front);
        let skip = front.len();
        let oid = oid_key(collection);
        front.extend_from_slice(oid.as_bytes());
        let range = KeyRange::prefix(&front);
        let failed = |fault: Fault| self.store.failed("reading", fault);
        let cursor = self.txn.cursor(self.store.table(Table::Log)).map_err(failed)?;
        let mut walk = Walk::new(cursor, &range, Direction::Forward);
        while let Some((key, row)) = walk.next().map_err(failed)? {
            let own = &key[skip..];
            let version = Envelope::open(Table::Elements, own, row)
                .map_err(|why| self.store.corrupt(Table::Elements, own, why))?;
            let old = (!version.is_tombstone()).then_some(version.body);
            before.entry(&key[front.len()..]).or_insert(old);
        }
        Ok(())
    }
}
