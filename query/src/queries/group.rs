//! Results in groups: by tags, by a field, or by what a closure says.

use std::{collections::BTreeMap, fmt, sync::Arc};

use db0_runtime::{
    Error, OrPanic, Result,
    class::Class,
    codec::key::{Elements, Key},
    object::Objects,
};

use super::{
    matches::TryMatches,
    measure::{Measure, Number},
    query::Query,
};
use crate::{
    running::stream::Results,
    terms::{
        core::{Core, Node},
        criteria::Criteria,
        field::Field,
        findable::{Covers, Findable},
    },
};

/// What results are grouped by: a field such as `Person::CITY`, each element of one as in
/// `Song::WORDS.each()`, several criteria such as `["red", "blue"]`, or a closure `|person: &Person| …`.
/// Where a query is for classes with a trait, closures are written `|shape: &(dyn Shape + 'static)| …`.
#[diagnostic::on_unimplemented(
    message = "objects of `{T}` can't be grouped by `{Self}`",
    label = "neither a field that is a key, the elements of one, an array of tags, nor a closure `|object: &{T}| …` that gives something sorted"
)]
pub trait GroupKey<T> {
    /// What the groups are called.
    type Key: Ord;

    /// Each group's results, as numbers of objects.
    #[doc(hidden)]
    fn groups(&self, core: &GroupOf) -> Result<BTreeMap<Self::Key, Vec<u64>>>;

    /// How many results each group has.
    #[doc(hidden)]
    fn counts(&self, core: &GroupOf) -> Result<BTreeMap<Self::Key, u64>> {
        let groups = self.groups(core)?.into_iter();
        Ok(groups.map(|(key, ids)| (key, ids.len() as u64)).collect())
    }
}

/// The query whose results are grouped.
#[doc(hidden)]
#[derive(Debug)]
pub struct GroupOf(Core);

impl GroupOf {
    /// By what is read of each result; what there is nothing of is in no group.
    fn by<K: Ord>(
        &self,
        read: impl Fn(&Arc<Objects>, u64) -> Result<Option<K>>,
    ) -> Result<BTreeMap<K, Vec<u64>>> {
        self.by_each(read)
    }

    /// As [`by`](Self::by), with any number of groups for one result.
    fn by_each<K: Ord, Keys: IntoIterator<Item = K>>(
        &self,
        read: impl Fn(&Arc<Objects>, u64) -> Result<Keys>,
    ) -> Result<BTreeMap<K, Vec<u64>>> {
        let objects = &self.0.objects()?;
        let mut groups = BTreeMap::<K, Vec<u64>>::new();
        for oid in self.0.all()? {
            for key in read(objects, oid)? {
                let group = groups.entry(key).or_default();
                if group.last() != Some(&oid) {
                    group.push(oid);
                }
            }
        }
        Ok(groups)
    }

    fn narrowed(&self, node: Node) -> Core {
        let mut part = self.0.clone();
        part.narrow(node);
        part
    }
}

impl<T: Covers<P>, P: Class, V: Key + Ord> GroupKey<T> for Field<P, V> {
    type Key = V;

    fn groups(&self, core: &GroupOf) -> Result<BTreeMap<V, Vec<u64>>> {
        core.by(|objects, oid| T::look_as(objects, oid, |object| self.get(object).clone()))
    }
}

/// A field that is a collection, by each of its elements: made by [`Field::each`].
#[derive(Clone, Copy, Debug)]
pub struct Each<F>(F);

impl<P: Class, L: Elements + 'static> Field<P, L> {
    /// Groups by each element of a field that is a `Vec`, `VecDeque`, `BTreeSet` or `HashSet`: an object is
    /// in the group of each of its elements, once, and in none if there are none.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Song { words: Vec<String> }
    /// db0::Memo::new(Song { words: vec!["moon".into(), "river".into()] });
    /// db0::Memo::new(Song { words: vec!["moon".into()] });
    /// let by_word = db0::find::<Song>(()).group_by(Song::WORDS.each());
    /// assert_eq!((by_word.counts()["moon"], by_word.counts()["river"]), (2, 1));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn each(self) -> Each<Self> {
        Each(self)
    }
}

impl<T: Covers<P>, P: Class, K, L> GroupKey<T> for Each<Field<P, L>>
where
    K: Key + Ord,
    L: Elements<Element = K> + 'static,
    for<'l> &'l L: IntoIterator<Item = &'l K>,
{
    type Key = K;

    fn groups(&self, core: &GroupOf) -> Result<BTreeMap<K, Vec<u64>>> {
        core.by_each(|objects, oid| {
            let elements = |object: &P| self.0.get(object).into_iter().cloned().collect();
            T::look_as(objects, oid, elements).map(Option::<Vec<K>>::unwrap_or_default)
        })
    }
}

impl<T: Findable, K: Ord, F: Fn(&T::Seen) -> K> GroupKey<T> for F {
    type Key = K;

    fn groups(&self, core: &GroupOf) -> Result<BTreeMap<K, Vec<u64>>> {
        core.by(|objects, oid| T::look(objects, oid, self))
    }
}

macro_rules! criteria {
    ($([$($generics:tt)*] $list:ty),*) => {$(
        /// By criteria: what fulfils several is in each of their groups, and what fulfils none is in none.
        impl<T, C: Criteria<T> + Ord + Clone, $($generics)*> GroupKey<T> for $list {
            type Key = C;

            fn groups(&self, core: &GroupOf) -> Result<BTreeMap<C, Vec<u64>>> {
                let part = |key: &C| Ok((key.clone(), core.narrowed(key.expr().0).all()?));
                self.iter().map(part).collect()
            }

            fn counts(&self, core: &GroupOf) -> Result<BTreeMap<C, u64>> {
                let part = |key: &C| Ok((key.clone(), core.narrowed(key.expr().0).count()?));
                self.iter().map(part).collect()
            }
        }
    )*};
}

criteria!([const N: usize] [C; N], [] Vec<C>, [] &[C]);

/// The results of a query in groups: made by [`Query::group_by`]. Each question looks anew.
pub struct Groups<T, G> {
    of: GroupOf,
    key: G,
    class: std::marker::PhantomData<fn() -> T>,
}

impl<T: Findable> Query<T> {
    /// The results in groups: by a field, by several tags, or by what a closure says.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Sale { city: String, cents: u32 }
    /// for (city, cents) in [("Rome", 10), ("Oslo", 20), ("Rome", 40)] {
    ///     db0::Memo::new(Sale { city: city.into(), cents });
    /// }
    /// let sales = db0::find::<Sale>(()).group_by(Sale::CITY);
    /// assert_eq!(sales.counts()["Rome"], 2);
    /// assert_eq!(sales.sums(Sale::CENTS)["Rome"], 50);
    /// assert_eq!(sales.max(|sale: &Sale| sale.cents)["Rome"], 40);
    /// assert_eq!(sales.avg(Sale::CENTS)["Rome"], 25.0);
    /// assert_eq!(sales.members()["Oslo"].len(), 1);
    /// let dear = db0::find::<Sale>(()).group_by(|sale: &Sale| sale.cents > 15);
    /// assert_eq!(dear.counts()[&true], 2);
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn group_by<G: GroupKey<T>>(&self, key: G) -> Groups<T, G> {
        Groups { of: GroupOf(self.core.clone()), key, class: std::marker::PhantomData }
    }
}

impl<T: Findable, G: GroupKey<T>> Groups<T, G> {
    /// How many results each group has. By tags, no object is loaded for it.
    #[track_caller]
    pub fn counts(&self) -> BTreeMap<G::Key, u64> {
        self.try_counts().or_panic()
    }

    /// As [`counts`](Self::counts), with the failure as a value.
    pub fn try_counts(&self) -> Result<BTreeMap<G::Key, u64>> {
        self.key.counts(&self.of)
    }

    /// The objects of each group, in the order of the query.
    #[track_caller]
    pub fn members(&self) -> BTreeMap<G::Key, Vec<T::Handle>> {
        self.try_members().or_panic()
    }

    /// As [`members`](Self::members), with the failure as a value.
    pub fn try_members(&self) -> Result<BTreeMap<G::Key, Vec<T::Handle>>> {
        let objects = self.of.0.objects()?;
        let memos = |ids: Vec<u64>| -> Result<Vec<T::Handle>> {
            TryMatches::new(objects.clone(), Results::All(ids.into_iter()), T::handle).collect()
        };
        let groups = self.key.groups(&self.of)?.into_iter();
        groups.map(|(key, ids)| Ok((key, memos(ids)?))).collect()
    }

    /// What is measured of the results of each group, as a value made of it.
    fn fold<M: Measure<T>, R>(
        &self,
        of: &M,
        make: impl Fn(Vec<M::Value>) -> Option<R>,
    ) -> Result<BTreeMap<G::Key, R>> {
        let objects = self.of.0.objects()?;
        let mut folded = BTreeMap::new();
        for (key, ids) in self.key.groups(&self.of)? {
            let mut values = Vec::with_capacity(ids.len());
            for oid in ids {
                values.extend(of.measure(&objects, oid)?);
            }
            folded.extend(make(values).map(|made| (key, made)));
        }
        Ok(folded)
    }

    /// The sum of a field, or of what a closure gives, in each group. Integers are added up as `u64`
    /// or `i64`.
    ///
    /// # Panics
    /// When a sum is too large for that; see [`try_sums`](Self::try_sums).
    #[track_caller]
    pub fn sums<M: Measure<T>>(&self, of: M) -> BTreeMap<G::Key, <M::Value as Number>::Sum>
    where
        M::Value: Number,
    {
        self.try_sums(of).or_panic()
    }

    /// As [`sums`](Self::sums), with the failure as a value.
    pub fn try_sums<M: Measure<T>>(
        &self,
        of: M,
    ) -> Result<BTreeMap<G::Key, <M::Value as Number>::Sum>>
    where
        M::Value: Number,
    {
        let sums = self.fold(&of, |values| Some(M::Value::sum(values)))?;
        let too_large = || Error::Invalid("the sum of a group is too large for its type".into());
        sums.into_iter().map(|(key, sum)| Ok((key, sum.ok_or_else(too_large)?))).collect()
    }

    /// The average of a field, or of what a closure gives, in each group that has something.
    #[track_caller]
    pub fn avg<M: Measure<T>>(&self, of: M) -> BTreeMap<G::Key, <M::Value as Number>::Average>
    where
        M::Value: Number,
    {
        self.try_avg(of).or_panic()
    }

    /// As [`avg`](Self::avg), with the failure as a value.
    pub fn try_avg<M: Measure<T>>(
        &self,
        of: M,
    ) -> Result<BTreeMap<G::Key, <M::Value as Number>::Average>>
    where
        M::Value: Number,
    {
        self.fold(&of, M::Value::average)
    }

    /// The smallest value of a field, or of what a closure gives, in each group. `None` is less than
    /// everything else, and what is like nothing, as NaN is, counts where there is nothing else.
    #[track_caller]
    pub fn min<M: Measure<T>>(&self, of: M) -> BTreeMap<G::Key, M::Value>
    where
        M::Value: PartialOrd,
    {
        self.try_min(of).or_panic()
    }

    /// As [`min`](Self::min), with the failure as a value.
    pub fn try_min<M: Measure<T>>(&self, of: M) -> Result<BTreeMap<G::Key, M::Value>>
    where
        M::Value: PartialOrd,
    {
        self.fold(&of, |values| extreme(values, |new, best| new < best))
    }

    /// The largest value of a field, or of what a closure gives, in each group; see [`min`](Self::min).
    #[track_caller]
    pub fn max<M: Measure<T>>(&self, of: M) -> BTreeMap<G::Key, M::Value>
    where
        M::Value: PartialOrd,
    {
        self.try_max(of).or_panic()
    }

    /// As [`max`](Self::max), with the failure as a value.
    pub fn try_max<M: Measure<T>>(&self, of: M) -> Result<BTreeMap<G::Key, M::Value>>
    where
        M::Value: PartialOrd,
    {
        self.fold(&of, |values| extreme(values, |new, best| new > best))
    }
}

/// The first value that is better than all others.
fn extreme<V: PartialOrd>(values: Vec<V>, is_better: fn(&V, &V) -> bool) -> Option<V> {
    let is_like_nothing = |value: &V| value.partial_cmp(value).is_none();
    let better = |best, new| {
        if is_better(&new, &best) || is_like_nothing(&best) { new } else { best }
    };
    values.into_iter().reduce(better)
}

impl<T, G> fmt::Debug for Groups<T, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Groups").field(&self.of).finish()
    }
}
