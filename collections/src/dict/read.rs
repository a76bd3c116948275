//! Reading a dict.

use db0_runtime::{
    Result,
    codec::key::{Composite, IntoKey, Key, KeyRange, under},
    object::{Anchor, RowReader, is_plain},
};
use serde::de::DeserializeOwned;

use super::handle::{Dict, Iter, Keys, TryIter, TryKeys, TryValues, Values};
use crate::{
    header::{self, Kind},
    misuse::expect,
    sorted::{self, Span},
};

impl<K, V> Dict<K, V> {
    /// How many entries there are.
    #[track_caller]
    pub fn len(&self) -> usize {
        expect(self.try_len())
    }

    /// As [`len`](Self::len), with the failure as a value.
    pub fn try_len(&self) -> Result<usize> {
        header::len(&self.anchor, Kind::Dict)
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

impl<K: Key, V> Dict<K, V> {
    /// There is an entry with this key.
    #[track_caller]
    pub fn contains_key(&self, key: impl IntoKey<K>) -> bool {
        expect(self.try_contains_key(key))
    }

    /// As [`contains_key`](Self::contains_key), with the failure as a value.
    pub fn try_contains_key(&self, key: impl IntoKey<K>) -> Result<bool> {
        let found = self.anchor.with_reader(|reader| {
            let found = sorted::find_plain(reader, &key, |_, _| ());
            found.unwrap_or_else(|| Ok(find(reader, &key)?.map(drop)))
        })?;
        Ok(found.flatten().is_some())
    }

    /// The keys in their order, from either end.
    #[track_caller]
    pub fn keys(&self) -> Keys<K> {
        sorted::Iter::new(expect(self.try_keys()))
    }

    /// As [`keys`](Self::keys), with failures as values.
    pub fn try_keys(&self) -> Result<TryKeys<K>> {
        Ok(sorted::TryIter::new(self.anchor.reader()?, Span::ALL))
    }
}

impl<K: Key, V: DeserializeOwned> Dict<K, V> {
    /// The value of this key.
    #[track_caller]
    pub fn get(&self, key: impl IntoKey<K>) -> Option<V> {
        expect(self.try_get(key))
    }

    /// As [`get`](Self::get), with the failure as a value.
    pub fn try_get(&self, key: impl IntoKey<K>) -> Result<Option<V>> {
        Ok(self.anchor.with_reader(|reader| get(reader, &key))?.flatten())
    }

    /// The values of these keys, in the order of the keys, all of one moment.
    #[track_caller]
    pub fn get_many<Q: IntoKey<K>>(&self, keys: impl IntoIterator<Item = Q>) -> Vec<Option<V>> {
        expect(self.try_get_many(keys))
    }

    /// As [`get_many`](Self::get_many), with the failure as a value.
    pub fn try_get_many<Q: IntoKey<K>>(
        &self,
        keys: impl IntoIterator<Item = Q>,
    ) -> Result<Vec<Option<V>>> {
        let keys: Vec<Q> = keys.into_iter().collect();
        let Some(reader) = self.anchor.reader()? else {
            return Ok(keys.iter().map(|_| None).collect());
        };
        let encoded = keys.iter().map(|key| encode(&reader, key)).collect::<Result<Vec<_>>>()?;
        let look = |key: &Option<Vec<u8>>| match key {
            Some(key) => sorted::find(&reader, key, &[]),
            None => Ok(None),
        };
        let values = reader.consistent(|_| encoded.iter().map(look).collect::<Result<Vec<_>>>())?;
        let decode = |value: Option<Vec<u8>>| value.map(|value| reader.decode(&value)).transpose();
        values.into_iter().map(decode).collect()
    }

    /// The entry with the smallest key.
    #[track_caller]
    pub fn first(&self) -> Option<(K, V)> {
        expect(self.try_first())
    }

    /// As [`first`](Self::first), with the failure as a value.
    pub fn try_first(&self) -> Result<Option<(K, V)>> {
        self.try_iter()?.next().transpose()
    }

    /// The entry with the largest key.
    #[track_caller]
    pub fn last(&self) -> Option<(K, V)> {
        expect(self.try_last())
    }

    /// As [`last`](Self::last), with the failure as a value.
    pub fn try_last(&self) -> Result<Option<(K, V)>> {
        self.try_iter()?.next_back().transpose()
    }

    /// The entries in key order, from either end.
    ///
    /// The iterator goes on by key: the dict may be changed meanwhile, and what is still ahead is
    /// given as it then is.
    #[track_caller]
    pub fn iter(&self) -> Iter<K, V> {
        sorted::Iter::new(expect(self.try_iter()))
    }

    /// As [`iter`](Self::iter), with failures as values.
    pub fn try_iter(&self) -> Result<TryIter<K, V>> {
        Ok(TryIter::new(self.anchor.reader()?, Span::ALL))
    }

    /// The values, in the order of their keys.
    #[track_caller]
    pub fn values(&self) -> Values<V> {
        sorted::Iter::new(expect(self.try_values()))
    }

    /// As [`values`](Self::values), with failures as values.
    pub fn try_values(&self) -> Result<TryValues<V>> {
        Ok(sorted::TryIter::new(self.anchor.reader()?, Span::ALL))
    }

    /// Copies all entries.
    #[track_caller]
    pub fn to_vec(&self) -> Vec<(K, V)> {
        expect(self.try_to_vec())
    }

    /// As [`to_vec`](Self::to_vec), with the failure as a value.
    pub fn try_to_vec(&self) -> Result<Vec<(K, V)>> {
        Anchor::in_one_moment([&self.anchor], || self.try_iter()?.collect())
    }

    /// The entries of a range of keys; see [`iter`](Self::iter).
    #[track_caller]
    pub fn range(&self, range: impl KeyRange<K>) -> Iter<K, V> {
        sorted::Iter::new(expect(self.try_range(range)))
    }

    /// As [`range`](Self::range), with failures as values.
    pub fn try_range(&self, range: impl KeyRange<K>) -> Result<TryIter<K, V>> {
        self.within(Span::asked::<K>(&self.anchor, || range.bounds())?)
    }

    /// The entries whose keys start with this text; those of composites by their first component.
    ///
    /// # Panics
    /// When what they begin with is no text, such as a number.
    #[track_caller]
    pub fn prefix(&self, start: &str) -> Iter<K, V> {
        sorted::Iter::new(expect(self.try_prefix(start)))
    }

    /// As [`prefix`](Self::prefix), with failures as values.
    pub fn try_prefix(&self, start: &str) -> Result<TryIter<K, V>> {
        self.within(Span::of_prefix::<K>(start)?)
    }

    /// The entries whose keys have this first component, in the order of the others: of `Dict<(Sensor, Time), f64>`,
    /// `under(sensor).next_back()` is the latest one.
    #[track_caller]
    pub fn under(&self, first: impl IntoKey<K::First>) -> Iter<K, V>
    where
        K: Composite,
    {
        sorted::Iter::new(expect(self.try_under(first)))
    }

    /// As [`under`](Self::under), with failures as values.
    pub fn try_under(&self, first: impl IntoKey<K::First>) -> Result<TryIter<K, V>>
    where
        K: Composite,
    {
        self.within(Span::asked::<K>(&self.anchor, || under::<K>(&first))?)
    }

    /// About how many entries a range of keys has, at the price of some pages, however many there are.
    ///
    /// Those on a few neighbouring pages are counted; of more, some pages between the ends are looked
    /// into. Entries that wait for a commit count as if none replaced another one, and in the past it
    /// is today's number. For choosing between ways of doing something: `range(..).count()` is exact.
    #[track_caller]
    pub fn estimate(&self, range: impl KeyRange<K>) -> usize {
        expect(self.try_estimate(range))
    }

    /// As [`estimate`](Self::estimate), with the failure as a value.
    pub fn try_estimate(&self, range: impl KeyRange<K>) -> Result<usize> {
        let span = Span::asked::<K>(&self.anchor, || range.bounds())?;
        span.estimate(self.anchor.reader()?.as_ref())
    }

    fn within(&self, span: Span) -> Result<TryIter<K, V>> {
        Ok(TryIter::new(self.anchor.reader()?, span))
    }
}

fn get<K: Key, V: DeserializeOwned>(
    reader: &RowReader,
    key: &impl IntoKey<K>,
) -> Result<Option<V>> {
    if is_plain::<V>() {
        let decode = |key: &[u8], value: &[u8]| reader.decode_at(key, value);
        if let Some(found) = sorted::find_plain(reader, key, decode) {
            return found?.transpose();
        }
    }
    let Some(key) = encode(reader, key)? else { return Ok(None) };
    let value = sorted::find(reader, &key, &[])?;
    value.map(|value| reader.decode_at(&key, &value)).transpose()
}

/// The bytes of a key; none if it can't be in here.
fn encode<K: Key>(reader: &RowReader, key: &impl IntoKey<K>) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    Ok(reader.find_key(key, &mut bytes)?.then_some(bytes))
}

fn find<K: Key>(reader: &RowReader, key: &impl IntoKey<K>) -> Result<Option<Vec<u8>>> {
    match encode(reader, key)? {
        Some(key) => sorted::find(reader, &key, &[]),
        None => Ok(None),
    }
}
