//! The two conversions between slices and LMDB's values.

use std::slice;

use lmdb_sys as ffi;

/// A slice as LMDB wants it; LMDB only reads through it.
pub(super) fn to_val(bytes: &[u8]) -> ffi::MDB_val {
    ffi::MDB_val { mv_size: bytes.len(), mv_data: bytes.as_ptr().cast_mut().cast() }
}

/// # Safety
/// `val` must have been filled by a successful LMDB call whose transaction stays alive and
/// unwritten for `'t`.
pub(super) unsafe fn from_val<'t>(val: &ffi::MDB_val) -> &'t [u8] {
    if val.mv_size == 0 {
        // The pointer of an empty value is not promised to be non-null.
        return &[];
    }
    // SAFETY: LMDB filled in the address and length of bytes inside its map or a dirty page, which
    // the caller vouches for; they are initialised and nobody writes to them meanwhile.
    unsafe { slice::from_raw_parts(val.mv_data.cast(), val.mv_size) }
}
