//! The handle of a weak set, and reading it.

use std::marker::PhantomData;

use db0_runtime::{Memo, Result, class::Class, codec::key::encode_key, object::Anchor};

use super::iter::Iter;
use crate::{
    handle::handle,
    header::{self, Kind},
    misuse::expect,
    sorted,
};

/// A handle of a durable set of objects that does not keep them alive; cloning it clones the handle,
/// as `Arc` does, and [`copy`](Self::copy) makes another set.
///
/// A deleted object is no longer given, and its entry goes with the next [`prune`](Self::prune).
/// Objects of other prefixes may be in it. Each call is a transaction of its own; `atomic` binds
/// several.
pub struct WeakSet<T> {
    pub(super) anchor: Anchor,
    elements: PhantomData<fn(T) -> T>,
}

handle!(WeakSet<T>, "Clones the handle, as `Arc` does: both are of the same set.");

impl<T> WeakSet<T> {
    /// An empty set. It is stored as soon as it has an element, or is stored in something.
    pub fn new() -> Self {
        Self::of_anchor(Anchor::fresh())
    }

    pub(crate) fn of_anchor(anchor: Anchor) -> Self {
        Self { anchor, elements: PhantomData }
    }

    /// How many entries there are, those of deleted objects among them.
    #[track_caller]
    pub fn len(&self) -> usize {
        expect(self.try_len())
    }

    /// As [`len`](Self::len), with the failure as a value.
    pub fn try_len(&self) -> Result<usize> {
        header::len(&self.anchor, Kind::WeakSet)
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

impl<T: Class> WeakSet<T> {
    /// The object is in the set.
    #[track_caller]
    pub fn contains(&self, memo: &Memo<T>) -> bool {
        expect(self.try_contains(memo))
    }

    /// As [`contains`](Self::contains), with the failure as a value.
    pub fn try_contains(&self, memo: &Memo<T>) -> Result<bool> {
        let Some(reader) = self.anchor.reader()? else { return Ok(false) };
        Ok(sorted::find(&reader, &encode_key(&memo.uuid()), &[])?.is_some())
    }

    /// The objects that are still there, those of each prefix in the order in which they were made.
    #[track_caller]
    pub fn iter(&self) -> Iter<T> {
        expect(self.try_iter())
    }

    /// As [`iter`](Self::iter), with the failure as a value.
    pub fn try_iter(&self) -> Result<Iter<T>> {
        Ok(Iter::new(self.anchor.reader()?))
    }

    /// Another set of the same objects.
    #[track_caller]
    pub fn copy(&self) -> Self {
        expect(self.try_copy())
    }

    /// As [`copy`](Self::copy), with the failure as a value.
    #[track_caller]
    pub fn try_copy(&self) -> Result<Self> {
        let copy = Self::new();
        let all =
            Anchor::in_one_moment([&self.anchor], || Ok(self.try_iter()?.collect::<Vec<_>>()))?;
        copy.try_extend(all)?;
        Ok(copy)
    }
}

impl<T: Class> FromIterator<Memo<T>> for WeakSet<T> {
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = Memo<T>>>(memos: I) -> Self {
        let set = Self::new();
        set.extend(memos);
        set
    }
}

impl<T: Class> IntoIterator for &WeakSet<T> {
    type Item = Memo<T>;
    type IntoIter = Iter<T>;

    #[track_caller]
    fn into_iter(self) -> Iter<T> {
        self.iter()
    }
}

impl<T: Class> IntoIterator for WeakSet<T> {
    type Item = Memo<T>;
    type IntoIter = Iter<T>;

    #[track_caller]
    fn into_iter(self) -> Iter<T> {
        self.iter()
    }
}
