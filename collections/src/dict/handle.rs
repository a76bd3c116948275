//! The handle of a dict.

use std::marker::PhantomData;

use db0_runtime::{Result, codec::key::Key, object::Anchor};
use serde::{Serialize, de::DeserializeOwned};

use crate::{handle::handle, misuse::expect, sorted};

/// Keys and values in key order, from either end.
pub type Iter<K, V> = sorted::Iter<sorted::Pairs<K, V>>;
/// As [`Iter`], with failures as values.
pub type TryIter<K, V> = sorted::TryIter<sorted::Pairs<K, V>>;
/// Keys in their order, from either end.
pub type Keys<K> = sorted::Iter<sorted::Keys<K>>;
/// As [`Keys`], with failures as values.
pub type TryKeys<K> = sorted::TryIter<sorted::Keys<K>>;
/// Values in the order of their keys, from either end.
pub type Values<V> = sorted::Iter<sorted::Values<V>>;
/// As [`Values`], with failures as values.
pub type TryValues<V> = sorted::TryIter<sorted::Values<V>>;

/// A handle of a durable dict; cloning it clones the handle, as `Arc` does, and
/// [`copy`](Self::copy) makes another dict.
///
/// It is used as a `BTreeMap` is, through `&self`, and gives what it holds by value. Keys are looked
/// up by what stands for them: `&str` for `String`, and so on. Each call is a transaction of its
/// own; `atomic` binds several.
///
/// ```
/// # fn main() -> db0_runtime::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
/// # let workspace = db0_runtime::Workspace::open(folder.path())?;
/// # let _entered = workspace.enter();
/// use db0_collections::Dict;
///
/// let ages: Dict<String, u32> = Dict::new();
/// ages.insert("Ann".into(), 30);
/// ages.insert("Bob".into(), 40);
/// assert_eq!(ages.insert("Ann".into(), 31), Some(30));
/// assert!(ages.update("Bob", |age| *age += 1));
/// assert_eq!(ages.get("Bob"), Some(41));
/// assert_eq!(ages.range("B"..).collect::<Vec<_>>(), [("Bob".to_string(), 41)]);
/// # Ok(()) }
/// ```
pub struct Dict<K, V> {
    pub(crate) anchor: Anchor,
    entries: PhantomData<fn(K, V) -> (K, V)>,
}

handle!(Dict<K, V>, "Clones the handle, as `Arc` does: both are of the same dict.");

impl<K, V> Dict<K, V> {
    /// An empty dict. It is stored as soon as it has an entry, or is stored in something.
    pub fn new() -> Self {
        Self::of_anchor(Anchor::fresh())
    }

    pub(crate) fn of_anchor(anchor: Anchor) -> Self {
        Self { anchor, entries: PhantomData }
    }
}

impl<K: Key, V: Serialize + DeserializeOwned> Dict<K, V> {
    /// Another dict with the same entries.
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

impl<K: Key, V: Serialize> FromIterator<(K, V)> for Dict<K, V> {
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let dict = Self::new();
        dict.extend(entries);
        dict
    }
}

impl<K: Key, V: Serialize, const N: usize> From<[(K, V); N]> for Dict<K, V> {
    #[track_caller]
    fn from(entries: [(K, V); N]) -> Self {
        Self::from_iter(entries)
    }
}

impl<K: Key, V: DeserializeOwned> IntoIterator for &Dict<K, V> {
    type Item = (K, V);
    type IntoIter = Iter<K, V>;

    #[track_caller]
    fn into_iter(self) -> Iter<K, V> {
        self.iter()
    }
}

impl<K: Key, V: DeserializeOwned> IntoIterator for Dict<K, V> {
    type Item = (K, V);
    type IntoIter = Iter<K, V>;

    #[track_caller]
    fn into_iter(self) -> Iter<K, V> {
        self.iter()
    }
}
