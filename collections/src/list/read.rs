//! Reading a list.

use std::ops::RangeBounds;

use db0_runtime::{Result, object::Anchor};
use serde::de::DeserializeOwned;

use super::{
    find::{self, Steps},
    finder::search_anew,
    handle::List,
    iter::{Iter, TryIter},
};
use crate::{
    header::{self, Kind},
    misuse::expect,
    range::positions,
};

impl<T> List<T> {
    /// How many elements there are.
    #[track_caller]
    pub fn len(&self) -> usize {
        expect(self.try_len())
    }

    /// As [`len`](Self::len), with the failure as a value.
    pub fn try_len(&self) -> Result<usize> {
        header::len(&self.anchor, Kind::List)
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

impl<T: DeserializeOwned> List<T> {
    /// The element at `index`, if there is one.
    #[track_caller]
    pub fn get(&self, index: usize) -> Option<T> {
        expect(self.try_get(index))
    }

    /// As [`get`](Self::get), with the failure as a value.
    pub fn try_get(&self, index: usize) -> Result<Option<T>> {
        let index = index as u64;
        self.find(|_| Some(index))
    }

    /// The first element.
    #[track_caller]
    pub fn first(&self) -> Option<T> {
        expect(self.try_first())
    }

    /// As [`first`](Self::first), with the failure as a value.
    pub fn try_first(&self) -> Result<Option<T>> {
        self.try_get(0)
    }

    /// The last element.
    #[track_caller]
    pub fn last(&self) -> Option<T> {
        expect(self.try_last())
    }

    /// As [`last`](Self::last), with the failure as a value.
    pub fn try_last(&self) -> Result<Option<T>> {
        self.find(|len| len.checked_sub(1))
    }

    /// The element whose position `which` tells from the length.
    fn find(&self, which: impl Fn(u64) -> Option<u64>) -> Result<Option<T>> {
        let search = |steps: &mut dyn Steps| find::place(steps, &which);
        let found = self.anchor.with_reader(|reader| {
            // Others who search at the same time find their way without a map.
            let place = match self.finder.try_lock() {
                Ok(mut finder) => finder.search(reader, search),
                Err(_) => search_anew(reader, search),
            }?;
            place.map(|place| reader.decode(&place.value)).transpose()
        })?;
        Ok(found.flatten())
    }

    /// The elements in their order, from either end.
    ///
    /// The iterator takes a few hundred elements at a time, and goes on by position: the list may
    /// be changed meanwhile, and what is still ahead is given as it then is.
    #[track_caller]
    pub fn iter(&self) -> Iter<T> {
        self.range(..)
    }

    /// As [`iter`](Self::iter), with failures as values.
    pub fn try_iter(&self) -> Result<TryIter<T>> {
        self.try_range(..)
    }

    /// The elements of a range of positions; see [`iter`](Self::iter).
    ///
    /// # Panics
    /// When the range reaches over the end, as slices do.
    #[track_caller]
    pub fn range(&self, range: impl RangeBounds<usize>) -> Iter<T> {
        Iter::new(expect(self.try_range(range)))
    }

    /// As [`range`](Self::range), with failures as values.
    pub fn try_range(&self, range: impl RangeBounds<usize>) -> Result<TryIter<T>> {
        let reader = self.anchor.reader()?;
        let len = reader.as_ref().map_or(Ok(0), |reader| header::length(reader, Kind::List))?;
        Ok(TryIter::new(reader, positions(&range, len)?))
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

    /// Some element is equal to `element`.
    #[track_caller]
    pub fn contains(&self, element: &T) -> bool
    where
        T: PartialEq,
    {
        expect(self.try_contains(element))
    }

    /// As [`contains`](Self::contains), with the failure as a value.
    pub fn try_contains(&self, element: &T) -> Result<bool>
    where
        T: PartialEq,
    {
        Ok(self.try_index_of(element)?.is_some())
    }

    /// Where the first element is that is equal to `element`.
    #[track_caller]
    pub fn index_of(&self, element: &T) -> Option<usize>
    where
        T: PartialEq,
    {
        expect(self.try_index_of(element))
    }

    /// As [`index_of`](Self::index_of), with the failure as a value.
    pub fn try_index_of(&self, element: &T) -> Result<Option<usize>>
    where
        T: PartialEq,
    {
        Anchor::in_one_moment([&self.anchor], || {
            for (index, mine) in self.try_iter()?.enumerate() {
                if mine? == *element {
                    return Ok(Some(index));
                }
            }
            Ok(None)
        })
    }
}
