//! The handle of a set.

use std::marker::PhantomData;

use db0_runtime::{Result, codec::key::Key, object::Anchor};

use crate::{handle::handle, misuse::expect, sorted};

/// Elements in key order, from either end.
pub type Iter<T> = sorted::Iter<sorted::Keys<T>>;
/// As [`Iter`], with failures as values.
pub type TryIter<T> = sorted::TryIter<sorted::Keys<T>>;

/// A handle of a durable set; cloning it clones the handle, as `Arc` does, and
/// [`copy`](Self::copy) makes another set.
///
/// It is used as a `BTreeSet` is, through `&self`, and gives what it holds by value. Elements are
/// looked up by what stands for them: `&str` for `String`, and so on. Each call is a transaction of
/// its own; `atomic` binds several.
///
/// ```
/// # fn main() -> db0_runtime::Result<()> {
/// # let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
/// # let workspace = db0_runtime::Workspace::open(folder.path())?;
/// # let _entered = workspace.enter();
/// use db0_collections::Set;
///
/// let small = Set::from_iter([1, 2, 3]);
/// assert!(small.insert(4) && !small.insert(4));
/// let even = Set::from_iter([2, 4, 6]);
/// assert_eq!(small.intersection(&even).collect::<Vec<_>>(), [2, 4]);
/// assert_eq!(small.range(2..).next(), Some(2));
/// # Ok(()) }
/// ```
pub struct Set<T> {
    pub(crate) anchor: Anchor,
    elements: PhantomData<fn(T) -> T>,
}

handle!(Set<T>, "Clones the handle, as `Arc` does: both are of the same set.");

impl<T> Set<T> {
    /// An empty set. It is stored as soon as it has an element, or is stored in something.
    pub fn new() -> Self {
        Self::of_anchor(Anchor::fresh())
    }

    pub(crate) fn of_anchor(anchor: Anchor) -> Self {
        Self { anchor, elements: PhantomData }
    }
}

impl<T: Key> Set<T> {
    /// Another set with the same elements.
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

impl<T: Key> FromIterator<T> for Set<T> {
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let set = Self::new();
        set.extend(elements);
        set
    }
}

impl<T: Key, const N: usize> From<[T; N]> for Set<T> {
    #[track_caller]
    fn from(elements: [T; N]) -> Self {
        Self::from_iter(elements)
    }
}

impl<T: Key> IntoIterator for &Set<T> {
    type Item = T;
    type IntoIter = Iter<T>;

    #[track_caller]
    fn into_iter(self) -> Iter<T> {
        self.iter()
    }
}

impl<T: Key> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = Iter<T>;

    #[track_caller]
    fn into_iter(self) -> Iter<T> {
        self.iter()
    }
}
