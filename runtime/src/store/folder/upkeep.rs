//! What whoever writes sees to every few seconds, beside commits.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{mark::Mark, reserve::Reserve};
use crate::{
    Durability,
    lmdb::{LongRead, LongReads},
    store::{engine::Store, head::Head},
};

/// How often: until then the slots of readers that died keep pages from reuse.
pub(crate) const TENDED_EVERY: Duration = Duration::from_secs(5);

/// What has been seen to.
pub(crate) struct Upkeep {
    last: Instant,
    long_reads: LongReads,
    marked: u64,
    /// The last commit that was met, which a later one brings to the disk if it did not come there by
    /// itself.
    met: Option<Arc<Head>>,
    is_bloat_told: bool,
}

impl Upkeep {
    pub(crate) fn new() -> Self {
        Self {
            last: Instant::now(),
            long_reads: LongReads::default(),
            marked: 0,
            met: None,
            is_bloat_told: false,
        }
    }

    /// Does what is due. Nothing of it may fail a commit: what can't be done now is done later.
    pub(crate) fn tend(&mut self, store: &Store, reserve_bytes: u64) {
        if self.last.elapsed() < TENDED_EVERY {
            return;
        }
        self.last = Instant::now();
        store.clear_stale_readers();
        self.tell_long_reads(store);
        self.tell_bloat(store);
        self.mark(store);
        let kept =
            store.file_bytes().map(|data| Reserve::of(store.folder()).keep(reserve_bytes, data));
        if let Ok(Err(error)) = kept {
            tracing::debug!("no room is reserved: {error}");
        }
    }

    fn tell_long_reads(&mut self, store: &Store) {
        let Ok(readers) = store.readers() else { return };
        for LongRead { pid, age, behind } in self.long_reads.look(&readers, Instant::now()) {
            tracing::warn!(
                "process {pid} has been reading one state of prefix {:?} for {} s, and there have been {behind} commits since: pages that they freed are not used again before it ends (a verification, a backup, a dump, or slices of an array that are held)",
                store.head().name,
                age.as_secs()
            );
        }
    }

    fn tell_bloat(&mut self, store: &Store) {
        let Ok(space) = store.space() else { return };
        if space.is_bloated() && !self.is_bloat_told {
            tracing::warn!(
                "the file of prefix {:?} is {:.1} times as large as what is in it: `compact` gives the rest back",
                store.head().name,
                space.ratio()
            );
        }
        self.is_bloat_told = space.is_bloated();
    }

    fn mark(&mut self, store: &Store) {
        let head = store.head();
        let known = match store.durability() {
            Durability::Full => Some(head.clone()),
            Durability::Relaxed => self.met.take().filter(|met| met.revision < head.revision),
        };
        if let Some(known) = known
            && known.revision > self.marked
        {
            self.marked = known.revision;
            store.mark(&known);
        }
        self.met = Some(head);
    }
}

impl Store {
    fn mark(&self, head: &Head) {
        if let Err(error) = Mark::of(head).write(self.folder()) {
            tracing::debug!("the last commit is not noted: {error}");
        }
    }

    /// Notes the last commit, at an orderly end.
    pub(crate) fn mark_end(&self) {
        // Of a relaxed one it is not known whether it is on the disk.
        if self.durability() == Durability::Full {
            self.mark(&self.head());
        }
    }
}
