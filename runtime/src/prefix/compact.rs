//! Giving space back to the file system.

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Sender, unbounded};

use super::Prefix;
use crate::{Error, Result};

/// How often it is looked whether those have gone who are waited for.
const ASKED_EVERY: Duration = Duration::from_millis(10);

/// How far a compaction has come, or what it came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compaction {
    /// The size of the file before, in bytes.
    pub before: u64,
    /// Bytes written to the new file: none while others are waited for; in the end, its size.
    pub written: u64,
}

impl Prefix {
    /// Gives the pages that pruning and deleting have freed back to the file system: writes what is in
    /// use to a new file, which then takes the place of the old one.
    ///
    /// It goes on beside reading and writing; what is written meanwhile is committed afterwards.
    /// Everything that is open here stays so: handles, snapshots, queries. While other processes, or
    /// other workspaces of this one, have the prefix open, or a verification, a copy or a dump of it goes
    /// on, it is refused ([`Error::InUse`], which names them); [`compact_within`](Self::compact_within)
    /// waits for them.
    pub fn compact(&self) -> Result<Compaction> {
        self.compact_within(Duration::ZERO)
    }

    /// As [`compact`](Self::compact), waiting for as long as `patience` for others to close the prefix.
    /// Reading, writing and committing go on meanwhile.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use db0_runtime::{Config, Error, Workspace};
    ///
    /// let folder = tempfile::tempdir().unwrap();
    /// let writer = Workspace::open(folder.path())?;
    /// let reader = Workspace::open(Config::new(folder.path()).read_only())?;
    /// let prefix = writer.current()?;
    /// let Err(Error::InUse { pids, .. }) = prefix.compact_within(Duration::from_millis(20)) else {
    ///     panic!("the reader still has it open")
    /// };
    /// assert_eq!(pids, [std::process::id()]); // here it is a workspace of the same process
    /// reader.close()?;
    /// prefix.compact_within(Duration::from_secs(10))?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn compact_within(&self, patience: Duration) -> Result<Compaction> {
        self.compact_with(patience, |_| ())
    }

    /// As [`compact_within`](Self::compact_within), telling every now and then how far it has come.
    pub fn compact_with(
        &self,
        patience: Duration,
        progress: impl FnMut(Compaction),
    ) -> Result<Compaction> {
        self.objects().check_writable()?;
        if self.objects().store().is_read_here() {
            return Err(self.in_use()?); // no patience helps
        }
        self.use_reserve();
        self.commit()?;
        // `progress` is the user's: it runs beside the work, under no lock.
        thread::scope(|scope| {
            let (sender, told) = unbounded();
            let work = scope.spawn(|| self.compact_when_alone(patience, sender));
            told.into_iter().for_each(progress);
            work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn compact_when_alone(
        &self,
        patience: Duration,
        told: Sender<Compaction>,
    ) -> Result<Compaction> {
        let objects = self.objects();
        let before = objects.store().file_bytes()?;
        // Nobody listens any more once `progress` has panicked.
        let tell = |written| told.send(Compaction { before, written }).is_ok();
        let deadline = Instant::now().checked_add(patience);
        loop {
            if let Some(written) = self.compact_if_alone(tell)? {
                return Ok(Compaction { before, written });
            }
            let is_late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
            if is_late || !tell(0) {
                return Err(self.in_use()?);
            }
            thread::sleep(ASKED_EVERY);
            objects.check_writable()?;
        }
    }

    /// None while others have the prefix open, or all of it is being read.
    fn compact_if_alone(&self, tell: impl Fn(u64) -> bool) -> Result<Option<u64>> {
        let objects = self.objects();
        if objects.store().is_held() {
            return Ok(None);
        }
        let _no_commit = objects.committing.lock();
        let work = || {
            objects.store().compact(|written| {
                tell(written);
            })
        };
        let peers = self.open().peers.lock().clone();
        match peers {
            Some(peers) => peers.while_alone(work)?.transpose(),
            None => work().map(Some),
        }
    }

    fn in_use(&self) -> Result<Error> {
        Ok(Error::InUse { prefix: self.name().into(), pids: self.others()? })
    }

    /// Who else has the prefix open: if no other process, this one has it twice.
    fn others(&self) -> Result<Vec<u32>> {
        self.clear_dead_readers()?;
        let mine = std::process::id();
        let pids: BTreeSet<u32> = self.readers()?.into_iter().map(|reader| reader.pid).collect();
        let others: Vec<u32> = pids.into_iter().filter(|pid| *pid != mine).collect();
        Ok(if others.is_empty() { vec![mine] } else { others })
    }
}
