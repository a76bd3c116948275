//! The order of keys: LMDB's own, found with fewer steps. A search is little else than comparing keys.

use std::{cmp::Ordering, ffi::c_int};

use lmdb_sys as ffi;

use super::read::from_val;

/// How two keys compare as bytes: some are looked at together, as one number.
#[inline]
fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let len = a.len().min(b.len());
    let (fronts, lens) = ((&a[..len], &b[..len]), a.len().cmp(&b.len()));
    let ordering = match len {
        8.. => compare_long(fronts.0, fronts.1),
        4..=7 => four(fronts.0).cmp(&four(fronts.1)),
        1..=3 => three(fronts.0).cmp(&three(fronts.1)),
        0 => Ordering::Equal,
    };
    ordering.then(lens)
}

/// The first four bytes and the last, some of which may be the same: these are after what they are
/// equal to.
#[inline]
fn four(bytes: &[u8]) -> u64 {
    let of = |four: Option<&[u8; 4]>| four.map_or(0, |four| u64::from(u32::from_be_bytes(*four)));
    of(bytes.first_chunk()) << 32 | of(bytes.last_chunk())
}

/// The first byte, that in the middle, and the last, of as many or fewer: as for [`four`].
#[inline]
fn three(bytes: &[u8]) -> u32 {
    let byte = |at: usize| bytes.get(at).map_or(0, |byte| u32::from(*byte));
    byte(0) << 16 | byte(bytes.len() / 2) << 8 | byte(bytes.len().wrapping_sub(1))
}

fn compare_long(a: &[u8], b: &[u8]) -> Ordering {
    let number = |eight: &[u8; 8]| u64::from_be_bytes(*eight);
    let pairs = a.as_chunks().0.iter().zip(b.as_chunks().0);
    for (a, b) in pairs {
        if a != b {
            return number(a).cmp(&number(b));
        }
    }
    // Those of the last eight that have been looked at are equal.
    a.last_chunk().map(number).cmp(&b.last_chunk().map(number))
}

/// Has the keys of a table compared so.
///
/// # Safety
/// `txn` must be active, and `dbi` a table that it has opened and that nobody uses yet.
pub(super) unsafe fn set(txn: *mut ffi::MDB_txn, dbi: ffi::MDB_dbi) -> c_int {
    // SAFETY: the caller vouches for both. The order is the one that LMDB has for a table without flags.
    unsafe { ffi::mdb_set_compare(txn, dbi, Some(compare_values)) }
}

/// # Safety
/// LMDB calls it, with two keys that stay while it runs.
unsafe extern "C" fn compare_values(a: *const ffi::MDB_val, b: *const ffi::MDB_val) -> c_int {
    // SAFETY: the caller vouches for both.
    let (a, b) = unsafe { (from_val(&*a), from_val(&*b)) };
    compare(a, b) as c_int
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn order_is_that_of_the_bytes(
            common in prop::collection::vec(any::<u8>(), 0..30),
            a in prop::collection::vec(prop_oneof![0..2_u8, any::<u8>()], 0..20),
            b in prop::collection::vec(prop_oneof![0..2_u8, any::<u8>()], 0..20),
        ) {
            for skip in [0, common.len() / 2, common.len()] {
                let [a, b] = [&a, &b].map(|end| [&common[skip..], end].concat());
                prop_assert_eq!(compare(&a, &b), a.cmp(&b));
                prop_assert_eq!(compare(&a, &a), Ordering::Equal);
                prop_assert_eq!(compare(&a, &common), a.cmp(&common));
            }
        }
    }
}
