//! Which elements of a collection were written between two states.

use std::{collections::BTreeSet, ops::ControlFlow, sync::Arc};

use super::{objects::Objects, rows::RowReader};
use crate::{
    Error, Result,
    store::{Oid, StateNum, Table, oid_key},
};

impl RowReader {
    /// The collection of this number.
    pub fn of_number(objects: &Arc<Objects>, oid: u64) -> Self {
        Self::new(objects.clone(), Oid(oid))
    }

    /// The same collection through another view of its prefix.
    pub fn through(&self, objects: &Arc<Objects>) -> Self {
        Self::new(objects.clone(), self.oid)
    }

    /// The keys of the elements that states after this one's, up to `later`'s, have written or
    /// deleted, in their order; the work is in proportion to their number. Where the log does not have
    /// them any more, all keys are given.
    pub fn written_until(&self, later: &Self) -> Result<BTreeSet<Vec<u8>>> {
        let (after, last) = (self.state()?, later.state()?);
        let mut keys = BTreeSet::new();
        if after >= last {
            return Ok(keys);
        }
        let store = self.objects.store();
        let key = oid_key(self.oid);
        let mut states =
            later.objects.view().stamps_since(Table::Headers, key.as_bytes(), after)?;
        states.retain(|state| *state > after);
        // Who has no header any more, or never had one, is found the longer way.
        let has_header = later.header(|_| ())?.is_some();
        let mut all_there = has_header && after >= store.newest_head()?.oldest;
        for state in &states {
            all_there &= store.created_elements(*state, self.oid, |key| {
                keys.insert(key.to_vec());
            })?;
        }
        if all_there {
            store.old_elements(self.oid, after, &states, |key| {
                keys.insert(key.to_vec());
            })?;
        } else {
            // Pruned by now, or without a header: all elements of both states may have been written.
            for end in [self, later] {
                end.scan(&[], None, false, &mut |key, _| {
                    keys.insert(key.to_vec());
                    Ok(ControlFlow::Continue(()))
                })?;
            }
        }
        Ok(keys)
    }

    /// The committed state that it reads.
    fn state(&self) -> Result<StateNum> {
        let live = || Error::Invalid("only committed states can be compared".into());
        self.objects.view().state().ok_or_else(live)
    }
}
