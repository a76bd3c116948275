//! The handle of a prefix, with everything that can be done in it.

use std::{ops::Deref, time::SystemTime};

use db0_query::{AnyClass, AnyQuery, Criteria, Query, Tagger, Targets, WithTrait, tags};
use db0_runtime::{
    Entered, Result,
    class::{Class, TagName},
};

use crate::{Snapshot, Subscription, Workspace};

/// An open prefix of a workspace. It keeps the workspace open.
///
/// ```
/// # #[db0::memo]
/// # struct Person { name: String }
/// # fn main() -> db0::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0::Error::other)?;
/// let workspace = db0::Workspace::open(folder.path())?;
/// let people = workspace.prefix("people", db0::Mode::ReadWrite)?;
/// let alice = people.create(Person { name: "Alice".into() });
/// people.tags(&alice).add("employee");
/// assert_eq!(people.find::<Person>("employee").count(), 1);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Prefix {
    inner: db0_runtime::Prefix,
    workspace: Workspace,
}

impl Deref for Prefix {
    type Target = db0_runtime::Prefix;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

impl Prefix {
    pub(crate) fn new(inner: db0_runtime::Prefix, workspace: Workspace) -> Self {
        Self { inner, workspace }
    }

    /// The workspace that it is open in.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// assert_eq!(prefix.workspace().path(), folder.path());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Objects of the class `T` that fulfil criteria, in this prefix.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// prefix.create(Note { text: "one".into() });
    /// assert_eq!(prefix.find::<Note>(()).count(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn find<T: Class>(&self, criteria: impl Criteria<T>) -> Query<T> {
        Query::on(Ok(self.inner.objects().clone()), &criteria)
    }

    /// Objects of any class that fulfil criteria, in this prefix; see [`find_any`](crate::find_any).
    pub fn find_any(&self, criteria: impl Criteria<AnyClass>) -> AnyQuery {
        Query::on(Ok(self.inner.objects().clone()), &criteria)
    }

    /// Objects of the classes that are declared with a trait, in this prefix; see
    /// [`find_dyn`](crate::find_dyn).
    pub fn find_dyn<D: ?Sized + 'static>(
        &self,
        criteria: impl Criteria<WithTrait<D>>,
    ) -> Query<WithTrait<D>> {
        Query::on(Ok(self.inner.objects().clone()), &criteria)
    }

    /// The tags of objects.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// let note = prefix.create(Note { text: "one".into() });
    /// prefix.tags(&note).add("urgent");
    /// assert_eq!(prefix.find::<Note>("urgent").first(), Some(note));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn tags<M: Targets>(&self, objects: M) -> Tagger<M> {
        tags(objects)
    }

    /// All tags of this prefix by name, and how many objects bear each.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// prefix.tags(&prefix.create(Note { text: "one".into() })).add("urgent");
    /// assert_eq!(prefix.all_tags()?[0].0.to_string(), "urgent");
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn all_tags(&self) -> Result<Vec<(TagName, u64)>> {
        db0_query::all_tags(self.inner.objects())
    }

    /// The tags of text of this prefix that begin with this one, and how many objects bear each.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// prefix.tags(&prefix.create(Note { text: "one".into() })).add("urgent");
    /// assert_eq!(prefix.find_tags_starting_with("u")?.len(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn find_tags_starting_with(&self, start: &str) -> Result<Vec<(TagName, u64)>> {
        db0_query::tags_starting_with(self.inner.objects(), start)
    }

    /// The last committed state of this prefix.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// prefix.create(Note { text: "one".into() });
    /// prefix.commit()?;
    /// assert_eq!(prefix.snapshot()?.find::<Note>(()).count(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn snapshot(&self) -> Result<Snapshot> {
        Snapshot::of_prefix(&self.inner)
    }

    /// A committed state of this prefix.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// prefix.create(Note { text: "one".into() });
    /// prefix.commit()?;
    /// assert!(prefix.snapshot_at(0)?.find::<Note>(()).is_empty());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn snapshot_at(&self, state: u64) -> Result<Snapshot> {
        Snapshot::of_state(&self.inner, state)
    }

    /// The state that this prefix was in at a moment.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// prefix.create(Note { text: "one".into() });
    /// prefix.commit()?;
    /// let now = prefix.snapshot_at_time(std::time::SystemTime::now())?;
    /// assert_eq!(now.find::<Note>(()).count(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn snapshot_at_time(&self, time: SystemTime) -> Result<Snapshot> {
        Snapshot::of_time(&self.inner, time)
    }

    /// Follows what is committed here, as [`subscribe`](crate::subscribe()) does in the current prefix.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// let mut commits = prefix.subscribe::<Note>(());
    /// prefix.create(Note { text: "one".into() });
    /// prefix.commit()?;
    /// assert_eq!(commits.next().expect("it waits for the next one")?.changes.len(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn subscribe<T: Class>(&self, criteria: impl Criteria<T>) -> Subscription<T> {
        Subscription::of(self.inner.clone(), &criteria)
    }

    /// Makes this the calling thread's prefix until the guard is dropped.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// let archive = workspace.prefix("archive", db0::Mode::ReadWrite)?;
    /// {
    ///     let _entered = prefix.enter();
    ///     assert_eq!(db0::current().name(), "default");
    /// }
    /// assert_eq!(workspace.current().name(), "archive");
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn enter(&self) -> Entered {
        self.workspace.enter_prefix(self)
    }

    /// Commits and closes this prefix. Other handles on it find it closed.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let workspace = db0::Workspace::open(db0::Config::new(folder.path()).autocommit(false))?;
    /// # let prefix = workspace.current();
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// let archive = workspace.prefix("archive", db0::Mode::ReadWrite)?;
    /// let note = archive.create(Note { text: "one".into() });
    /// archive.close()?;
    /// assert!(note.try_write().is_err());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn close(self) -> Result<()> {
        self.workspace.close_prefix(&self)
    }
}
