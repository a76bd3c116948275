//! Reading an array.

use std::ops::{Range, RangeBounds};

use bytemuck::Pod;
use db0_runtime::{Result, object::RowReader};

use super::{
    chunks,
    handle::{Array, length, offset},
    iter::{Iter, TryIter},
};
use crate::{misuse::expect, range::positions};

impl<T> Array<T> {
    /// How many elements there are.
    #[track_caller]
    pub fn len(&self) -> usize {
        expect(self.try_len())
    }

    /// As [`len`](Self::len), with the failure as a value.
    pub fn try_len(&self) -> Result<usize> {
        let len = self.try_length()?;
        Ok(usize::try_from(len).unwrap_or(usize::MAX))
    }

    pub(super) fn try_length(&self) -> Result<u64> {
        let reader = self.anchor.reader()?;
        reader.map_or(Ok(0), |reader| length::<T>(&reader))
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

impl<T: Pod> Array<T> {
    /// The element at `index`, if there is one.
    #[track_caller]
    pub fn get(&self, index: usize) -> Option<T> {
        expect(self.try_get(index))
    }

    /// As [`get`](Self::get), with the failure as a value.
    pub fn try_get(&self, index: usize) -> Result<Option<T>> {
        let mut element = [T::zeroed()];
        let there = self.try_read_at(index, &mut element)? > 0;
        Ok(there.then_some(element[0]))
    }

    /// The first element.
    #[track_caller]
    pub fn first(&self) -> Option<T> {
        self.get(0)
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
        let last = self.copy_of(|len| Ok(len.saturating_sub(1)..len))?;
        Ok(last.first().copied())
    }

    /// Copies the elements of a range.
    ///
    /// # Panics
    /// When the range reaches over the end, as slices do.
    #[track_caller]
    pub fn read(&self, range: impl RangeBounds<usize>) -> Vec<T> {
        expect(self.try_read(range))
    }

    /// As [`read`](Self::read), with the failure as a value.
    pub fn try_read(&self, range: impl RangeBounds<usize>) -> Result<Vec<T>> {
        self.copy_of(|len| positions(&range, len))
    }

    /// Copies elements from `index` on into `out`: as many as fit, or fewer where the end comes
    /// before; gives how many.
    #[track_caller]
    pub fn read_at(&self, index: usize, out: &mut [T]) -> usize {
        expect(self.try_read_at(index, out))
    }

    /// As [`read_at`](Self::read_at), with the failure as a value.
    pub fn try_read_at(&self, index: usize, out: &mut [T]) -> Result<usize> {
        let Some(reader) = self.anchor.reader()? else { return Ok(0) };
        read_at(&reader, index as u64, out)
    }

    /// Copies all elements.
    #[track_caller]
    pub fn to_vec(&self) -> Vec<T> {
        self.read(..)
    }

    /// As [`to_vec`](Self::to_vec), with the failure as a value.
    pub fn try_to_vec(&self) -> Result<Vec<T>> {
        self.try_read(..)
    }

    /// The elements in their order, from either end.
    ///
    /// The iterator takes some thousand elements at a time, and goes on by position: the array may be
    /// changed meanwhile, and what is still ahead is given as it then is.
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
        let len = reader.as_ref().map_or(Ok(0), length::<T>)?;
        Ok(TryIter::new(reader, positions(&range, len)?))
    }

    /// Copies the elements that `which` tells from the length, all of one moment.
    fn copy_of(&self, which: impl Fn(u64) -> Result<Range<u64>>) -> Result<Vec<T>> {
        let Some(reader) = self.anchor.reader()? else { return which(0).map(|_| Vec::new()) };
        reader.consistent(|reader| {
            let Range { start, end } = which(length::<T>(reader)?)?;
            let count = usize::try_from(end - start).unwrap_or(usize::MAX);
            let mut out = chunks::room(reader, count, T::zeroed())?;
            chunks::read(reader, offset::<T>(start)?, bytemuck::cast_slice_mut(&mut out))?;
            Ok(out)
        })
    }
}

/// Copies elements from `index` on, up to the end; gives how many.
pub(super) fn read_at<T: Pod>(reader: &RowReader, index: u64, out: &mut [T]) -> Result<usize> {
    reader.consistent(|reader| {
        let left = length::<T>(reader)?.saturating_sub(index);
        let count = out.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let out = bytemuck::cast_slice_mut(&mut out[..count]);
        if !out.is_empty() {
            chunks::read(reader, offset::<T>(index)?, out)?;
        }
        Ok(count)
    })
}
