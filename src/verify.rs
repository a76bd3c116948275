//! Verifying prefixes: whether all that is stored makes sense, and agrees.

use std::path::Path;

use db0_collections::begin_check;
use db0_runtime::{Result, Verification, Verifying};

use crate::{Prefix, Workspace};

/// Verifies the current prefix; see [`Prefix::verify`].
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::commit()?;
/// let found = db0::verify()?;
/// assert!(found.is_sound());
/// assert_eq!(found.objects, 1);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn verify() -> Result<Verification> {
    db0_runtime::current()?.verify_by(begin_check, &mut |_| ())
}

impl Prefix {
    /// Looks through all that is committed here: every page of the file, every row of the last state and
    /// of its history, and whether they agree. References are counted anew, tags, classes and indexes are
    /// compared with their objects, lengths of collections with their elements, versions with the log.
    ///
    /// It goes on beside reading and writing. Pages that commits free meanwhile are not used again
    /// before it has ended, so the file may grow for as long. What is found is a value, not an error:
    /// [`Verification::findings`] tells it.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// prefix.create(Note { text: "one".into() });
    /// let state = prefix.commit()?;
    /// let found = prefix.verify()?;
    /// assert!(found.is_sound(), "{:?}", found.findings);
    /// assert_eq!((found.state, found.objects), (state, 1));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn verify(&self) -> Result<Verification> {
        self.verify_with(|_| ())
    }

    /// As [`verify`](Self::verify), telling every now and then how far it has come.
    pub fn verify_with(&self, mut progress: impl FnMut(Verifying)) -> Result<Verification> {
        self.verify_by(begin_check, &mut progress)
    }
}

impl Workspace {
    /// As [`Prefix::verify`], of a prefix of a folder that need not be open. Where nobody writes it, the
    /// file is read byte by byte, and never opened as a database: no damage in it can harm the process.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let folder = folder.path();
    /// workspace.close()?;
    /// assert!(db0::Workspace::verify(folder, "default")?.is_sound());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn verify(folder: impl AsRef<Path>, prefix: &str) -> Result<Verification> {
        Self::verify_with(folder, prefix, |_| ())
    }

    /// As [`verify`](Self::verify), telling every now and then how far it has come.
    pub fn verify_with(
        folder: impl AsRef<Path>,
        prefix: &str,
        mut progress: impl FnMut(Verifying),
    ) -> Result<Verification> {
        db0_runtime::Workspace::verify_by(folder.as_ref(), prefix, begin_check, &mut progress)
    }
}
