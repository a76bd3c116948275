//! The handle of an index.

use std::marker::PhantomData;

use db0_runtime::{
    Result,
    codec::key::Key,
    object::{Anchor, Handle},
};

use super::iter::Entries;
use crate::{handle::handle, misuse::expect};

/// A handle of a durable index; cloning it clones the handle, as `Arc` does, and
/// [`copy`](Self::copy) makes another index.
///
/// An index is a sorted multimap from keys to objects, by handles: `Index<String, Memo<Person>>`. A key may have
/// any number of objects and an object any number of keys, and an entry keeps its object alive. Each
/// call is a transaction of its own; `atomic` binds several.
///
/// `None` comes before everything else, unless [`nulls_last`](Entries::nulls_last) is asked for, and
/// a key in `Desc` sorts the other way round.
pub struct Index<K, M> {
    pub(crate) anchor: Anchor,
    entries: PhantomData<fn(K, M) -> (K, M)>,
}

handle!(Index<K, M>, "Clones the handle, as `Arc` does: both are of the same index.");

impl<K, M> Index<K, M> {
    /// An empty index. It is stored as soon as it has an entry, or is stored in something.
    pub fn new() -> Self {
        Self::of_anchor(Anchor::fresh())
    }

    pub(crate) fn of_anchor(anchor: Anchor) -> Self {
        Self { anchor, entries: PhantomData }
    }
}

impl<K: Key, M: Handle> Index<K, M> {
    /// Another index with the same entries.
    #[track_caller]
    pub fn copy(&self) -> Self {
        expect(self.try_copy())
    }

    /// As [`copy`](Self::copy), with the failure as a value.
    #[track_caller]
    pub fn try_copy(&self) -> Result<Self> {
        let copy = Self::new();
        copy.try_extend(self.try_to_vec()?)?;
        Ok(copy)
    }
}

impl<K: Key, M: Handle> FromIterator<(K, M)> for Index<K, M> {
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = (K, M)>>(entries: I) -> Self {
        let index = Self::new();
        index.extend(entries);
        index
    }
}

impl<K: Key, M: Handle, const N: usize> From<[(K, M); N]> for Index<K, M> {
    #[track_caller]
    fn from(entries: [(K, M); N]) -> Self {
        Self::from_iter(entries)
    }
}

impl<K: Key, M: Handle> IntoIterator for &Index<K, M> {
    type Item = (K, M);
    type IntoIter = Entries<K, M>;

    #[track_caller]
    fn into_iter(self) -> Entries<K, M> {
        self.iter()
    }
}

impl<K: Key, M: Handle> IntoIterator for Index<K, M> {
    type Item = (K, M);
    type IntoIter = Entries<K, M>;

    #[track_caller]
    fn into_iter(self) -> Entries<K, M> {
        self.iter()
    }
}
