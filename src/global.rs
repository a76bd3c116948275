//! The free functions, over the thread's workspace and its current prefix.

use db0_runtime::{
    AnyMemo, CacheStats, Config, CycleReport, Error, Memo, Mode, OrPanic, Result,
    class::{Class, Singleton},
    class_prefix, current as current_prefix, default_workspace, derived,
    object::Handle,
};
use uuid::Uuid;

use crate::{Prefix, Workspace};

/// Opens a folder as the process's default workspace, creating it if it is not there.
///
/// ```
/// # fn main() -> db0::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0::Error::other)?;
/// # let path = folder.path();
/// db0::init(path)?;
/// assert_eq!(db0::current().name(), "default");
/// # db0::close() }
/// ```
pub fn init(config: impl Into<Config>) -> Result<Workspace> {
    db0_runtime::Workspace::init(config).map(Workspace::of)
}

/// Opens a prefix of the thread's workspace, and makes it the current one.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// let archive = db0::open("archive", db0::Mode::ReadWrite)?;
/// assert_eq!(db0::current().name(), archive.name());
/// # Ok::<(), db0::Error>(())
/// ```
pub fn open(name: &str, mode: Mode) -> Result<Prefix> {
    Workspace::of(default_workspace()?).prefix(name, mode)
}

/// The prefix that the free functions mean.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// assert_eq!(db0::current().name(), "default");
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// When no workspace is open; see [`try_current`].
#[must_use]
#[track_caller]
pub fn current() -> Prefix {
    try_current().or_panic()
}

/// As [`current`], with the failure as a value.
pub fn try_current() -> Result<Prefix> {
    Ok(Prefix::new(current_prefix()?, Workspace::of(default_workspace()?)))
}

/// The names of all prefixes of the workspace, open or not.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// db0::open("shop/orders", db0::Mode::ReadWrite)?;
/// assert_eq!(db0::prefixes()?, ["default", "shop/orders"]);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn prefixes() -> Result<Vec<String>> {
    default_workspace()?.prefixes()
}

/// Deletes a prefix for good. It must not be open.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// let draft = db0::open("draft", db0::Mode::ReadWrite)?;
/// assert!(matches!(db0::drop_prefix("draft"), Err(db0::Error::PrefixOpen { .. })));
/// draft.close()?;
/// db0::drop_prefix("draft")?;
/// # Ok::<(), db0::Error>(())
/// ```
pub fn drop_prefix(name: &str) -> Result<()> {
    default_workspace()?.drop_prefix(name)
}

/// Commits and closes the workspace. Closing twice, or without having opened, is no error.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// db0::close()?;
/// db0::close()?; // no error
/// assert!(matches!(db0::commit(), Err(db0::Error::Closed { .. })));
/// # Ok::<(), db0::Error>(())
/// ```
pub fn close() -> Result<()> {
    match default_workspace() {
        Ok(workspace) => workspace.close(),
        Err(Error::NoWorkspace) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Commits all prefixes now; gives the state that the current one is in. When it has returned, the
/// data is on disk.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// db0::Memo::new(Note { text: "one".into() });
/// assert_eq!(db0::commit()?, 1);
/// assert_eq!(db0::commit()?, 1); // nothing new, no new state
/// # Ok::<(), db0::Error>(())
/// ```
pub fn commit() -> Result<u64> {
    default_workspace()?.commit()
}

/// Deletes objects that are held by nothing but each other, in all prefixes that are open for writing,
/// and tells how many. What waits is committed before.
///
/// Such a circle lives on when the last handle and the last reference from elsewhere have gone, since
/// each of its objects is still referred to. A handle on one of them keeps all that it leads to, and so
/// do tags, entries in an [`Index`](crate::Index), singletons and classes that are kept; weak
/// references don't. Others may read and write meanwhile: what they take hold of stays.
///
/// ```
/// # #[db0::memo]
/// # struct Person { name: String, friend: Option<db0::Memo<Person>> }
/// # use db0::Memo;
/// # fn main() -> db0::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0::Error::other)?;
/// # db0::init(folder.path())?;
/// let ann = Memo::new(Person { name: "Ann".into(), friend: None });
/// let bob = Memo::new(Person { name: "Bob".into(), friend: Some(ann.clone()) });
/// ann.write().friend = Some(bob.clone());
/// assert_eq!(db0::collect_cycles()?.total(), 0); // handles hold them
/// drop((ann, bob));
/// assert_eq!(db0::collect_cycles()?.deleted["Person"], 2);
/// # Ok(()) }
/// ```
///
/// It reads each object that something refers to twice at most, takes some 12 bytes of memory for each,
/// and tells the log how far it is. Inside an `atomic`, and while this thread holds a write guard, it is
/// [`Error::Misuse`].
pub fn collect_cycles() -> Result<CycleReport> {
    default_workspace()?.collect_cycles()
}

/// The number of the current prefix's last committed state.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// db0::Memo::new(Note { text: "one".into() });
/// assert_eq!(db0::state(), 0);
/// db0::commit()?;
/// assert_eq!(db0::state(), 1);
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// When no workspace is open; see [`try_state`].
#[must_use]
#[track_caller]
pub fn state() -> u64 {
    try_state().or_panic()
}

/// As [`state`], with the failure as a value.
pub fn try_state() -> Result<u64> {
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
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// assert_eq!(db0::fetch::<Note>(note.uuid())?, note);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn fetch<T: Class>(uuid: Uuid) -> Result<Memo<T>> {
    db0_runtime::fetch(uuid)
}

/// The object of this uuid, of whatever class, also of one that the program has no Rust type for.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// let any = db0::fetch_any(note.uuid())?;
/// assert_eq!((any.class().as_str(), any.get("text")), ("Note", Some("one".into())));
/// # Ok::<(), db0::Error>(())
/// ```
pub fn fetch_any(uuid: Uuid) -> Result<AnyMemo> {
    default_workspace()?.fetch_any(uuid)
}

/// Whether there is an object of this class and uuid; also one that today's struct can't read. Where
/// that can't be told (no workspace, damage), it is no.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// assert!(db0::exists::<Note>(note.uuid()));
/// assert!(!db0::exists::<Note>(uuid::Uuid::nil()));
/// # Ok::<(), db0::Error>(())
/// ```
pub fn exists<T: Class>(uuid: Uuid) -> bool {
    db0_runtime::exists::<T>(uuid).unwrap_or(false)
}

/// The singleton of its class; made by `make` if there is none.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// # #[db0::memo(singleton)] struct Root { visits: u32 }
/// let root = db0::singleton(|| Root { visits: 0 });
/// root.write().visits += 1;
/// assert_eq!(db0::singleton::<Root>(|| unreachable!("it is there")), root);
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// When no workspace is open, or it only reads and has none.
#[track_caller]
pub fn singleton<T: Singleton>(make: impl FnOnce() -> T) -> Memo<T> {
    let prefix = class_prefix::<T>().or_panic();
    prefix.singleton(make)
}

/// As [`singleton`], with the failure as a value.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::Workspace::open(folder.path())?.close()?;
/// # db0::init(db0::Config::new(folder.path()).read_only())?;
/// # #[db0::memo(singleton)] #[derive(Debug)] struct Root { visits: u32 }
/// let root = db0::try_singleton(|| Root { visits: 0 });
/// assert!(matches!(root, Err(db0::Error::ReadOnly { .. }))); // here it could not be made
/// # Ok::<(), db0::Error>(())
/// ```
pub fn try_singleton<T: Singleton>(make: impl FnOnce() -> T) -> Result<Memo<T>> {
    class_prefix::<T>()?.try_singleton(make)
}

/// The singleton of its class.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// # #[db0::memo(singleton)] struct Root { visits: u32 }
/// assert!(matches!(db0::fetch_singleton::<Root>(), Err(db0::Error::NoSingleton { .. })));
/// db0::singleton(|| Root { visits: 1 });
/// assert_eq!(db0::fetch_singleton::<Root>()?.read().visits, 1);
/// # Ok::<(), db0::Error>(())
/// ```
pub fn fetch_singleton<T: Singleton>() -> Result<Memo<T>> {
    class_prefix::<T>()?.objects().singleton()
}

/// Whether there is a singleton of this class.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// # #[db0::memo(singleton)] struct Root { visits: u32 }
/// assert!(!db0::has_singleton::<Root>());
/// db0::singleton(|| Root { visits: 1 });
/// assert!(db0::has_singleton::<Root>());
/// # Ok::<(), db0::Error>(())
/// ```
pub fn has_singleton<T: Singleton>() -> bool {
    fetch_singleton::<T>().is_ok()
}

/// Deletes an object that nothing refers to ([`Error::Referenced`] otherwise). Its tags go with it.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(folder.path())?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::delete(&note)?;
/// assert!(matches!(note.try_read(), Err(db0::Error::Deleted { .. })));
/// # Ok::<(), db0::Error>(())
/// ```
#[track_caller]
pub fn delete<H: Handle + ?Sized>(memo: &H) -> Result<()> {
    derived::delete(memo)
}

/// Makes the next commit count an object as modified, whether or not it differs.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// let note = db0::Memo::new(Note { text: "one".into() });
/// db0::commit()?;
/// db0::touch(&note);
/// assert_eq!(db0::commit()?, 2);
/// assert_eq!(db0::states(2..)?[0].modified, 1);
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// On misuse, as [`Memo::write`] does.
#[track_caller]
pub fn touch<H: Handle + ?Sized>(memo: &H) {
    derived::touch(memo).or_panic();
}

/// As [`touch`], with the failure as a value.
pub fn try_touch<H: Handle + ?Sized>(memo: &H) -> Result<()> {
    derived::touch(memo)
}

/// How much of the current prefix is kept in memory.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Note { text: String }
/// assert!(db0::cache_stats().bytes <= db0::cache_stats().capacity);
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// When no workspace is open; see [`try_cache_stats`].
#[must_use]
#[track_caller]
pub fn cache_stats() -> CacheStats {
    try_cache_stats().or_panic()
}

/// As [`cache_stats`], with the failure as a value.
pub fn try_cache_stats() -> Result<CacheStats> {
    Ok(current_prefix()?.cache_stats())
}

/// Lets go of all objects of the current prefix that nobody uses at present.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// db0::clear_cache();
/// assert_eq!(db0::cache_stats().objects, 0);
/// # Ok::<(), db0::Error>(())
/// ```
///
/// # Panics
/// When no workspace is open; see [`try_clear_cache`].
#[track_caller]
pub fn clear_cache() {
    try_clear_cache().or_panic();
}

/// As [`clear_cache`], with the failure as a value.
pub fn try_clear_cache() -> Result<()> {
    current_prefix()?.clear_cache();
    Ok(())
}
