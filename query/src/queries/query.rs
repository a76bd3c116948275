//! A query: criteria on one view, run whenever it is asked.

use std::{fmt, marker::PhantomData, sync::Arc};

use db0_runtime::{OrPanic, Result, object::Objects};
use uuid::Uuid;

use super::matches::{Matches, TryMatches};
use crate::{
    running::explain::Explain,
    terms::{
        core::{Core, Node},
        criteria::Criteria,
        expr::Expr,
        findable::{AnyClass, Findable, HandleOf},
    },
};

/// Objects of the class `T` that fulfil criteria: lazy, and run anew each time it is asked. Those that
/// `find_any` and `find_dyn` make are of [`AnyClass`] and of classes
/// [`WithTrait`](crate::WithTrait), and have the same methods.
///
/// Iterate it by value or by reference. Results come in the order of their creation, each once,
/// unless they are sorted otherwise. As a criterion of another query it gives its members.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
/// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
/// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
/// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
/// let old = db0::find::<Book>(Book::YEAR.lt(1900));
/// assert_eq!(old.count(), 1);
/// waves.write().year = 1899;
/// assert_eq!(old.count(), 2);
/// for book in &old {
///     assert!(book.read().year < 1900);
/// }
/// # Ok::<(), db0::Error>(())
/// ```
pub struct Query<T> {
    pub(crate) core: Core,
    class: PhantomData<fn() -> T>,
}

/// A query over all classes: made by `find_any`.
pub type AnyQuery = Query<AnyClass>;

impl<T> Query<T> {
    pub(crate) fn of(core: Core) -> Self {
        Self { core, class: PhantomData }
    }
}

impl<T: Findable> Query<T> {
    /// A query on a view.
    #[doc(hidden)]
    pub fn on(objects: Result<Arc<Objects>>, criteria: &dyn Criteria<T>) -> Self {
        Self::of(Core::new(objects, T::of(), criteria.expr().0))
    }

    /// Every object of the class is a result.
    #[doc(hidden)]
    pub fn is_all(&self) -> bool {
        matches!(self.core.node, Node::All) && !self.core.is_limited()
    }

    /// Those of some objects, given in ascending order, that are results. There can be no limit.
    #[doc(hidden)]
    pub fn among(&self, oids: &[u64]) -> Result<Vec<u64>> {
        self.core.among(oids)
    }

    /// The results, one after the other.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// let titles: Vec<_> = db0::find::<Book>(()).iter().map(|book| book.read().title.clone()).collect();
    /// assert_eq!(titles, ["Emma", "The Waves"]);
    /// # Ok::<(), db0::Error>(())
    /// ```
    ///
    /// # Panics
    /// When the criteria make no sense or the prefix can't be read; see [`try_iter`](Self::try_iter).
    #[track_caller]
    pub fn iter(&self) -> Matches<T::Handle> {
        Matches(self.try_iter().or_panic())
    }

    /// As [`iter`](Self::iter), with failures as values, on the way too.
    pub fn try_iter(&self) -> Result<TryMatches<T::Handle>> {
        let objects = self.core.objects()?.clone();
        Ok(TryMatches::new(objects, self.core.ids()?, T::handle))
    }

    /// How many there are. No object is loaded for it.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(()).count(), 2);
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn count(&self) -> u64 {
        self.try_count().or_panic()
    }

    /// As [`count`](Self::count), with the failure as a value.
    pub fn try_count(&self) -> Result<u64> {
        self.core.count()
    }

    /// There is none.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert!(db0::find::<Book>("lost").is_empty());
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.try_is_empty().or_panic()
    }

    /// As [`is_empty`](Self::is_empty), with the failure as a value.
    pub fn try_is_empty(&self) -> Result<bool> {
        self.core.is_empty()
    }

    /// The first one: the oldest, if they are not sorted otherwise.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(()).first(), Some(emma));
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn first(&self) -> Option<T::Handle> {
        self.iter().next()
    }

    /// As [`first`](Self::first), with the failure as a value.
    pub fn try_first(&self) -> Result<Option<T::Handle>> {
        self.try_iter()?.next().transpose()
    }

    /// Whether an object is among them.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert!(db0::find::<Book>(Book::YEAR.gt(1900)).contains(&waves));
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn contains(&self, memo: &impl HandleOf<T>) -> bool {
        self.try_contains(memo).or_panic()
    }

    /// As [`contains`](Self::contains), with the failure as a value.
    pub fn try_contains(&self, memo: &impl HandleOf<T>) -> Result<bool> {
        let (other, oid) = memo.found_at()?;
        Ok(self.core.objects()?.is_same_prefix(&other) && self.core.contains(oid)?)
    }

    /// The identities of the results. No object is loaded for it.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(()).uuids(), [emma.uuid(), waves.uuid()]);
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn uuids(&self) -> Vec<Uuid> {
        self.try_uuids().or_panic()
    }

    /// As [`uuids`](Self::uuids), with the failure as a value.
    pub fn try_uuids(&self) -> Result<Vec<Uuid>> {
        self.core.uuids()
    }

    /// How the query will be run: what it looks at, in which order, and how many objects each part
    /// has at present.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// db0::tags(&emma).add("lent");
    /// let plan = db0::find::<Book>((Book::YEAR.lt(1900), "lent")).explain();
    /// assert_eq!(plan.to_string(), "\
    /// Book: 1 object
    ///   all of:
    ///     \"lent\": 1
    ///     Book.year < 1900: looks into each object that is left");
    /// # Ok::<(), db0::Error>(())
    /// ```
    #[track_caller]
    pub fn explain(&self) -> Explain {
        self.try_explain().or_panic()
    }

    /// As [`explain`](Self::explain), with the failure as a value.
    pub fn try_explain(&self) -> Result<Explain> {
        self.core.explain()
    }
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        Self::of(self.core.clone())
    }
}

impl<T> fmt::Debug for Query<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Query({:?})", self.core)
    }
}

impl<T, Q: Findable> Criteria<T> for Query<Q> {
    fn expr(&self) -> Expr {
        Expr(Node::Query(Arc::new(self.core.clone())))
    }
}

impl<T: Findable> IntoIterator for Query<T> {
    type Item = T::Handle;
    type IntoIter = Matches<T::Handle>;

    #[track_caller]
    fn into_iter(self) -> Matches<T::Handle> {
        self.iter()
    }
}

impl<T: Findable> IntoIterator for &Query<T> {
    type Item = T::Handle;
    type IntoIter = Matches<T::Handle>;

    #[track_caller]
    fn into_iter(self) -> Matches<T::Handle> {
        self.iter()
    }
}
