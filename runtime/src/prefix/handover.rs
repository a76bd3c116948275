//! The right to write, moved from process to process.

use std::panic::Location;

use super::{
    Prefix,
    lease::Lease,
    open::{OpenPrefix, Writing},
    unfinished,
};
use crate::{Error, Lock, Result, object::refuse_in_child, txn};

/// How often what comes in meanwhile is committed before the right to write is given up.
const COMMITS_MAX: usize = 100;

impl OpenPrefix {
    /// Commits what waits and lets another process write.
    fn release(&self, place: &'static Location<'static>) -> Result<()> {
        let objects = &self.objects;
        let shared = objects.shared();
        shared.refuse_in_guard(RELEASE)?;
        if shared.in_atomic() {
            return Err(Error::Misuse { operation: RELEASE, situation: "inside an atomic".into() });
        }
        // Nobody writes from here on; what is published already is committed.
        let _turn = shared.take_turn(place)?;
        let Some(committer) = self.committer() else { return Ok(()) };
        for _ in 0..COMMITS_MAX {
            committer.commit()?;
            if !objects.is_dirty() {
                break;
            }
        }
        // Others who ask for a commit now find everything committed, and the committer gone.
        let writing = self.writing.lock().take();
        committer.stop(None)?;
        if let Err(error) = objects.store().return_oids() {
            tracing::warn!("numbers of objects stay unused: {error}");
        }
        objects.begin_following();
        drop(writing);
        Ok(())
    }

    /// Takes the right to write, and goes on where the last one left off.
    pub(crate) fn acquire(&self, lock: Lock, place: &'static Location<'static>) -> Result<()> {
        let objects = &self.objects;
        let shared = objects.shared();
        shared.check_open()?;
        objects.check_not_closed()?;
        refuse_in_child("taking the right to write")?;
        if self.writing.lock().is_some() {
            return Ok(());
        }
        // First the lease: waiting for it must not keep other prefixes' writers waiting.
        let lease = match Lease::take(&self.folder, objects.name(), lock) {
            // Another thread of this workspace was faster.
            Err(Error::AlreadyOpen { .. }) if self.writing.lock().is_some() => return Ok(()),
            taken => taken?,
        };
        let _turn = shared.take_turn(place)?;
        objects.end_following(|| {
            let others = txn::recover(&shared.config.root, objects.store())?;
            unfinished::finish_others(&shared.config, &others)
        })?;
        *self.writing.lock() = Some(Writing::begin(objects, lease)?);
        Ok(())
    }
}

const RELEASE: &str = "giving up the right to write";

impl Prefix {
    /// Commits what waits here, and gives up the right to write: another process may take it, and
    /// handles follow what that writes. Nothing happens where this process does not write.
    #[track_caller]
    pub fn release_writer(&self) -> Result<()> {
        self.open().release(Location::caller())
    }

    /// Takes the right to write, waiting for it as `Config::lock` says, and goes on where the last
    /// writer left off. Nothing happens where this process writes already.
    #[track_caller]
    pub fn acquire_writer(&self) -> Result<()> {
        let lock = self.objects().shared().config.lock;
        self.open().acquire(lock, Location::caller())
    }

    /// This process has the right to write.
    pub fn is_writer(&self) -> bool {
        self.objects().is_writable()
    }
}
