//! One cell per object and view: a map of cells that nobody is kept alive by.

use std::{
    hash::BuildHasherDefault,
    sync::{Arc, Weak},
};

use dashmap::{DashMap, Entry};

use super::any_cell::AnyCell;
use crate::store::{Oid, OidHasher};

/// The loaded cells of a view.
#[derive(Default)]
pub(in crate::object) struct Cells(DashMap<Oid, Weak<dyn AnyCell>, BuildHasherDefault<OidHasher>>);

impl Cells {
    pub(in crate::object) fn get(&self, oid: Oid) -> Option<Arc<dyn AnyCell>> {
        self.0.get(&oid).and_then(|cell| cell.upgrade())
    }

    /// The cell of `oid`; `new` becomes it if there is none.
    pub(in crate::object) fn get_or_insert(
        &self,
        oid: Oid,
        new: impl FnOnce() -> Arc<dyn AnyCell>,
    ) -> Arc<dyn AnyCell> {
        let list = || {
            let cell = new();
            cell.set_listed();
            cell
        };
        match self.0.entry(oid) {
            Entry::Occupied(mut entry) => entry.get().upgrade().unwrap_or_else(|| {
                let cell = list();
                entry.insert(Arc::downgrade(&cell));
                cell
            }),
            Entry::Vacant(entry) => {
                let cell = list();
                entry.insert(Arc::downgrade(&cell));
                cell
            }
        }
    }

    /// Puts another cell of the object in the place of one that nobody uses.
    pub(in crate::object) fn replace(&self, oid: Oid, new: Arc<dyn AnyCell>) -> Arc<dyn AnyCell> {
        new.set_listed();
        self.0.insert(oid, Arc::downgrade(&new));
        new
    }

    /// Calls `each` with every loaded cell.
    pub(in crate::object) fn each(&self, each: impl Fn(&dyn AnyCell)) {
        // Not under the map's locks: the last handle may go meanwhile, and takes the entry out.
        let cells: Vec<_> = self.0.iter().filter_map(|cell| cell.upgrade()).collect();
        cells.iter().for_each(|cell| each(&**cell));
    }

    /// The loaded ones of these objects, which are given by ascending oid.
    pub(in crate::object) fn among(&self, oids: &[Oid]) -> Vec<Arc<dyn AnyCell>> {
        if oids.len() < self.0.len() {
            return oids.iter().filter_map(|oid| self.get(*oid)).collect();
        }
        let is_meant = |oid: &Oid| oids.binary_search(oid).is_ok();
        self.0
            .iter()
            .filter(|cell| is_meant(cell.key()))
            .filter_map(|cell| cell.upgrade())
            .collect()
    }

    /// Removes the entry of a cell that is gone, unless another has taken its place.
    pub(in crate::object) fn forget(&self, oid: Oid) {
        self.0.remove_if(&oid, |_, cell| cell.strong_count() == 0);
    }
}
