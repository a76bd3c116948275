//! Reading a set.

use db0_runtime::{
    Result,
    codec::key::{Composite, IntoKey, Key, KeyRange, under},
    object::Anchor,
};

use super::handle::{Iter, Set, TryIter};
use crate::{
    header::{self, Kind},
    misuse::expect,
    sorted::{self, Span},
};

impl<T> Set<T> {
    /// How many elements there are.
    #[track_caller]
    pub fn len(&self) -> usize {
        expect(self.try_len())
    }

    /// As [`len`](Self::len), with the failure as a value.
    pub fn try_len(&self) -> Result<usize> {
        header::len(&self.anchor, Kind::Set)
    }

    /// There are no elements.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        expect(self.try_is_empty())
    }

    /// As [`is_empty`](Self::is_empty), with the failure as a value.
    pub fn try_is_empty(&self) -> Result<bool> {
        Ok(self.try_len()? == 0)
    }
}

impl<T: Key> Set<T> {
    /// This is an element.
    #[track_caller]
    pub fn contains(&self, element: impl IntoKey<T>) -> bool {
        expect(self.try_contains(element))
    }

    /// As [`contains`](Self::contains), with the failure as a value.
    pub fn try_contains(&self, element: impl IntoKey<T>) -> Result<bool> {
        let found = self.anchor.with_reader(|reader| {
            if let Some(found) = sorted::find_plain(reader, &element, |_, _| ()) {
                return Ok(found?.is_some());
            }
            let mut key = Vec::new();
            Ok(reader.find_key(&element, &mut key)? && sorted::find(reader, &key, &[])?.is_some())
        })?;
        Ok(found.unwrap_or(false))
    }

    /// The smallest element.
    #[track_caller]
    pub fn first(&self) -> Option<T> {
        expect(self.try_first())
    }

    /// As [`first`](Self::first), with the failure as a value.
    pub fn try_first(&self) -> Result<Option<T>> {
        self.try_iter()?.next().transpose()
    }

    /// The largest element.
    #[track_caller]
    pub fn last(&self) -> Option<T> {
        expect(self.try_last())
    }

    /// As [`last`](Self::last), with the failure as a value.
    pub fn try_last(&self) -> Result<Option<T>> {
        self.try_iter()?.next_back().transpose()
    }

    /// The elements in key order, from either end.
    ///
    /// The iterator goes on by key: the set may be changed meanwhile, and what is still ahead is
    /// given as it then is.
    #[track_caller]
    pub fn iter(&self) -> Iter<T> {
        sorted::Iter::new(expect(self.try_iter()))
    }

    /// As [`iter`](Self::iter), with failures as values.
    pub fn try_iter(&self) -> Result<TryIter<T>> {
        Ok(TryIter::new(self.anchor.reader()?, Span::ALL))
    }

    /// Copies all elements.
    #[track_caller]
    pub fn to_vec(&self) -> Vec<T> {
        expect(self.try_to_vec())
    }

    /// As [`to_vec`](Self::to_vec), with the failure as a value.
    pub fn try_to_vec(&self) -> Result<Vec<T>> {
        Anchor::in_one_moment([&self.anchor], || self.try_iter()?.collect())
    }

    /// The elements of a range; see [`iter`](Self::iter).
    #[track_caller]
    pub fn range(&self, range: impl KeyRange<T>) -> Iter<T> {
        sorted::Iter::new(expect(self.try_range(range)))
    }

    /// As [`range`](Self::range), with failures as values.
    pub fn try_range(&self, range: impl KeyRange<T>) -> Result<TryIter<T>> {
        self.within(Span::asked::<T>(&self.anchor, || range.bounds())?)
    }

    /// The elements that start with this text; composites by their first component.
    ///
    /// # Panics
    /// When what they begin with is no text, such as a number.
    #[track_caller]
    pub fn prefix(&self, start: &str) -> Iter<T> {
        sorted::Iter::new(expect(self.try_prefix(start)))
    }

    /// As [`prefix`](Self::prefix), with failures as values.
    pub fn try_prefix(&self, start: &str) -> Result<TryIter<T>> {
        self.within(Span::of_prefix::<T>(start)?)
    }

    /// The elements that have this first component, in the order of the others.
    #[track_caller]
    pub fn under(&self, first: impl IntoKey<T::First>) -> Iter<T>
    where
        T: Composite,
    {
        sorted::Iter::new(expect(self.try_under(first)))
    }

    /// As [`under`](Self::under), with failures as values.
    pub fn try_under(&self, first: impl IntoKey<T::First>) -> Result<TryIter<T>>
    where
        T: Composite,
    {
        self.within(Span::asked::<T>(&self.anchor, || under::<T>(&first))?)
    }

    fn within(&self, span: Span) -> Result<TryIter<T>> {
        Ok(TryIter::new(self.anchor.reader()?, span))
    }
}
