//! A query: criteria on one view, run whenever it is asked.

use std::{collections::VecDeque, fmt, marker::PhantomData, sync::Arc};

use db0_runtime::{Chunk, Error, Memo, Result, class::Class, object::Objects};
use uuid::Uuid;

use crate::{
    criteria::Criteria,
    eval::{Plan, oid_at, place_of},
    expr::{Expr, Node, Subquery},
};

/// Objects of the class `T` that fulfil criteria: lazy, and run anew each time it is asked.
///
/// Iterate it by value or by reference. Results come in the order of their creation, each once.
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
    /// The view it runs on, or why there is none.
    objects: std::result::Result<Arc<Objects>, Arc<Error>>,
    node: Node,
    class: PhantomData<fn() -> T>,
}

impl<T: Class> Query<T> {
    /// A query on a view.
    #[doc(hidden)]
    pub fn on(objects: Result<Arc<Objects>>, criteria: &dyn Criteria<T>) -> Self {
        Self { objects: objects.map_err(Arc::new), node: criteria.expr().0, class: PhantomData }
    }

    /// Every object of the class is a result.
    #[doc(hidden)]
    pub fn is_all(&self) -> bool {
        matches!(self.node, Node::All)
    }

    /// Those of some objects, given in ascending order, that are results.
    #[doc(hidden)]
    pub fn among(&self, oids: &[u64]) -> Result<Vec<u64>> {
        let (_, plan) = self.plan_here()?;
        let mut found = Vec::new();
        for same_chunk in oids.chunk_by(|a, b| place_of(*a).0 == place_of(*b).0) {
            let number = place_of(same_chunk[0]).0;
            let mut among = Chunk::EMPTY;
            same_chunk.iter().for_each(|oid| among.insert(place_of(*oid).1));
            plan.keep(number, &mut among)?;
            found.extend(among.iter().map(|n| oid_at(number, n)));
        }
        Ok(found)
    }

    fn plan_here(&self) -> Result<(Arc<Objects>, Plan)> {
        let objects = self.objects.as_ref().map_err(|error| Error::Invalid(error.to_string()))?;
        Ok((objects.clone(), Plan::of_class::<T>(objects, &self.node)?))
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
    pub fn iter(&self) -> Matches<T> {
        self.try_iter().unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`iter`](Self::iter), with the failure as a value.
    pub fn try_iter(&self) -> Result<Matches<T>> {
        let (objects, plan) = self.plan_here()?;
        Ok(Matches {
            objects,
            plan,
            next_chunk: Some(0),
            found: VecDeque::new(),
            class: PhantomData,
        })
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
        self.try_count().unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`count`](Self::count), with the failure as a value.
    pub fn try_count(&self) -> Result<u64> {
        let (_, plan) = self.plan_here()?;
        let (mut count, mut from) = (0, 0);
        while let Some(number) = plan.next_chunk(from)? {
            count += u64::from(plan.chunk(number)?.len());
            from = number + 1;
        }
        Ok(count)
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
        self.iter().next_oid().unwrap_or_else(|error| panic!("{error}")).is_none()
    }

    /// The oldest one.
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
    pub fn first(&self) -> Option<Memo<T>> {
        self.iter().next()
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
    pub fn contains(&self, memo: &Memo<T>) -> bool {
        let contains = || -> Result<bool> {
            let (objects, plan) = self.plan_here()?;
            let (other, oid) = memo.place()?;
            let (number, n) = place_of(oid);
            Ok(objects.is_same_prefix(&other) && plan.chunk(number)?.contains(n))
        };
        contains().unwrap_or_else(|error| panic!("{error}"))
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
        let mut matches = self.iter();
        let next =
            |matches: &mut Matches<T>| matches.next_oid().unwrap_or_else(|error| panic!("{error}"));
        std::iter::from_fn(|| next(&mut matches))
            .map(|oid| matches_uuid(&self.objects, oid))
            .collect()
    }
}

fn matches_uuid(objects: &std::result::Result<Arc<Objects>, Arc<Error>>, oid: u64) -> Uuid {
    objects.as_ref().map_or(Uuid::nil(), |objects| objects.uuid_of(oid))
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        Self { objects: self.objects.clone(), node: self.node.clone(), class: PhantomData }
    }
}

impl<T> fmt::Debug for Query<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Query").field(&self.node).finish()
    }
}

impl<T, Q: Class> Criteria<T> for Query<Q> {
    fn expr(&self) -> Expr {
        Expr(Node::Query(Arc::new(self.clone())))
    }
}

impl<T: Class> Subquery for Query<T> {
    fn node(&self) -> &Node {
        &self.node
    }

    fn plan(&self) -> Result<Plan> {
        self.plan_here().map(|(_, plan)| plan)
    }
}

impl<T: Class> IntoIterator for Query<T> {
    type Item = Memo<T>;
    type IntoIter = Matches<T>;

    #[track_caller]
    fn into_iter(self) -> Matches<T> {
        self.iter()
    }
}

impl<T: Class> IntoIterator for &Query<T> {
    type Item = Memo<T>;
    type IntoIter = Matches<T>;

    #[track_caller]
    fn into_iter(self) -> Matches<T> {
        self.iter()
    }
}

/// The results of a query, on their way. It is safe to write meanwhile.
pub struct Matches<T> {
    objects: Arc<Objects>,
    plan: Plan,
    /// Where to go on looking.
    next_chunk: Option<u64>,
    /// Found and not given yet.
    found: VecDeque<u64>,
    class: PhantomData<fn() -> T>,
}

impl<T: Class> Matches<T> {
    fn next_oid(&mut self) -> Result<Option<u64>> {
        loop {
            if let Some(oid) = self.found.pop_front() {
                return Ok(Some(oid));
            }
            let Some(from) = self.next_chunk else { return Ok(None) };
            let Some(number) = self.plan.next_chunk(from)? else {
                self.next_chunk = None;
                return Ok(None);
            };
            self.found.extend(self.plan.chunk(number)?.iter().map(|n| oid_at(number, n)));
            self.next_chunk = number.checked_add(1);
        }
    }
}

impl<T: Class> Iterator for Matches<T> {
    type Item = Memo<T>;

    fn next(&mut self) -> Option<Memo<T>> {
        loop {
            let oid = self.next_oid().unwrap_or_else(|error| panic!("{error}"))?;
            // It may have been deleted since it was found.
            match self.objects.memo_if_alive(oid) {
                Ok(Some(memo)) => return Some(memo),
                Ok(None) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

impl<T> fmt::Debug for Matches<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matches").finish_non_exhaustive()
    }
}
