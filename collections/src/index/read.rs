//! Reading an index.

use std::ops::Bound;

use db0_runtime::{
    Result,
    codec::key::{Composite, IntoKey, Key, KeyBounds, KeyRange, under},
    object::{Anchor, Handle, RowReader, varint},
};

use super::{
    handle::Index,
    iter::{Entries, Keys, Memos, TryEntries, TryKeys, TryMemos},
    part::Part,
};
use crate::{
    header::{self, Header, Kind},
    misuse::expect,
    sorted::{self, Span},
};

/// The number that the next entry will have.
fn next_number(reader: &RowReader) -> Result<u64> {
    let next = |header: Header<'_>| varint::take(&mut &header.rest[..]);
    Ok(header::read(reader, Kind::Index, next)?.unwrap_or(0))
}

impl<K, M> Index<K, M> {
    /// How many entries there are.
    #[track_caller]
    pub fn len(&self) -> usize {
        expect(self.try_len())
    }

    /// As [`len`](Self::len), with the failure as a value.
    pub fn try_len(&self) -> Result<usize> {
        header::len(&self.anchor, Kind::Index)
    }

    /// There are no entries.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        expect(self.try_is_empty())
    }

    /// As [`is_empty`](Self::is_empty), with the failure as a value.
    pub fn try_is_empty(&self) -> Result<bool> {
        Ok(self.try_len()? == 0)
    }
}

impl<K: Key, M: Handle> Index<K, M> {
    /// The object has this key.
    #[track_caller]
    pub fn contains(&self, key: impl IntoKey<K>, memo: &M) -> bool {
        expect(self.try_contains(key, memo))
    }

    /// As [`contains`](Self::contains), with the failure as a value.
    pub fn try_contains(&self, key: impl IntoKey<K>, memo: &M) -> Result<bool> {
        let Some(reader) = self.anchor.reader()? else { return Ok(false) };
        match entry_key(&reader, &key, memo)? {
            Some((key, suffix)) => Ok(sorted::find(&reader, &key, &suffix)?.is_some()),
            None => Ok(false),
        }
    }
}

impl<K: Key, M: Handle> Index<K, M> {
    /// The entries in key order, from either end.
    #[track_caller]
    pub fn iter(&self) -> Entries<K, M> {
        Entries::new(expect(self.try_iter()))
    }

    /// As [`iter`](Self::iter), with failures as values.
    pub fn try_iter(&self) -> Result<TryEntries<K, M>> {
        self.within(Span::ALL)
    }

    /// The entries, the one with the largest key first.
    #[track_caller]
    pub fn rev(&self) -> Entries<K, M> {
        self.iter().rev()
    }

    /// As [`rev`](Self::rev), with failures as values.
    pub fn try_rev(&self) -> Result<TryEntries<K, M>> {
        Ok(self.try_iter()?.rev())
    }

    /// The entries in key order, but those whose key is `None` after all others.
    #[track_caller]
    pub fn nulls_last(&self) -> Entries<K, M> {
        self.iter().nulls_last()
    }

    /// As [`nulls_last`](Self::nulls_last), with failures as values.
    pub fn try_nulls_last(&self) -> Result<TryEntries<K, M>> {
        Ok(self.try_iter()?.nulls_last())
    }

    /// The objects alone, in key order.
    #[track_caller]
    pub fn memos(&self) -> Memos<K, M> {
        self.iter().memos()
    }

    /// As [`memos`](Self::memos), with failures as values.
    pub fn try_memos(&self) -> Result<TryMemos<K, M>> {
        Ok(self.try_iter()?.memos())
    }

    /// About how many entries a range of keys has, at the price of some pages, however many there are:
    /// as [`Dict::estimate`](crate::Dict::estimate).
    #[track_caller]
    pub fn estimate(&self, range: impl KeyRange<K>) -> usize {
        expect(self.try_estimate(range))
    }

    /// As [`estimate`](Self::estimate), with the failure as a value.
    pub fn try_estimate(&self, range: impl KeyRange<K>) -> Result<usize> {
        let span = Span::asked::<K>(&self.anchor, || range.bounds())?;
        span.estimate(self.anchor.reader()?.as_ref())
    }

    /// The keys alone, in their order, each as often as it has objects.
    #[track_caller]
    pub fn keys(&self) -> Keys<K, M> {
        self.iter().keys()
    }

    /// As [`keys`](Self::keys), with failures as values.
    pub fn try_keys(&self) -> Result<TryKeys<K, M>> {
        Ok(self.try_iter()?.keys())
    }

    /// Copies all entries.
    #[track_caller]
    pub fn to_vec(&self) -> Vec<(K, M)> {
        expect(self.try_to_vec())
    }

    /// As [`to_vec`](Self::to_vec), with the failure as a value.
    pub fn try_to_vec(&self) -> Result<Vec<(K, M)>> {
        Anchor::in_one_moment([&self.anchor], || self.try_iter()?.collect())
    }

    /// The entries of a range of keys.
    #[track_caller]
    pub fn range(&self, range: impl KeyRange<K>) -> Entries<K, M> {
        Entries::new(expect(self.try_range(range)))
    }

    /// As [`range`](Self::range), with failures as values.
    pub fn try_range(&self, range: impl KeyRange<K>) -> Result<TryEntries<K, M>> {
        self.bounded(|| range.bounds())
    }

    /// The entries from one key to another, both included.
    #[track_caller]
    pub fn select(&self, min: impl IntoKey<K>, max: impl IntoKey<K>) -> Entries<K, M> {
        Entries::new(expect(self.try_select(min, max)))
    }

    /// As [`select`](Self::select), with failures as values.
    pub fn try_select(
        &self,
        min: impl IntoKey<K>,
        max: impl IntoKey<K>,
    ) -> Result<TryEntries<K, M>> {
        self.bounded(|| {
            let (mut start, mut end) = (Vec::new(), Vec::new());
            min.write_key_of(&mut start);
            max.write_key_of(&mut end);
            (Bound::Included(start), Bound::Included(end))
        })
    }

    /// The entries of one key.
    #[track_caller]
    pub fn get(&self, key: impl IntoKey<K>) -> Entries<K, M> {
        Entries::new(expect(self.try_get(key)))
    }

    /// As [`get`](Self::get), with failures as values.
    pub fn try_get(&self, key: impl IntoKey<K>) -> Result<TryEntries<K, M>> {
        self.try_select(&key, &key)
    }

    /// The entries whose keys start with this text; those of composites by their first component.
    ///
    /// # Panics
    /// When what they begin with is no text, such as a number.
    #[track_caller]
    pub fn prefix(&self, start: &str) -> Entries<K, M> {
        Entries::new(expect(self.try_prefix(start)))
    }

    /// As [`prefix`](Self::prefix), with failures as values.
    pub fn try_prefix(&self, start: &str) -> Result<TryEntries<K, M>> {
        self.within(Span::of_prefix::<K>(start)?)
    }

    /// The entries whose keys have this first component, in the order of the others: of `Index<(Memo<User>, Time), _>`,
    /// `under(user).next_back()` is the latest one.
    #[track_caller]
    pub fn under(&self, first: impl IntoKey<K::First>) -> Entries<K, M>
    where
        K: Composite,
    {
        Entries::new(expect(self.try_under(first)))
    }

    /// As [`under`](Self::under), with failures as values.
    pub fn try_under(&self, first: impl IntoKey<K::First>) -> Result<TryEntries<K, M>>
    where
        K: Composite,
    {
        self.bounded(|| under::<K>(&first))
    }

    fn bounded(&self, bounds: impl FnOnce() -> KeyBounds) -> Result<TryEntries<K, M>> {
        self.within(Span::asked::<K>(&self.anchor, bounds)?)
    }

    fn within(&self, span: Span) -> Result<TryEntries<K, M>> {
        let reader = self.anchor.reader()?;
        let began = reader.as_ref().map_or(Ok(0), next_number)?;
        Ok(TryEntries::new(self.anchor.clone(), reader, span, began))
    }

    /// All entries as a value, for queries.
    #[doc(hidden)]
    pub fn part(&self) -> Part {
        Part::new(self.anchor.clone(), Span::ALL, K::kind(), false, false)
    }

    /// The entry with the smallest key.
    #[track_caller]
    pub fn first(&self) -> Option<(K, M)> {
        expect(self.try_first())
    }

    /// As [`first`](Self::first), with the failure as a value.
    pub fn try_first(&self) -> Result<Option<(K, M)>> {
        self.try_iter()?.next().transpose()
    }

    /// The entry with the largest key.
    #[track_caller]
    pub fn last(&self) -> Option<(K, M)> {
        expect(self.try_last())
    }

    /// As [`last`](Self::last), with the failure as a value.
    pub fn try_last(&self) -> Result<Option<(K, M)>> {
        self.try_iter()?.next_back().transpose()
    }
}

/// Key and suffix of an entry that is looked for; none if it can't be in here.
pub(super) fn entry_key<K: Key, M: Handle>(
    reader: &RowReader,
    key: &impl IntoKey<K>,
    memo: &M,
) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let (mut bytes, mut suffix) = (Vec::new(), Vec::new());
    let may_be_here = reader.find_key(key, &mut bytes)? && reader.find_handle(memo, &mut suffix)?;
    Ok(may_be_here.then_some((bytes, suffix)))
}
