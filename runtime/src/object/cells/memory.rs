//! What is in memory: loaded cells, the cache that keeps some of them, and collections in use.

use std::sync::Arc;

use super::{
    any_cell::AnyCell,
    cache::{Cache, CacheStats},
};
use crate::{
    lmdb,
    object::{collection::place::Anchored, objects::Objects},
    store::Oid,
};

impl Objects {
    /// Keeps an object that has been read from the file.
    pub(in crate::object) fn cache(&self, cell: Arc<dyn AnyCell>, row_bytes: usize) {
        if let Some(cache) = &self.cache {
            cache.add(cell, row_bytes);
        }
    }

    /// Lets go of objects that nobody uses at present.
    pub(crate) fn clear_cache(&self) {
        if let Some(cache) = &self.cache {
            cache.clear();
        }
    }

    /// Keeps nothing in memory from now on but what is used: kept cells would keep these objects alive,
    /// and they the cells.
    pub(in crate::object) fn forget_cells(&self) {
        if let Some(cache) = &self.cache {
            cache.set_capacity(0);
            cache.clear();
        }
    }

    /// Changes how much memory is for objects that nobody uses at present.
    pub(crate) fn set_cache_size(&self, bytes: usize) {
        if let Some(cache) = &self.cache {
            cache.set_capacity(bytes);
        }
    }

    /// How much is kept in memory.
    pub(crate) fn cache_stats(&self) -> CacheStats {
        self.cache.as_ref().map(Cache::stats).unwrap_or_default()
    }

    /// Notes a new collection. It is looked at with the next commit, like everything that may
    /// have no holder.
    pub(in crate::object) fn anchored(&self, oid: Oid, anchor: &Arc<Anchored>) {
        self.anchors.insert(oid, Arc::downgrade(anchor));
        self.dropped(oid);
    }

    /// What the live handles of a collection share.
    pub(in crate::object) fn anchor(
        &self,
        oid: Oid,
        new: impl FnOnce() -> Arc<Anchored>,
    ) -> Arc<Anchored> {
        let mut entry = self.anchors.entry(oid).or_default();
        entry.upgrade().unwrap_or_else(|| {
            let anchor = new();
            *entry = Arc::downgrade(&anchor);
            anchor
        })
    }

    /// The last handle of a collection has gone, unless another has come since.
    pub(in crate::object) fn forget_dropped_anchor(&self, oid: Oid) {
        // In a forked child the lock may be held for ever, and there will be no use for the memory.
        if !lmdb::forked() {
            self.anchors.remove_if(&oid, |_, anchor| anchor.strong_count() == 0);
        }
    }

    /// What the live handles of a collection share that a field of an object has by default.
    pub(in crate::object) fn default_anchor(
        &self,
        of: (Oid, u32),
        new: impl FnOnce() -> Arc<Anchored>,
    ) -> Arc<Anchored> {
        let mut entry = self.defaults.entry(of).or_default();
        entry.upgrade().unwrap_or_else(|| {
            let anchor = new();
            *entry = Arc::downgrade(&anchor);
            anchor
        })
    }

    /// Who reads the object next gets another one.
    pub(in crate::object) fn forget_default(&self, of: (Oid, u32)) {
        self.defaults.remove(&of);
    }

    /// As [`forget_default`](Self::forget_default), unless another has taken its place.
    pub(in crate::object) fn forget_dropped_default(&self, of: (Oid, u32)) {
        self.defaults.remove_if(&of, |_, anchor| anchor.strong_count() == 0);
    }

    /// The cell of an object, if it is in memory.
    pub(crate) fn loaded(&self, oid: Oid) -> Option<Arc<dyn AnyCell>> {
        self.cells.get(oid)
    }

    /// Calls `each` with every cell in memory.
    pub(in crate::object) fn each_loaded(&self, each: impl Fn(&dyn AnyCell)) {
        self.cells.each(each);
    }

    pub(in crate::object) fn forget(&self, oid: Oid) {
        self.cells.forget(oid);
    }
}
