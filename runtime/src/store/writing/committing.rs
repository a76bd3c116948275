//! Committing a state: what is written, when it is on disk, and what is done if nobody can tell.

use std::sync::atomic::Ordering;

use super::{
    recording::Commit,
    writer::{Prepared, Writer},
};
use crate::{
    Error, Result,
    lmdb::Fault,
    store::{
        engine::{Store, now_ns},
        head::{HEAD_KEY, Head},
        num::{Oid, StateNum},
    },
};

/// Oids that are reserved ahead of their use.
const OIDS_AHEAD: u64 = 1 << 22;

/// What became of a commit that failed.
#[derive(Debug)]
pub(crate) enum NotCommitted {
    /// It is not on disk.
    Failed(Error),
    /// It may be there: that could not be found out either.
    InDoubt(Error),
}

impl Store {
    /// Writes one state. `write` may be called again from the start: when the map had to grow, and
    /// once after a disk error.
    pub(crate) fn commit(
        &self,
        write: &mut dyn FnMut(&mut Writer<'_>) -> Result<()>,
    ) -> std::result::Result<StateNum, NotCommitted> {
        let mut retried = false;
        loop {
            match self.grown(|| self.try_commit(write)) {
                Err(error @ Error::Io { .. }) => {
                    if self.decide().map_err(NotCommitted::InDoubt)? {
                        return Ok(self.state());
                    }
                    if std::mem::replace(&mut retried, true) {
                        return Err(NotCommitted::Failed(error));
                    }
                }
                other => return other.map_err(NotCommitted::Failed),
            }
        }
    }

    /// Whether a commit is on disk that a disk error has cut off. What LMDB has in memory may not be
    /// what is there: the file is looked at afresh, and its head row decides.
    pub(crate) fn decide(&self) -> Result<bool> {
        self.reopen()?;
        let head = self.newest_head()?;
        if head.revision <= self.head().revision {
            return Ok(false);
        }
        self.confirm(&head)?;
        self.announce(head);
        Ok(true)
    }

    fn reopen(&self) -> Result<()> {
        self.checked.forget();
        self.env().reopen()
    }

    /// Makes sure that a state is on disk, and not only in the memory that it has been read from: a
    /// commit that follows it is there only with it.
    fn confirm(&self, head: &Head) -> Result<()> {
        let failed = |fault| self.failed("committing", fault);
        self.grown(|| {
            let mut txn = self.env().write().map_err(failed)?;
            txn.put(self.main_table(), HEAD_KEY, &head.encode()).map_err(failed)?;
            txn.commit().map_err(failed)
        })
    }

    /// Does `work`, and does it again with a larger map whenever that was full.
    fn grown<R>(&self, mut work: impl FnMut() -> Result<R>) -> Result<R> {
        loop {
            match work() {
                Err(Error::Io { code, .. }) if Fault::is_map_full_code(code) => {
                    self.env().grow().map_err(|fault| self.failed("growing", fault))?;
                }
                other => return other,
            }
        }
    }

    fn try_commit(&self, write: &mut dyn FnMut(&mut Writer<'_>) -> Result<()>) -> Result<StateNum> {
        let prepared = self.prepare(false, write)?;
        self.commit_prepared(prepared)
    }

    /// Writes a state without committing it; recorded, it can be had as a value.
    fn prepare(
        &self,
        recorded: bool,
        write: &mut dyn FnMut(&mut Writer<'_>) -> Result<()>,
    ) -> Result<Prepared<'_>> {
        self.env().check_in_place()?;
        let mut head = Head::clone(&self.head());
        head.partners.clear();
        let next_oid = self.next_oid.load(Ordering::Relaxed);
        if next_oid + OIDS_AHEAD / 2 > head.oids_reserved.0 {
            head.oids_reserved = Oid(next_oid + OIDS_AHEAD);
        }
        let keeping = self.keeping(&head)?;
        let mut writer = Writer::begin(self, head, keeping)?;
        if recorded {
            writer.set_recording();
        }
        write(&mut writer)?;
        writer.head.next_tag = self.next_tag.load(Ordering::Relaxed);
        writer.finish(now_ns(), self.retention())
    }

    /// As [`prepare`](Self::prepare) with a recording; the map grows as it must.
    pub(crate) fn prepare_recorded(
        &self,
        write: &mut dyn FnMut(&mut Writer<'_>) -> Result<()>,
    ) -> Result<Prepared<'_>> {
        self.grown(|| self.prepare(true, write))
    }

    pub(crate) fn commit_prepared(&self, prepared: Prepared<'_>) -> Result<StateNum> {
        prepared.commit()?;
        Ok(self.state())
    }

    /// Sees to it that a commit which must not fail any more is on disk: by applying it, to the
    /// file as it is after an error.
    pub(crate) fn insist(&self, commit: &Commit<'_>) -> Result<StateNum> {
        self.reopen()?;
        let head = self.newest_head()?;
        if head.revision < commit.head.revision {
            return self.grown(|| self.apply(commit));
        }
        self.confirm(&head)?;
        self.announce(head);
        Ok(self.state())
    }

    /// Gives back the oids that were reserved and not used; the last commit of an orderly end.
    pub(crate) fn return_oids(&self) -> Result<()> {
        let next = Oid(self.next_oid.load(Ordering::Relaxed));
        if self.head.read().oids_reserved == next {
            return Ok(());
        }
        let mut head = Head::clone(&self.head());
        head.oids_reserved = next;
        let keeping = self.keeping(&head)?;
        let writer = Writer::begin(self, head, keeping)?;
        self.commit_prepared(writer.finish(now_ns(), self.retention())?)?;
        Ok(())
    }
}
