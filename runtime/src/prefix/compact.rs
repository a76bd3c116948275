//! Giving space back to the file system.

use crossbeam_channel::{Sender, unbounded};

use super::Prefix;
use crate::{Error, Result};

/// How far a compaction has come, or what it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compaction {
    /// The size of the file before, in bytes.
    pub before: u64,
    /// Bytes written to the new file: in the end, its size.
    pub written: u64,
}

impl Prefix {
    /// Gives the pages that pruning and deleting have freed back to the file system: writes what is in
    /// use to a new file, which then takes the place of the old one.
    ///
    /// It goes on beside reading and writing; what is written meanwhile is committed afterwards.
    /// Everything that is open here stays so: handles, snapshots, queries. While other processes, or
    /// other workspaces of this one, have the prefix open, it is refused ([`Error::Misuse`]).
    pub fn compact(&self) -> Result<Compaction> {
        self.compact_with(|_| ())
    }

    /// As [`compact`](Self::compact), telling every now and then how far it has come.
    pub fn compact_with(&self, progress: impl FnMut(Compaction)) -> Result<Compaction> {
        self.objects().check_writable()?;
        self.commit()?;
        // `progress` is the user's: it runs beside the work, under no lock.
        std::thread::scope(|scope| {
            let (sender, told) = unbounded();
            let work = scope.spawn(|| self.compact_alone(sender));
            told.into_iter().for_each(progress);
            work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn compact_alone(&self, told: Sender<Compaction>) -> Result<Compaction> {
        let objects = self.objects();
        let _no_commit = objects.committing.lock();
        let before = objects.store().file_bytes()?;
        let work = || {
            objects.store().compact(|written| {
                // Whoever asked listens until the end.
                let _ = told.send(Compaction { before, written });
            })
        };
        let others = || Error::Misuse {
            operation: "compacting",
            situation: format!("while others have prefix {:?} open", self.name()),
        };
        let written = match &self.open().peers {
            Some(peers) => peers.while_alone(work)?.ok_or_else(others)??,
            None => work()?,
        };
        Ok(Compaction { before, written })
    }
}
