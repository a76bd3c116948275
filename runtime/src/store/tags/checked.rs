//! Which containers have been checked: each is once, and not at each touch.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::store::num::TagId;

/// So many are remembered at most.
const MARKS: usize = 1 << 13;
/// Checksum, flags and stamp of a row are within its first bytes.
const FRONT: usize = 16;

/// The checked rows of a file: a mark for each, which nothing but a row of this place, state and
/// checksum has.
#[derive(Debug, Default)]
pub(in crate::store) struct Checked(OnceLock<Box<[AtomicU64]>>);

/// What tells a version of a container's row.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Mark(u64);

impl Mark {
    pub(in crate::store) fn of(tag: TagId, chunk: u64, row: &[u8]) -> Self {
        let place = (u64::from(tag.0) << 32).wrapping_add(chunk) ^ (row.len() as u64) << 48;
        // Zero marks nothing.
        Self(xxh3_64_with_seed(&row[..row.len().min(FRONT)], place) | 1)
    }

    fn place(self) -> usize {
        (self.0 >> 1) as usize % MARKS
    }
}

impl Checked {
    fn marks(&self) -> &[AtomicU64] {
        self.0.get_or_init(|| (0..MARKS).map(|_| AtomicU64::new(0)).collect())
    }

    /// It has been checked.
    pub(in crate::store) fn has(&self, mark: Mark) -> bool {
        self.marks()[mark.place()].load(Ordering::Relaxed) == mark.0
    }

    /// Remembers that it is sound.
    pub(in crate::store) fn add(&self, mark: Mark) {
        self.marks()[mark.place()].store(mark.0, Ordering::Relaxed);
    }

    /// The file is looked at afresh: everything is to be checked again.
    pub(in crate::store) fn forget(&self) {
        self.0.get().into_iter().flatten().for_each(|mark| mark.store(0, Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_differs_is_checked_again() {
        let checked = Checked::default();
        let row = [7; 40];
        let mark = Mark::of(TagId(3), 5, &row);
        assert!(!checked.has(mark));
        checked.add(mark);
        assert!(checked.has(Mark::of(TagId(3), 5, &row)));
        let mut other_sum = row;
        other_sum[1] = 8;
        for other in [
            Mark::of(TagId(4), 5, &row),
            Mark::of(TagId(3), 6, &row),
            Mark::of(TagId(3), 5, &row[..39]),
            Mark::of(TagId(3), 5, &other_sum),
        ] {
            assert!(!checked.has(other));
        }
        checked.forget();
        assert!(!checked.has(mark));
    }
}
