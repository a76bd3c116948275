//! Dumps of prefixes: streams that any machine reads, and prefixes made of them.

use std::{
    io::{Read, Write},
    path::Path,
};

use db0_collections::begin_check;
use db0_runtime::{Dumped, Result, Verification, current as current_prefix, default_workspace};

use crate::Workspace;

/// Writes all that the current prefix holds as a stream that any machine reads; see
/// [`Prefix::dump`](crate::Prefix#method.dump).
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// let mut stream = Vec::new();
/// let dumped = db0::dump(&mut stream)?;
/// assert_eq!((dumped.state, dumped.objects, dumped.bytes), (1, 1, stream.len() as u64));
///
/// let elsewhere = folder.path().join("elsewhere");
/// db0::Workspace::load(&elsewhere, "default", &stream[..])?;
/// let loaded = db0::Workspace::open(&elsewhere)?;
/// assert_eq!(loaded.fetch::<Note>(note.uuid())?.read().text, "one"); // it is the same object
/// # Ok::<(), db0::Error>(())
/// ```
pub fn dump(to: impl Write) -> Result<Dumped> {
    current_prefix()?.dump(to)
}

/// Makes a prefix of a dump in the folder of the workspace; see [`Workspace::load`].
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// # db0::Memo::new(Note { text: "one".into() });
/// let mut stream = Vec::new();
/// db0::dump(&mut stream)?;
/// let same = db0::load("again", &stream[..]);
/// assert!(matches!(same, Err(db0::Error::SamePrefixId { .. }))); // uuids would name two objects
/// # Ok::<(), db0::Error>(())
/// ```
pub fn load(prefix: &str, from: impl Read) -> Result<Verification> {
    Workspace::load(default_workspace()?.path(), prefix, from)
}

impl Workspace {
    /// Makes a prefix of a folder from a dump, under whatever name: with the same objects, uuids and
    /// states. Nobody need trust the dump: it is read with bounds, and what it makes is
    /// [verified](Self::verify) before it has a name. What is damaged, cut off or makes no sense is
    /// refused whole ([`Error::BadDump`](crate::Error::BadDump)).
    ///
    /// It is refused where there is a prefix of that name ([`Error::Exists`](crate::Error::Exists)), or
    /// one that the dump was made of ([`Error::SamePrefixId`](crate::Error::SamePrefixId)).
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// let garbage = b"db0-dump, or so it says";
    /// let loaded = db0::Workspace::load(folder.path(), "default", &garbage[..]);
    /// assert!(matches!(loaded, Err(db0::Error::BadDump { .. })));
    /// assert!(db0::Workspace::list(folder.path())?.is_empty());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn load(
        folder: impl AsRef<Path>,
        prefix: &str,
        mut from: impl Read,
    ) -> Result<Verification> {
        db0_runtime::Workspace::load_by(folder.as_ref(), prefix, &mut from, begin_check)
    }
}
