//! What makes another query of a query: filters, orders, limits.

use std::sync::Arc;

use db0_runtime::object::Objects;
use uuid::Uuid;

use super::query::Query;
use crate::terms::{
    core::{Node, Op},
    criteria::Criteria,
    findable::Findable,
    order::SortKey,
};

impl<T: Findable> Query<T> {
    fn with(mut self, op: Op) -> Self {
        self.core.ops.push(op);
        self
    }

    /// Those for which a closure says so. It stands where it is put: behind `take`, it looks at what
    /// was taken.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// let old = db0::find::<Book>(()).filter(|book: &Book| book.title.len() > book.year as usize % 10);
    /// assert_eq!(old.count(), 1);
    /// # let _ = (emma, waves);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn filter(mut self, keep: impl Fn(&T::Seen) -> bool + Send + Sync + 'static) -> Self {
        let test = move |objects: &Arc<Objects>, oid: u64| {
            Ok(T::look(objects, oid, |seen| keep(seen))?.unwrap_or(false))
        };
        self.core.narrow(Node::Filter(Arc::new(test)));
        self
    }

    /// Sorts by an index or a field, the lowest key first.
    ///
    /// What has no key comes last: nothing is left out. An object with several keys counts by the
    /// lowest. `None` stands where the index has it: first, or last with
    /// `index.iter().nulls_last()`. What is equal stays in the order that it was in, so that the
    /// last order asked for is the main one.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// let by_year = db0::Index::from_iter([(1931, waves), (1815, emma.clone())]);
    /// assert_eq!(db0::find::<Book>(()).sort_by(&by_year).first(), Some(emma.clone()));
    /// assert_eq!(db0::find::<Book>(()).sort_by(Book::TITLE).first(), Some(emma));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn sort_by(self, key: impl SortKey<T>) -> Self {
        self.with(Op::Sort { by: key.order(), descending: false })
    }

    /// As [`sort_by`](Self::sort_by), the highest key first. What has no key still comes last.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(()).sort_desc_by(Book::YEAR).first(), Some(waves));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn sort_desc_by(self, key: impl SortKey<T>) -> Self {
        self.with(Op::Sort { by: key.order(), descending: true })
    }

    /// Without the first `n`.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(()).skip(1).first(), Some(waves));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn skip(self, n: usize) -> Self {
        self.with(Op::Skip(n as u64))
    }

    /// The first `n`.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// assert_eq!(db0::find::<Book>(()).take(1).count(), 1);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn take(self, n: usize) -> Self {
        self.with(Op::Take(n as u64))
    }

    /// Those behind an object, in the order asked for before: for pages that neither repeat nor leave
    /// out anything while objects come and go. The object itself need not be a result any more. It may
    /// even be deleted, if results are not sorted; where they are, that is an error, since nothing tells
    /// its place.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// let page = db0::find::<Book>(()).sort_by(Book::TITLE).take(1).uuids();
    /// let next = db0::find::<Book>(()).sort_by(Book::TITLE).after(page[0]).take(1);
    /// assert_eq!(next.uuids(), [waves.uuid()]);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn after(self, uuid: Uuid) -> Self {
        self.with(Op::After(uuid))
    }

    fn narrowed(&self, node: Node) -> Self {
        let mut part = self.clone();
        part.core.narrow(node);
        part
    }

    /// A query for each of several criteria. Each object is in one of them at most: the first whose
    /// criteria it fulfils.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// db0::tags([&emma, &waves]).add("mine");
    /// db0::tags(&emma).add("lent");
    /// let parts = db0::find::<Book>(()).split_by(["lent", "mine"]);
    /// assert_eq!((parts[0].uuids(), parts[1].uuids()), (vec![emma.uuid()], vec![waves.uuid()]));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn split_by<C: Criteria<T>>(&self, criteria: impl AsRef<[C]>) -> Vec<Self> {
        let mut before: Vec<Node> = Vec::new();
        let mut parts = Vec::new();
        for criteria in criteria.as_ref() {
            let node = criteria.expr().0;
            let others = Node::Not(Box::new(Node::Or(before.clone())));
            parts.push(self.narrowed(Node::And(vec![node.clone(), others])));
            before.push(node);
        }
        parts
    }

    /// As [`split_by`](Self::split_by), with each object in every query whose criteria it fulfils.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Book { title: String, year: u16 }
    /// let emma = db0::Memo::new(Book { title: "Emma".into(), year: 1815 });
    /// let waves = db0::Memo::new(Book { title: "The Waves".into(), year: 1931 });
    /// db0::tags([&emma, &waves]).add("mine");
    /// db0::tags(&emma).add("lent");
    /// let parts = db0::find::<Book>(()).split_by_each(["lent", "mine"]);
    /// assert_eq!((parts[0].count(), parts[1].count()), (1, 2));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn split_by_each<C: Criteria<T>>(&self, criteria: impl AsRef<[C]>) -> Vec<Self> {
        criteria.as_ref().iter().map(|criteria| self.narrowed(criteria.expr().0)).collect()
    }
}
