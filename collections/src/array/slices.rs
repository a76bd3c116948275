//! Elements as slices, most of them where they are stored.

use std::ops::{Range, RangeBounds};

use bytemuck::Pod;
use db0_runtime::Result;

use super::{
    chunks,
    handle::{Array, length, offset},
};
use crate::{misuse::expect, range::positions};

impl<T: Pod> Array<T> {
    /// Gives the elements of a range to `each`, some thousand bytes at a time and in their order:
    /// straight from the page of the file that they are on, if they are committed and aligned there as
    /// `T` has to be, else from a copy of these few. Chunks of the file that have 2048 bytes or more (all
    /// but the last one of an array have 3840) are aligned to 16 where pages are of 4 KiB.
    ///
    /// The array may be changed meanwhile: what is still ahead is given as it then is, and zeros for
    /// what was cut off. While `each` runs, pages that commits let go of are not used again: leave
    /// what takes long for afterwards.
    ///
    /// ```
    /// # fn main() -> db0_runtime::Result<()> {
    /// # let folder = tempfile::tempdir().map_err(db0_runtime::Error::other)?;
    /// # let workspace = db0_runtime::Workspace::open(folder.path())?;
    /// # let _entered = workspace.enter();
    /// let samples = db0_collections::Array::from(vec![0.5_f32; 100_000]);
    /// let mut sum = 0.0;
    /// samples.with_slices(50_000.., |slice| sum += slice.iter().sum::<f32>());
    /// assert_eq!(sum, 25_000.0);
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    /// When the range reaches over the end, as slices do.
    #[track_caller]
    pub fn with_slices(&self, range: impl RangeBounds<usize>, each: impl FnMut(&[T])) {
        expect(self.try_with_slices(range, each));
    }

    /// As [`with_slices`](Self::with_slices), with the failure as a value.
    pub fn try_with_slices(
        &self,
        range: impl RangeBounds<usize>,
        each: impl FnMut(&[T]),
    ) -> Result<()> {
        let Some(reader) = self.anchor.reader()? else { return positions(&range, 0).map(drop) };
        let Range { start, end } = positions(&range, length::<T>(&reader)?)?;
        let (start, end) = (offset::<T>(start)?, offset::<T>(end)?);
        let bytes = usize::try_from(end - start).unwrap_or(usize::MAX);
        let mut slices = Slices { begun: Vec::new(), aligned: Vec::new(), each };
        chunks::walk(&reader, start, bytes, &mut |piece| slices.take(piece))
    }
}

/// Makes slices of elements of pieces of bytes.
struct Slices<T, F> {
    /// The front of an element whose rest is in the next piece.
    begun: Vec<u8>,
    /// Where elements are copied to that are not aligned.
    aligned: Vec<T>,
    each: F,
}

impl<T: Pod, F: FnMut(&[T])> Slices<T, F> {
    fn take(&mut self, mut piece: &[u8]) {
        if !self.begun.is_empty() {
            let rest = (size_of::<T>() - self.begun.len()).min(piece.len());
            let (rest, after) = piece.split_at(rest);
            self.begun.extend_from_slice(rest);
            piece = after;
            if self.begun.len() < size_of::<T>() {
                return;
            }
            let element = bytemuck::pod_read_unaligned(&self.begun);
            self.begun.clear();
            (self.each)(&[element]);
        }
        let (whole, begun) = piece.split_at(piece.len() - piece.len() % size_of::<T>());
        self.begun.extend_from_slice(begun);
        if whole.is_empty() {
            return;
        }
        if let Ok(slice) = bytemuck::try_cast_slice(whole) {
            (self.each)(slice);
        } else {
            self.aligned.clear();
            self.aligned.resize(whole.len() / size_of::<T>(), T::zeroed());
            bytemuck::cast_slice_mut(&mut self.aligned).copy_from_slice(whole);
            (self.each)(&self.aligned);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn joined<T: Pod>(bytes: &[u8], cuts: &[usize]) -> Vec<u8> {
        let mut joined = Vec::new();
        let each = |slice: &[T]| joined.extend_from_slice(bytemuck::cast_slice(slice));
        let mut slices = Slices { begun: Vec::new(), aligned: Vec::new(), each };
        let mut rest = bytes;
        for cut in cuts {
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            slices.take(piece);
            rest = after;
        }
        slices.take(rest);
        joined
    }

    proptest! {
        #[test]
        fn elements_come_out_whole_however_their_bytes_are_cut(
            bytes: Vec<u8>,
            cuts in prop::collection::vec(0..20_usize, 0..20),
        ) {
            prop_assert_eq!(&joined::<u8>(&bytes, &cuts), &bytes);
            prop_assert_eq!(&joined::<[u8; 7]>(&bytes, &cuts), &bytes[..bytes.len() / 7 * 7]);
            prop_assert_eq!(&joined::<u64>(&bytes, &cuts), &bytes[..bytes.len() / 8 * 8]);
            prop_assert_eq!(&joined::<[u32; 3]>(&bytes, &cuts), &bytes[..bytes.len() / 12 * 12]);
        }
    }
}
