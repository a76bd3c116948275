//! Iterators over entries, and what they make of them.

use std::{iter::FusedIterator, marker::PhantomData};

use db0_runtime::{
    Result,
    codec::key::{IntoKey, Key},
    object::RowReader,
};
use serde::de::DeserializeOwned;

use super::{batch::Taken, bounds::Span, cursor::Cursor, entry::Entry, row_key};
use crate::misuse::expect;

/// What an iterator makes of an entry.
pub trait Projection {
    /// It gives these.
    type Item;

    /// Decodes an entry. Behind the key stands its suffix.
    fn read(reader: &RowReader, key: &[u8], value: &[u8]) -> Result<Self::Item>;
}

/// Keys and values.
pub struct Pairs<K, V>(PhantomData<(K, V)>);
/// Keys alone.
pub struct Keys<K>(PhantomData<K>);
/// Values alone.
pub struct Values<V>(PhantomData<V>);

impl<K: Key, V: DeserializeOwned> Projection for Pairs<K, V> {
    type Item = (K, V);

    fn read(reader: &RowReader, key: &[u8], value: &[u8]) -> Result<(K, V)> {
        Ok((reader.decode_key(key)?, reader.decode_at(key, value)?))
    }
}

impl<K: Key> Projection for Keys<K> {
    type Item = K;

    fn read(reader: &RowReader, key: &[u8], _: &[u8]) -> Result<K> {
        reader.decode_key(key)
    }
}

impl<V: DeserializeOwned> Projection for Values<V> {
    type Item = V;

    fn read(reader: &RowReader, key: &[u8], value: &[u8]) -> Result<V> {
        reader.decode_at(key, value)
    }
}

/// Entries in key order from either end, or the failure to read them, after which it ends.
pub struct TryIter<R> {
    cursor: Cursor,
    read: PhantomData<fn() -> R>,
}

impl<R: Projection> TryIter<R> {
    pub(crate) fn new(reader: Option<RowReader>, span: Span) -> Self {
        Self { cursor: Cursor::new(reader, span), read: PhantomData }
    }

    fn step(&mut self, backward: bool) -> Option<Result<R::Item>> {
        let read = |reader: &RowReader, Taken { item, .. }: Taken<'_>| {
            R::read(reader, item.key, item.value)
        };
        self.cursor.step(backward, read).transpose()
    }

    /// The entry behind some that are passed over, which are not decoded.
    fn nth_of(&mut self, backward: bool, passed: usize) -> Option<Result<R::Item>> {
        for _ in 0..passed {
            let entry = self.cursor.step(backward, |_, _| Ok(()));
            if let Err(error) = entry.transpose()? {
                return Some(Err(error));
            }
        }
        self.step(backward)
    }

    fn with<S>(self) -> TryIter<S> {
        TryIter { cursor: self.cursor, read: PhantomData }
    }
}

impl<K: Key, V: DeserializeOwned> TryIter<Pairs<K, V>> {
    /// The keys of these entries alone; their values are not decoded.
    #[must_use]
    pub fn keys(self) -> TryIter<Keys<K>> {
        self.with()
    }

    /// The values of these entries alone.
    #[must_use]
    pub fn values(self) -> TryIter<Values<V>> {
        self.with()
    }
}

impl<R: Projection> Iterator for TryIter<R> {
    type Item = Result<R::Item>;

    fn next(&mut self) -> Option<Result<R::Item>> {
        self.step(false)
    }

    /// Without decoding anything; a failure to count counts as one entry, the failure.
    fn count(self) -> usize {
        self.cursor.count().unwrap_or(1)
    }

    fn last(mut self) -> Option<Result<R::Item>> {
        self.next_back()
    }

    fn nth(&mut self, passed: usize) -> Option<Result<R::Item>> {
        self.nth_of(false, passed)
    }
}

impl<R: Projection> DoubleEndedIterator for TryIter<R> {
    fn next_back(&mut self) -> Option<Result<R::Item>> {
        self.step(true)
    }

    fn nth_back(&mut self, passed: usize) -> Option<Result<R::Item>> {
        self.nth_of(true, passed)
    }
}

impl<R: Projection> FusedIterator for TryIter<R> {}

/// Entries in key order, from either end.
///
/// It takes a few hundred entries at a time, and goes on by key: the collection may be changed
/// meanwhile, and what is still ahead is given as it then is.
///
/// # Panics
/// When entries can't be read; [`TryIter`] gives an error instead.
pub struct Iter<R> {
    entries: TryIter<R>,
}

impl<R: Projection> Iter<R> {
    pub(crate) fn new(entries: TryIter<R>) -> Self {
        Self { entries }
    }
}

impl<K: Key, V: DeserializeOwned> Iter<Pairs<K, V>> {
    /// The keys of these entries alone; their values are not decoded.
    #[must_use]
    pub fn keys(self) -> Iter<Keys<K>> {
        Iter::new(self.entries.keys())
    }

    /// The values of these entries alone.
    #[must_use]
    pub fn values(self) -> Iter<Values<V>> {
        Iter::new(self.entries.values())
    }
}

impl<R: Projection> Iterator for Iter<R> {
    type Item = R::Item;

    #[track_caller]
    fn next(&mut self) -> Option<R::Item> {
        expect(self.entries.next().transpose())
    }

    #[track_caller]
    fn count(self) -> usize {
        expect(self.entries.cursor.count())
    }

    #[track_caller]
    fn last(mut self) -> Option<R::Item> {
        self.next_back()
    }

    #[track_caller]
    fn nth(&mut self, passed: usize) -> Option<R::Item> {
        expect(self.entries.nth(passed).transpose())
    }
}

impl<R: Projection> DoubleEndedIterator for Iter<R> {
    #[track_caller]
    fn next_back(&mut self) -> Option<R::Item> {
        expect(self.entries.next_back().transpose())
    }

    #[track_caller]
    fn nth_back(&mut self, passed: usize) -> Option<R::Item> {
        expect(self.entries.nth_back(passed).transpose())
    }
}

impl<R: Projection> FusedIterator for Iter<R> {}

/// Gives the value of a key that refers to nothing to `read`, which also gets the key and may run
/// nobody's code. The outer none: the longer way is needed.
#[inline]
pub(crate) fn find_plain<K: Key, R>(
    reader: &RowReader,
    key: &impl IntoKey<K>,
    read: impl FnOnce(&[u8], &[u8]) -> R,
) -> Option<Result<Option<R>>> {
    let read = |key: &[u8], row: &[u8]| Entry::parse(row).map(|entry| read(key, entry.value));
    Some(match reader.get_plain(key, row_key::PLAIN_MAX, read)? {
        Ok(Some(None)) => Err(reader.damaged("an entry is damaged")),
        Ok(found) => Ok(found.flatten()),
        Err(error) => Err(error),
    })
}

/// Copies the value of the entry with this key and suffix.
pub(crate) fn find(reader: &RowReader, key: &[u8], suffix: &[u8]) -> Result<Option<Vec<u8>>> {
    let row_key = row_key::of(key, suffix);
    let long = row_key::is_long(key);
    let found = reader.get(&row_key, |row| {
        let Some(entry) = Entry::parse(row) else { return Err(()) };
        // Another long key may have the same hash.
        let same = !long || entry.key == Some(key);
        Ok(same.then(|| entry.value.to_vec()))
    })?;
    match found {
        Some(Ok(value)) => Ok(value),
        Some(Err(())) => Err(reader.damaged("an entry is damaged")),
        None => Ok(None),
    }
}
