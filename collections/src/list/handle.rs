//! The handle of a list.

use std::{marker::PhantomData, sync::Mutex};

use db0_runtime::{Result, object::Anchor};
use serde::{Serialize, de::DeserializeOwned};

use super::{finder::Finder, iter::Iter};
use crate::{handle::handle, misuse::expect};

/// A handle of a durable list; cloning it clones the handle, as `Arc` does, and
/// [`copy`](Self::copy) makes another list.
///
/// It is used as a `Vec` is, through `&self`. Each call is a transaction of its own; `atomic` binds
/// several. Any position is reached in O(log n), the end in O(1) amortised.
///
/// ```
/// # fn main() -> db0_runtime::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
/// # let workspace = db0_runtime::Workspace::open(folder.path())?;
/// # let _entered = workspace.enter();
/// use db0_collections::List;
///
/// let list = List::from_iter([1, 2, 3]);
/// list.push(4);
/// list.insert(0, 0);
/// assert_eq!(list.to_vec(), [0, 1, 2, 3, 4]);
/// assert_eq!(list.get(2), Some(2));
/// assert_eq!(list.iter().rev().take(2).collect::<Vec<_>>(), [4, 3]);
/// # Ok(()) }
/// ```
pub struct List<T> {
    pub(crate) anchor: Anchor,
    pub(super) finder: Mutex<Finder>,
    elements: PhantomData<fn(T) -> T>,
}

handle!(List<T>, "Clones the handle, as `Arc` does: both are of the same list.");

impl<T> List<T> {
    /// An empty list. It is stored as soon as it has an element, or is stored in something.
    pub fn new() -> Self {
        Self::of_anchor(Anchor::fresh())
    }

    pub(crate) fn of_anchor(anchor: Anchor) -> Self {
        Self { anchor, finder: Mutex::default(), elements: PhantomData }
    }
}

impl<T: Serialize + DeserializeOwned> List<T> {
    /// Another list with the same elements.
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

impl<T: Serialize + DeserializeOwned> FromIterator<T> for List<T> {
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let list = Self::new();
        list.extend(elements);
        list
    }
}

impl<T: Serialize + DeserializeOwned, const N: usize> From<[T; N]> for List<T> {
    #[track_caller]
    fn from(elements: [T; N]) -> Self {
        Self::from_iter(elements)
    }
}

impl<T: Serialize + DeserializeOwned> From<Vec<T>> for List<T> {
    #[track_caller]
    fn from(elements: Vec<T>) -> Self {
        Self::from_iter(elements)
    }
}

impl<T: DeserializeOwned> IntoIterator for &List<T> {
    type Item = T;
    type IntoIter = Iter<T>;

    #[track_caller]
    fn into_iter(self) -> Iter<T> {
        self.iter()
    }
}

impl<T: DeserializeOwned> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = Iter<T>;

    #[track_caller]
    fn into_iter(self) -> Iter<T> {
        self.iter()
    }
}
