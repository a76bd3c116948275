//! The free functions on what has been committed: states, snapshots, and how much of them is kept.

use std::{ops::RangeBounds, time::SystemTime};

use db0_runtime::{
    Compaction, PruneBefore, Result, State, current as current_prefix, default_workspace,
};

use crate::Snapshot;

/// The last committed state of every open prefix.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::commit()?;
/// let snapshot = db0::snapshot()?;
/// note.write().text = "two".into();
/// db0::commit()?;
/// assert_eq!(snapshot.of(&note).read().text, "one");
/// # Ok::<(), db0::Error>(())
/// ```
pub fn snapshot() -> Result<Snapshot> {
    Snapshot::of_workspace(&default_workspace()?, &current_prefix()?)
}

/// A committed state of the current prefix.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// let first = db0::commit()?;
/// note.write().text = "two".into();
/// db0::commit()?;
/// assert_eq!(db0::snapshot_at(first)?.of(&note).read().text, "one");
/// # Ok::<(), db0::Error>(())
/// ```
pub fn snapshot_at(state: u64) -> Result<Snapshot> {
    Snapshot::of_state(&current_prefix()?, state)
}

/// Committed states of several prefixes.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let log = db0::open("log", db0::Mode::ReadWrite)?;
/// log.create(Note { text: "one".into() });
/// db0::commit()?;
/// let snapshot = db0::snapshot_of([("default", 0), ("log", 1)])?;
/// assert_eq!(snapshot.state_of("log")?, 1);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn snapshot_of<N: AsRef<str>>(states: impl IntoIterator<Item = (N, u64)>) -> Result<Snapshot> {
    Snapshot::of_states(&default_workspace()?, states)
}

/// The current prefix's committed states, newest last: those that the history still has.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// db0::Memo::new(Note { text: "one".into() });
/// db0::commit()?;
/// let states = db0::states(..)?;
/// assert_eq!((states[0].number, states[0].created), (1, 1));
/// # Ok::<(), db0::Error>(())
/// ```
pub fn states(range: impl RangeBounds<u64>) -> Result<Vec<State>> {
    current_prefix()?.states(range)
}

/// The current prefix's last state that had been committed at a moment.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// db0::Memo::new(Note { text: "one".into() });
/// db0::commit()?;
/// assert_eq!(db0::state_at(std::time::SystemTime::now())?, 1);
/// assert_eq!(db0::state_at(std::time::UNIX_EPOCH)?, 0); // before the first one
/// # Ok::<(), db0::Error>(())
/// ```
pub fn state_at(time: SystemTime) -> Result<u64> {
    current_prefix()?.state_at(time)
}

/// The state that the current prefix was in at a moment.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::commit()?;
/// let noon = std::time::SystemTime::now();
/// note.write().text = "two".into();
/// db0::commit()?;
/// assert_eq!(db0::snapshot_at_time(noon)?.of(&note).read().text, "one");
/// # Ok::<(), db0::Error>(())
/// ```
pub fn snapshot_at_time(time: SystemTime) -> Result<Snapshot> {
    Snapshot::of_time(&current_prefix()?, time)
}

/// Gives the pages of the current prefix's file that are free back to the file system, beside reading
/// and writing. Refused while other processes or workspaces have it open, with
/// [`Error::InUse`](crate::Error::InUse);
/// [`Prefix::compact_within`](db0_runtime::Prefix::compact_within) waits for them.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// for n in 0..100 {
///     db0::Memo::new(Note { text: "x".repeat(1000) });
/// }
/// db0::commit()?;
/// db0::find::<Note>(()).iter().try_for_each(|note| db0::delete(&note))?;
/// let state = db0::commit()?;
/// db0::prune_history(..state)?;
/// let done = db0::compact()?;
/// assert!(done.written < done.before);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn compact() -> Result<Compaction> {
    current_prefix()?.compact()
}

/// Forgets the current prefix's states before `..state`, or those that were no longer the present at a
/// moment, `..time`; returns when it is done. Snapshots in use go on.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::commit()?;
/// note.write().text = "two".into();
/// db0::commit()?;
/// db0::prune_history(..2)?;
/// assert!(matches!(db0::snapshot_at(1), Err(db0::Error::Pruned { oldest: 2 })));
/// let week_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(7 * 24);
/// db0::prune_history(..week_ago)?;
/// # Ok::<(), db0::Error>(())
/// ```
pub fn prune_history(before: impl PruneBefore) -> Result<()> {
    current_prefix()?.prune_history(before)
}
