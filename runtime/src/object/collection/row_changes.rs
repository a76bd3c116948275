//! Which elements of a collection differ between two states.

use std::{collections::BTreeSet, ops::ControlFlow, sync::Arc};

use super::rows::RowReader;
use crate::{
    Error, Result,
    object::objects::Objects,
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

    /// Calls `each` with the keys of the elements that differ between this state and a `later` one, in
    /// their order, until it breaks: with the row as it was, and as it is. The work is in proportion to
    /// what was written in between; where the log does not have that any more, to the collection.
    pub fn differing(
        &self,
        later: &Self,
        each: &mut dyn FnMut(&[u8], Option<&[u8]>, Option<&[u8]>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let (after, last) = (self.state()?, later.state()?);
        if after >= last {
            return Ok(());
        }
        let key = oid_key(self.oid);
        let mut states =
            later.objects.view().stamps_since(Table::Headers, key.as_bytes(), after)?;
        states.retain(|state| *state > after);
        let mut tell = |key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>| {
            if old == new { Ok(ControlFlow::Continue(())) } else { each(key, old, new) }
        };
        // Who has no header any more, or never had one, is found the longer way.
        let told = later.header(|_| ())?.is_some()
            && self.objects.store().written_elements(
                self.oid,
                (after, last),
                &states,
                &mut tell,
            )?;
        if told { Ok(()) } else { self.compare_all(later, &mut tell) }
    }

    /// Any element of both states may differ.
    fn compare_all(
        &self,
        later: &Self,
        tell: &mut dyn FnMut(&[u8], Option<&[u8]>, Option<&[u8]>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let mut keys = BTreeSet::new();
        for end in [self, later] {
            end.scan(&[], None, false, &mut |key, _| {
                keys.insert(key.to_vec());
                Ok(ControlFlow::Continue(()))
            })?;
        }
        for key in keys {
            let (old, new) = (self.get(&key, <[u8]>::to_vec)?, later.get(&key, <[u8]>::to_vec)?);
            if tell(&key, old.as_deref(), new.as_deref())?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The committed state that it reads.
    fn state(&self) -> Result<StateNum> {
        let live = || Error::Invalid("only committed states can be compared".into());
        self.objects.view().state().ok_or_else(live)
    }
}
