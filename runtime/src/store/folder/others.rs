//! The store beside other processes: what they have committed, who reads, who writes.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{Arc, atomic::Ordering},
};

use crate::{
    Error, Result,
    lmdb::{Bell, Reader},
    store::{
        engine::Store,
        head::Head,
        reading::{past::Disk, view::Held},
        uncommitted::stack::Stack,
    },
};

/// Rows that wait are copied for a view that holds still, if they are no more than this.
const COPIED_AT_MOST: usize = 64 << 10;

/// Processes that are named where all slots are taken.
const HOLDERS_TOLD: usize = 5;

/// Nobody else commits, as long as this is there.
pub(crate) struct OnlyWriter(Arc<Store>);

impl OnlyWriter {
    /// The caller has the lease, and keeps it until this is dropped.
    pub(crate) fn new(store: &Arc<Store>) -> Self {
        store.env.set_only_writer(true);
        Self(store.clone())
    }
}

impl fmt::Debug for OnlyWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnlyWriter")
    }
}

impl Drop for OnlyWriter {
    fn drop(&mut self) {
        self.0.env.set_only_writer(false);
    }
}

impl Store {
    /// Another process writes, or none does.
    pub(crate) fn follows(&self) -> bool {
        self.follows.load(Ordering::Acquire)
    }

    /// From here on another process may write. Everything is committed, and nothing is written.
    pub(crate) fn begin_following(&self) {
        self.pins().begin_following(self.state());
        self.follows.store(true, Ordering::Release);
    }

    /// Makes sure that the last commit of whoever wrote before is seen, and tells of commits from now
    /// on. The caller has the lease.
    pub(crate) fn take_rope(&self) -> Result<()> {
        self.env.take_rope()
    }

    /// Goes on where another process has left off, at the state that this one has stepped to.
    pub(crate) fn end_following(&self) {
        let head = self.head();
        self.next_oid.store(head.oids_reserved.0, Ordering::Relaxed);
        self.next_tag.store(head.next_tag, Ordering::Relaxed);
        self.stack.store(Stack::new(head.state));
        self.pins().end_following(head.oldest);
        self.follows.store(false, Ordering::Release);
    }

    /// What is published now, to be read for as long as it is looked at. The caller holds the publish
    /// lock, and has pinned the last state.
    pub(crate) fn hold_still(self: &Arc<Self>) -> Held {
        let stack = self.stack.load();
        let small = stack.active().read().bytes() <= COPIED_AT_MOST;
        let layers = if small {
            // Sealing it would leave a layer more for everybody to look through.
            let copy = Arc::new(stack.active().copy());
            std::iter::once(copy).chain(stack.layers[1..].iter().cloned()).collect()
        } else {
            self.cover()
        };
        Held { store: self.clone(), layers, state: self.state() }
    }

    /// LMDB's number of the last commit of any process: told from shared memory, in nanoseconds.
    pub(crate) fn last_txn(&self) -> u64 {
        self.env.last_txn()
    }

    /// The folder of the prefix.
    pub(crate) fn folder(&self) -> &Path {
        self.env.path()
    }

    /// The size of the file.
    pub(crate) fn file_bytes(&self) -> Result<u64> {
        let path = self.env().path().join("data.mdb");
        let metadata = std::fs::metadata(&path);
        Ok(metadata.map_err(|error| Error::io("reading", path, &error))?.len())
    }

    /// A verification, a copy or a dump keeps the file from being opened anew.
    pub(crate) fn is_held(&self) -> bool {
        self.env().is_held()
    }

    /// This thread is in the middle of reading the file.
    pub(crate) fn is_read_here(&self) -> bool {
        self.env().is_read_here()
    }

    /// Gives free pages back to the file system. The caller keeps commits out, and other processes.
    pub(crate) fn compact(&self, told: impl FnMut(u64)) -> Result<u64> {
        self.env().compact(told)
    }

    /// By which commits of all processes are waited for.
    pub(crate) fn bell(&self) -> &Arc<Bell> {
        self.env.bell()
    }

    /// Who has slots for reading.
    pub(crate) fn readers(&self) -> Result<Vec<Reader>> {
        self.env.readers().map_err(|fault| self.failed("listing the readers of", fault))
    }

    /// An error of slots that are all taken, with those who have most of them.
    pub(in crate::store) fn with_holders(&self, error: Error) -> Error {
        let Error::Io { operation, path, code, why } = error else { return error };
        let mut slots = BTreeMap::<u32, usize>::new();
        for reader in self.env.readers().unwrap_or_default() {
            *slots.entry(reader.pid).or_default() += 1;
        }
        let mut holders: Vec<_> = slots.into_iter().collect();
        holders.sort_by_key(|(_, count)| Reverse(*count));
        let told = holders.iter().take(HOLDERS_TOLD);
        let told: Vec<_> =
            told.map(|(pid, count)| format!("process {pid} has {count} of them")).collect();
        Error::Io { operation, path, code, why: format!("{why} ({})", told.join(", ")) }
    }

    /// Frees the slots of readers that died.
    pub(crate) fn clear_stale_readers(&self) {
        match self.env.clear_stale_readers() {
            Ok(0) => {}
            Ok(dead) => tracing::info!("freed the slots of {dead} readers that died"),
            Err(fault) => tracing::warn!("{}", self.failed("looking for dead readers of", fault)),
        }
    }

    /// What has been committed by now, also by another process.
    pub(crate) fn newest_head(&self) -> Result<Head> {
        self.newest_head_and_txn().map(|(head, _)| head)
    }

    /// As [`newest_head`](Self::newest_head), with LMDB's number of the state that it was read in.
    pub(crate) fn newest_head_and_txn(&self) -> Result<(Head, u64)> {
        let disk = Disk::open(self)?;
        Ok((disk.head()?, disk.txn.id()))
    }

    /// Steps to a state that another process has committed.
    pub(crate) fn step_to(&self, head: Head) {
        *self.head.write() = Arc::new(head);
    }

    /// Steps to a state that this process has committed, and tells all others.
    pub(in crate::store) fn announce(&self, head: Head) {
        self.step_to(head);
        self.env.ring();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{History, lmdb::EnvOptions};

    #[test]
    fn who_has_all_slots_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = EnvOptions::scratch(1 << 22);
        let store = Store::open(folder.path(), "full", &options, History::All).expect("it opens");
        let taken: Vec<_> = std::iter::from_fn(|| store.env().read().ok()).collect();
        let told = store.newest_head().expect_err("no slot is left").to_string();
        let mine = format!("process {} has {} of them", std::process::id(), taken.len());
        assert!(taken.len() > 2048 && told.contains(&mine), "{told}");
        drop(taken);
        store.newest_head().expect("they were given back");
    }
}
