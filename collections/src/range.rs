//! Ranges of positions, as slices take them.

use std::ops::{Bound, Range, RangeBounds};

use db0_runtime::{Error, Result};

/// The positions of a range in a collection of this length.
pub(crate) fn positions(range: &impl RangeBounds<usize>, len: u64) -> Result<Range<u64>> {
    let start = match range.start_bound() {
        Bound::Included(&start) => start as u64,
        Bound::Excluded(&before) => (before as u64).saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&last) => (last as u64).saturating_add(1),
        Bound::Excluded(&end) => end as u64,
        Bound::Unbounded => len,
    };
    if start <= end && end <= len {
        return Ok(start..end);
    }
    Err(Error::Invalid(format!("the range {start}..{end} is out of bounds: the length is {len}")))
}
