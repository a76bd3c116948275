//! The handle of a workspace, with everything that can be done in it.

use std::{ops::Deref, time::SystemTime};

use db0_query::{Criteria, Query};
use db0_runtime::{
    Config, Entered, Memo, Mode, OrPanic, Result,
    class::{Class, Singleton},
};

use crate::{Prefix, Snapshot};

/// A folder of prefixes, and what is open of them. When the last handle on it goes (handles of
/// prefixes and objects are such too), it commits and closes.
#[derive(Clone, Debug)]
pub struct Workspace(db0_runtime::Workspace);

impl Deref for Workspace {
    type Target = db0_runtime::Workspace;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Workspace {
    pub(crate) fn of(inner: db0_runtime::Workspace) -> Self {
        Self(inner)
    }

    /// Opens a workspace beside the process's default one.
    ///
    /// ```
    /// # fn main() -> db0::Result<()> {
    /// # let folder = tempfile::tempdir().map_err(db0::Error::other)?;
    /// let workspace = db0::Workspace::open(folder.path())?;
    /// let _entered = workspace.enter(); // the free functions of this thread mean it now
    /// assert_eq!(db0::current().name(), "default");
    /// # Ok(()) }
    /// ```
    pub fn open(config: impl Into<Config>) -> Result<Self> {
        db0_runtime::Workspace::open(config).map(Self)
    }

    /// The names of the prefixes in a folder, without opening it.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// let workspace = db0::Workspace::open(folder.path())?;
    /// workspace.prefix("shop/orders", db0::Mode::ReadWrite)?;
    /// assert_eq!(db0::Workspace::list(folder.path())?, ["default", "shop/orders"]);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn list(folder: impl AsRef<std::path::Path>) -> Result<Vec<String>> {
        db0_runtime::Workspace::list(folder.as_ref())
    }

    /// Deletes a prefix of a folder that nobody writes, for good, without opening it.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// let workspace = db0::Workspace::open(folder.path())?;
    /// let removed = db0::Workspace::remove(folder.path(), "default");
    /// assert!(matches!(removed, Err(db0::Error::AlreadyOpen { .. })));
    /// workspace.close()?;
    /// db0::Workspace::remove(folder.path(), "default")?;
    /// assert!(db0::Workspace::list(folder.path())?.is_empty());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn remove(folder: impl AsRef<std::path::Path>, prefix: &str) -> Result<()> {
        db0_runtime::Workspace::remove_in(folder.as_ref(), prefix)
    }

    /// Opens a prefix, and makes it the workspace's current one.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// let archive = workspace.prefix("archive", db0::Mode::ReadWrite)?;
    /// assert_eq!(workspace.current().name(), archive.name());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn prefix(&self, name: &str, mode: Mode) -> Result<Prefix> {
        self.0.prefix(name, mode).map(|prefix| Prefix::new(prefix, self.clone()))
    }

    /// The prefix that is meant when none is named.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// assert_eq!(workspace.current().name(), "default");
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the workspace is closed; see [`try_current`](Self::try_current).
    #[must_use]
    #[track_caller]
    pub fn current(&self) -> Prefix {
        self.try_current().or_panic()
    }

    /// As [`current`](Self::current), with the failure as a value.
    pub fn try_current(&self) -> Result<Prefix> {
        self.0.current().map(|prefix| Prefix::new(prefix, self.clone()))
    }

    /// Objects of the class `T` that fulfil criteria, in the current prefix or the class's own.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// workspace.create(Note { text: "one".into() });
    /// assert_eq!(workspace.find::<Note>(Note::TEXT.eq("one")).count(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn find<T: Class>(&self, criteria: impl Criteria<T>) -> Query<T> {
        Query::on(self.own_prefix::<T>().map(|prefix| prefix.objects().clone()), &criteria)
    }

    /// The current prefix, or the class's own.
    fn own_prefix<T: Class>(&self) -> Result<db0_runtime::Prefix> {
        self.0.current().and_then(|current| self.0.prefix_of::<T>(current))
    }

    /// Makes an object in the current prefix, or in the class's own.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// let note = workspace.create(Note { text: "one".into() });
    /// assert_eq!(note.read().text, "one");
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn create<T: Class>(&self, value: T) -> Memo<T> {
        self.try_create(value).or_panic()
    }

    /// As [`create`](Self::create), with the failure as a value.
    #[track_caller]
    pub fn try_create<T: Class>(&self, value: T) -> Result<Memo<T>> {
        self.own_prefix::<T>()?.try_create(value)
    }

    /// The singleton of its class; made by `make` if there is none.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(singleton)] struct Root { visits: u32 }
    /// let root = workspace.singleton(|| Root { visits: 1 });
    /// assert_eq!(root.read().visits, 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn singleton<T: Singleton>(&self, make: impl FnOnce() -> T) -> Memo<T> {
        self.try_singleton(make).or_panic()
    }

    /// As [`singleton`](Self::singleton), with the failure as a value.
    pub fn try_singleton<T: Singleton>(&self, make: impl FnOnce() -> T) -> Result<Memo<T>> {
        self.own_prefix::<T>()?.try_singleton(make)
    }

    /// The last committed state of every open prefix.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// let note = workspace.create(Note { text: "one".into() });
    /// workspace.commit()?;
    /// let snapshot = workspace.snapshot()?;
    /// note.write().text = "two".into();
    /// assert_eq!(snapshot.of(&note).read().text, "one");
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn snapshot(&self) -> Result<Snapshot> {
        Snapshot::of_workspace(&self.0, &self.0.current()?)
    }

    /// A committed state of the current prefix.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// workspace.create(Note { text: "one".into() });
    /// workspace.commit()?;
    /// assert_eq!(workspace.snapshot_at(0)?.find::<Note>(()).count(), 0);
    /// assert_eq!(workspace.snapshot_at(1)?.find::<Note>(()).count(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn snapshot_at(&self, state: u64) -> Result<Snapshot> {
        Snapshot::of_state(&self.0.current()?, state)
    }

    /// The state that the current prefix was in at a moment.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// workspace.create(Note { text: "one".into() });
    /// workspace.commit()?;
    /// let before = workspace.snapshot_at_time(std::time::UNIX_EPOCH)?;
    /// assert!(before.find::<Note>(()).is_empty());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn snapshot_at_time(&self, time: SystemTime) -> Result<Snapshot> {
        Snapshot::of_time(&self.0.current()?, time)
    }

    /// Committed states of several prefixes, as [`snapshot_of`](crate::snapshot_of()) gives them of the
    /// default workspace.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// let log = workspace.prefix("log", db0::Mode::ReadWrite)?;
    /// log.list::<u8>("all").push(1);
    /// workspace.commit()?;
    /// assert_eq!(workspace.snapshot_of([("default", 0), ("log", 1)])?.state_of("log")?, 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn snapshot_of<N: AsRef<str>>(
        &self,
        states: impl IntoIterator<Item = (N, u64)>,
    ) -> Result<Snapshot> {
        Snapshot::of_states(&self.0, states)
    }

    /// The last committed state of the current prefix.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// workspace.create(Note { text: "one".into() });
    /// assert_eq!((workspace.state(), workspace.commit()?, workspace.state()), (0, 1, 1));
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the workspace is closed; see [`try_state`](Self::try_state).
    #[must_use]
    #[track_caller]
    pub fn state(&self) -> u64 {
        self.try_state().or_panic()
    }

    /// As [`state`](Self::state), with the failure as a value.
    pub fn try_state(&self) -> Result<u64> {
        Ok(self.0.current()?.state())
    }

    /// As [`commit`](db0_runtime::Workspace::commit), without a thread that waits.
    ///
    /// ```
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    /// let note = workspace.create(Note { text: "one".into() });
    /// let state = runtime.block_on(workspace.commit_async())?;
    /// assert_eq!(state, 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[cfg(feature = "tokio")]
    pub fn commit_async(&self) -> impl Future<Output = Result<u64>> + Send + 'static {
        let workspace = self.0.clone();
        async move {
            let current = workspace.current()?;
            workspace.commit_async(current).await
        }
    }

    /// Makes a prefix the calling thread's until the guard is dropped, as [`Prefix::enter`] does.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// let _entered = workspace.enter_prefix(&workspace.prefix("archive", db0::Mode::ReadWrite)?);
    /// assert_eq!(db0::current().name(), "archive");
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn enter_prefix(&self, prefix: &Prefix) -> Entered {
        self.0.enter_prefix(prefix)
    }

    /// Commits and closes one prefix, as [`Prefix::close`] does.
    pub fn close_prefix(&self, prefix: &Prefix) -> Result<()> {
        self.0.close_prefix(prefix)
    }
}
