//! A snapshot: committed states of prefixes, held still.

use std::{fmt, sync::Arc, time::SystemTime};

use db0_query::{AnyClass, AnyQuery, Criteria, Query, WithTrait};
use db0_runtime::{
    AnyMemo, Error, Memo, OrPanic, Prefix, Result, Workspace,
    class::{Class, Singleton, TagName},
    derived::StoredClass,
    object::Objects,
};
use uuid::Uuid;

/// Committed states of prefixes, read-only and immune to later commits. Handles from it, and
/// everything reached through them, show these states and keep them.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
/// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
/// db0::commit()?;
/// let before: db0::Snapshot = db0::snapshot()?;
/// emma.write().year = 1816;
/// db0::commit()?;
/// assert_eq!((before.of(&emma).read().year, emma.read().year), (1815, 1816));
/// assert!(before.of(&emma).try_write().is_err());
/// # Ok::<(), db0::Error>(())
/// ```
#[derive(Clone)]
pub struct Snapshot {
    parts: Arc<[Arc<Objects>]>,
    /// The part that is meant when no prefix is named.
    current: usize,
}

impl Snapshot {
    /// The last committed state of every open prefix of a workspace.
    pub fn of_workspace(workspace: &Workspace, current: &Prefix) -> Result<Self> {
        workspace.follow()?;
        let prefixes = workspace.open_prefixes();
        let all: Vec<_> = prefixes.iter().map(|prefix| prefix.objects().clone()).collect();
        let parts: Arc<[_]> = Objects::at_last(&all)?.into();
        Objects::bind(&parts)?;
        let place = prefixes.iter().position(|prefix| prefix.name() == current.name());
        let closed = || Error::Closed { what: format!("prefix {:?}", current.name()) };
        Ok(Self { parts, current: place.ok_or_else(closed)? })
    }

    /// The last committed state of one prefix.
    pub fn of_prefix(prefix: &Prefix) -> Result<Self> {
        let parts = Objects::at_last(std::slice::from_ref(prefix.objects()))?.into();
        Ok(Self { parts, current: 0 })
    }

    /// A state of one prefix.
    pub fn of_state(prefix: &Prefix, state: u64) -> Result<Self> {
        Ok(Self { parts: Arc::new([prefix.objects().at_state(state)?]), current: 0 })
    }

    /// The state that a prefix was in at a moment.
    pub fn of_time(prefix: &Prefix, time: SystemTime) -> Result<Self> {
        Self::of_state(prefix, prefix.state_at(time)?)
    }

    /// States of several prefixes of a workspace; the first one named is the current one.
    pub fn of_states<N: AsRef<str>>(
        workspace: &Workspace,
        states: impl IntoIterator<Item = (N, u64)>,
    ) -> Result<Self> {
        let prefixes = workspace.open_prefixes();
        let part = |(name, state): (N, u64)| {
            let name = name.as_ref();
            let missing = || match workspace.prefixes() {
                Ok(all) if all.iter().any(|one| one == name) => {
                    Error::Closed { what: format!("prefix {name:?}") }
                }
                _ => Error::NoPrefix { prefix: name.into(), root: workspace.path().into() },
            };
            prefixes
                .iter()
                .find(|prefix| prefix.name() == name)
                .ok_or_else(missing)?
                .objects()
                .at_state(state)
        };
        let parts: Arc<[_]> = states.into_iter().map(part).collect::<Result<_>>()?;
        if parts.is_empty() {
            return Err(Error::Invalid("a snapshot needs at least one prefix".into()));
        }
        for (at, part) in parts.iter().enumerate() {
            if parts[..at].iter().any(|other| other.name() == part.name()) {
                let name = part.name();
                return Err(Error::Invalid(format!(
                    "a snapshot shows one state of prefix {name:?}"
                )));
            }
        }
        Objects::bind(&parts)?;
        Ok(Self { parts, current: 0 })
    }

    pub(crate) fn parts(&self) -> &[Arc<Objects>] {
        &self.parts
    }

    pub(crate) fn current(&self) -> &Arc<Objects> {
        &self.parts[self.current]
    }

    pub(crate) fn part_of<T: Class>(&self) -> Result<Arc<Objects>> {
        let Some(name) = T::INFO.prefix else { return Ok(self.current().clone()) };
        self.part(name).cloned()
    }

    fn part(&self, name: &str) -> Result<&Arc<Objects>> {
        let missing = || Error::Invalid(format!("prefix {name:?} is not in this snapshot"));
        self.parts.iter().find(|part| part.name() == name).ok_or_else(missing)
    }

    /// The state of the current prefix in this snapshot.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::commit()?;
    /// assert_eq!(db0::snapshot()?.state(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn state(&self) -> u64 {
        self.current().state()
    }

    /// The state of a prefix in this snapshot.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::commit()?;
    /// assert_eq!(db0::snapshot()?.state_of("default")?, 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn state_of(&self, prefix: &str) -> Result<u64> {
        Ok(self.part(prefix)?.state())
    }

    /// Objects that fulfilled criteria then.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::commit()?;
    /// let snapshot = db0::snapshot()?;
    /// db0::delete(&emma)?;
    /// assert_eq!(snapshot.find::<Book>(Book::YEAR.lt(1900)).count(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn find<T: Class>(&self, criteria: impl Criteria<T>) -> Query<T> {
        Query::on(self.part_of::<T>(), &criteria)
    }

    /// Objects of any class of the current prefix that fulfilled criteria then.
    pub fn find_any(&self, criteria: impl Criteria<AnyClass>) -> AnyQuery {
        Query::on(Ok(self.current().clone()), &criteria)
    }

    /// Objects of the classes that are declared with a trait, as they were then.
    pub fn find_dyn<D: ?Sized + 'static>(
        &self,
        criteria: impl Criteria<WithTrait<D>>,
    ) -> Query<WithTrait<D>> {
        Query::on(Ok(self.current().clone()), &criteria)
    }

    /// All tags that objects of the current prefix bore then, by name, and how many bore each.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::tags(&emma).add("lent");
    /// db0::commit()?;
    /// let snapshot = db0::snapshot()?;
    /// db0::tags(&emma).remove("lent");
    /// assert_eq!((snapshot.all_tags()?.len(), db0::all_tags()?.len()), (1, 0));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn all_tags(&self) -> Result<Vec<(TagName, u64)>> {
        db0_query::all_tags(self.current())
    }

    /// The object of this uuid as it was then.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::commit()?;
    /// let snapshot = db0::snapshot()?;
    /// db0::delete(&emma)?;
    /// assert_eq!(snapshot.fetch::<Book>(emma.uuid())?.read().title, "Emma");
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn fetch<T: Class>(&self, uuid: Uuid) -> Result<Memo<T>> {
        let mut result = Err(Error::NotFound { class: T::INFO.name.into(), uuid });
        for part in &*self.parts {
            result = part.fetch(uuid);
            if !matches!(result, Err(Error::NotFound { .. })) {
                return result;
            }
        }
        result
    }

    /// The object of this uuid, of whatever class, as it was then.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::commit()?;
    /// let snapshot = db0::snapshot()?;
    /// emma.write().year = 1816;
    /// assert_eq!(snapshot.fetch_any(emma.uuid())?.get("year"), Some(1815.into()));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn fetch_any(&self, uuid: Uuid) -> Result<AnyMemo> {
        let mut result = Err(Error::NotFound { class: "object".into(), uuid });
        for part in &*self.parts {
            result = part.fetch_any(uuid);
            if !matches!(result, Err(Error::NotFound { .. })) {
                return result;
            }
        }
        result
    }

    /// The classes of the current prefix, and how many objects each had then.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::commit()?;
    /// let snapshot = db0::snapshot()?;
    /// db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!((snapshot.classes()?[0].objects, db0::classes()?[0].objects), (1, 2));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn classes(&self) -> Result<Vec<StoredClass>> {
        StoredClass::all(self.current())
    }

    /// The singleton of its class as it was then.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(singleton)] struct Root { visits: u32 }
    /// let root = db0::singleton(|| Root { visits: 1 });
    /// db0::commit()?;
    /// let snapshot = db0::snapshot()?;
    /// root.write().visits = 2;
    /// assert_eq!(snapshot.singleton::<Root>()?.read().visits, 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn singleton<T: Singleton>(&self) -> Result<Memo<T>> {
        self.part_of::<T>()?.singleton()
    }

    /// A live object as it was then.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::commit()?;
    /// let snapshot = db0::snapshot()?;
    /// emma.write().year = 1816;
    /// assert_eq!(snapshot.of(&emma).read().year, 1815);
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// When it did not exist then; see [`try_of`](Self::try_of).
    #[track_caller]
    pub fn of<T: Class>(&self, memo: &Memo<T>) -> Memo<T> {
        self.try_of(memo).or_panic()
    }

    /// As [`of`](Self::of), with the failure as a value.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::commit()?;
    /// let snapshot = db0::snapshot()?;
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert!(snapshot.try_of(&waves).is_err()); // it was not there
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn try_of<T: Class>(&self, memo: &Memo<T>) -> Result<Memo<T>> {
        self.fetch(memo.uuid())
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states = self.parts.iter().map(|part| (part.name().to_owned(), part.state()));
        f.debug_map().entries(states).finish()
    }
}
