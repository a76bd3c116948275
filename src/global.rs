//! The free functions, over the thread's workspace and its current prefix.

use db0_query::{Criteria, Query};
use db0_runtime::{
    Config, Error, Memo, Mode, Prefix, Result, Workspace,
    class::{Class, Singleton},
    class_prefix, current as current_prefix, default_workspace,
};
use db0_snapshot::Snapshot;
use uuid::Uuid;

/// Opens a folder as the process's default workspace, creating it if it is not there.
///
/// ```
/// # fn main() -> db0::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0::Error::other)?;
/// # let path = folder.path();
/// db0::init(path)?;
/// assert_eq!(db0::current()?.name(), "default");
/// # db0::close() }
/// ```
pub fn init(config: impl Into<Config>) -> Result<Workspace> {
    Workspace::init(config)
}

/// Opens a prefix of the thread's workspace, and makes it the current one.
pub fn open(name: &str, mode: Mode) -> Result<Prefix> {
    default_workspace()?.prefix(name, mode)
}

/// The prefix that the free functions mean.
pub fn current() -> Result<Prefix> {
    current_prefix()
}

/// The names of all prefixes of the workspace, open or not.
pub fn prefixes() -> Result<Vec<String>> {
    default_workspace()?.prefixes()
}

/// Deletes a prefix for good. It must not be open.
pub fn drop_prefix(name: &str) -> Result<()> {
    default_workspace()?.drop_prefix(name)
}

/// Commits and closes the workspace. Closing twice, or without having opened, is no error.
pub fn close() -> Result<()> {
    match default_workspace() {
        Ok(workspace) => workspace.close(),
        Err(Error::NoWorkspace) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Commits all prefixes now; gives the state that the current one is in. When it has returned, the
/// data is on disk.
pub fn commit() -> Result<u64> {
    default_workspace()?.commit()
}

/// The number of the current prefix's last committed state.
pub fn state() -> Result<u64> {
    Ok(current_prefix()?.state())
}

/// Runs `work` as one step: all of it happens, or nothing.
///
/// ```
/// # #[db0::memo]
/// # struct Account { cents: i64 }
/// # fn main() -> db0::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0::Error::other)?;
/// # db0::init(folder.path())?;
/// let (a, b) = (db0::Memo::new(Account { cents: 100 }), db0::Memo::new(Account { cents: 0 }));
/// let result = db0::atomic(|| -> db0::Result<_> {
///     a.write().cents -= 150;
///     b.write().cents += 150;
///     if a.read().cents < 0 { return Err(db0::abort("not enough")) }
///     Ok(())
/// });
/// assert!(result.is_err());
/// assert_eq!((a.read().cents, b.read().cents), (100, 0));
/// # db0::close() }
/// ```
#[track_caller]
pub fn atomic<R, E: From<Error>>(work: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
    default_workspace()?.atomic(work)
}

/// The object of this uuid, in whichever prefix of the workspace it is.
pub fn fetch<T: Class>(uuid: Uuid) -> Result<Memo<T>> {
    default_workspace()?.fetch(uuid)
}

/// Whether there is an object of this class and uuid.
pub fn exists<T: Class>(uuid: Uuid) -> bool {
    fetch::<T>(uuid).is_ok()
}

/// The singleton of its class; made by `make` if there is none.
///
/// # Panics
/// When no workspace is open, or it only reads and has none.
#[track_caller]
pub fn singleton<T: Singleton>(make: impl FnOnce() -> T) -> Memo<T> {
    let prefix = class_prefix::<T>().unwrap_or_else(|error| panic!("{error}"));
    prefix.singleton(make)
}

/// The singleton of its class.
pub fn fetch_singleton<T: Singleton>() -> Result<Memo<T>> {
    class_prefix::<T>()?.objects().singleton()
}

/// Whether there is a singleton of this class.
pub fn has_singleton<T: Singleton>() -> bool {
    fetch_singleton::<T>().is_ok()
}

/// Objects of the class `T` that fulfil criteria, in the current prefix or the class's own.
pub fn find<T: Class>(criteria: impl Criteria<T>) -> Query<T> {
    Query::on(class_prefix::<T>().map(|prefix| prefix.objects().clone()), &criteria)
}

/// The last committed state of every open prefix.
pub fn snapshot() -> Result<Snapshot> {
    Snapshot::of_workspace(&default_workspace()?, &current_prefix()?)
}

/// A committed state of the current prefix.
pub fn snapshot_at(state: u64) -> Result<Snapshot> {
    Snapshot::of_state(&current_prefix()?, state)
}

/// Committed states of several prefixes.
pub fn snapshot_of<N: AsRef<str>>(states: impl IntoIterator<Item = (N, u64)>) -> Result<Snapshot> {
    Snapshot::of_states(&default_workspace()?, states)
}

/// Steps to the last committed state in prefixes that another process writes; true if there was a
/// newer one.
pub fn refresh() -> Result<bool> {
    default_workspace()?.refresh()
}
