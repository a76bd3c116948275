//! Copies of prefixes: made while they are in use, made prefixes again, and rebuilt from damaged ones.

use std::path::Path;

use db0_collections::begin_check;
use db0_runtime::{Diagnosis, Result, Verification};

use crate::{Prefix, Workspace};

impl Prefix {
    /// Writes a copy of the prefix to a new file, without its free pages, beside reading and writing.
    /// Where it is open for writing, what was published is committed before.
    ///
    /// The copy is one state, whole; it is looked through as [`verify`](Self::verify) does, and is on the
    /// disk, before it gets its name. Pages that commits free meanwhile are not used again before it is
    /// written. [`Workspace::restore`] makes a prefix of it again.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path().join("work")).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// # let copy = folder.path().join("monday.db0");
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// prefix.create(Note { text: "one".into() });
    /// let copied = prefix.backup(&copy)?;
    /// assert_eq!((copied.state, copied.objects), (prefix.state(), 1));
    ///
    /// let elsewhere = folder.path().join("elsewhere");
    /// db0::Workspace::restore(&elsewhere, "default", &copy)?;
    /// let restored = db0::Workspace::open(&elsewhere)?;
    /// assert_eq!(restored.find::<Note>(()).count(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn backup(&self, to: impl AsRef<Path>) -> Result<Verification> {
        self.backup_with(to, |_| ())
    }

    /// As [`backup`](Self::backup), telling every now and then how many bytes have been written.
    pub fn backup_with(
        &self,
        to: impl AsRef<Path>,
        mut progress: impl FnMut(u64),
    ) -> Result<Verification> {
        self.backup_by(to.as_ref(), begin_check, &mut progress)
    }
}

impl Workspace {
    /// Makes a prefix of a folder from a copy that [`Prefix::backup`] has written, under whatever name.
    ///
    /// The copy is looked through first, and nothing is made of one that is damaged
    /// ([`Error::Unsound`](crate::Error::Unsound)). It is refused where there is a prefix of that name
    /// ([`Error::Exists`](crate::Error::Exists)), or one that the copy was made of, since uuids tell
    /// objects of the two apart no longer ([`Error::SamePrefixId`](crate::Error::SamePrefixId)). It
    /// happens whole or not at all. See [`Prefix::backup`] for an example.
    pub fn restore(
        folder: impl AsRef<Path>,
        prefix: &str,
        from: impl AsRef<Path>,
    ) -> Result<Verification> {
        db0_runtime::Workspace::restore_by(folder.as_ref(), prefix, from.as_ref(), begin_check)
    }

    /// What the headers of a prefix's file say, when it does not open. Nothing is changed.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let folder = folder.path();
    /// workspace.close()?;
    /// let found = db0::Workspace::diagnose(folder, "default")?;
    /// assert!(found.opens() && !found.can_be_rebuilt());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn diagnose(folder: impl AsRef<Path>, prefix: &str) -> Result<Diagnosis> {
        db0_runtime::Workspace::diagnose_in(folder.as_ref(), prefix)
    }

    /// Writes a copy of a prefix, of whose two headers one is damaged, with that one made anew from the
    /// other; so the copy shows the last commit of which the header is sound. What else is wrong with it
    /// is in the report. The prefix itself stays as it is.
    pub fn rebuild(
        folder: impl AsRef<Path>,
        prefix: &str,
        to: impl AsRef<Path>,
    ) -> Result<Verification> {
        db0_runtime::Workspace::rebuild_by(folder.as_ref(), prefix, to.as_ref(), begin_check)
    }

    /// Writes a copy of a prefix that shows the commit before its last one; for when that one can't be
    /// read. [`diagnose`](Self::diagnose) tells the states of both. (What a program has written by
    /// mistake is still there at an older state: see [`snapshot_at`](crate::snapshot_at).) The prefix
    /// itself stays as it is, and nobody may write to it meanwhile.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path().join("data")).autocommit(false))?;
    /// # let copy = folder.path().join("rescued.db0");
    /// # let folder = folder.path().join("data");
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// let note = workspace.create(Note { text: "one".into() });
    /// workspace.commit()?;
    /// note.write().text = "two".into();
    /// assert_eq!(workspace.commit()?, 2);
    /// # drop((note, workspace));
    /// // Closing made a commit of its own, without a new state: numbers that were not used went back.
    /// let rescued = db0::Workspace::roll_back(&folder, "default", &copy)?;
    /// assert!(rescued.is_sound() && rescued.state == 2);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn roll_back(
        folder: impl AsRef<Path>,
        prefix: &str,
        to: impl AsRef<Path>,
    ) -> Result<Verification> {
        db0_runtime::Workspace::roll_back_by(folder.as_ref(), prefix, to.as_ref(), begin_check)
    }

    /// Takes the file of a prefix for what was committed, after [`Error::RolledBack`] has told that more
    /// was: gives the state that it goes on from. What came after that state is lost, and uuids that were
    /// given out then may be given out again.
    ///
    /// [`Error::RolledBack`]: crate::Error::RolledBack
    pub fn accept(folder: impl AsRef<Path>, prefix: &str) -> Result<u64> {
        db0_runtime::Workspace::accept_in(folder.as_ref(), prefix)
    }
}
