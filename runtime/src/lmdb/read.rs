//! Reading by key, and the two conversions between slices and LMDB's values.

use std::{ptr, slice};

use lmdb_sys as ffi;

use super::{
    env::TableId,
    error::{Fault, Result},
};

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

/// # Safety
/// `txn` must be a live transaction that is neither ended nor written to for `'t`.
pub(super) unsafe fn get<'t>(
    txn: *mut ffi::MDB_txn,
    table: TableId,
    key: &[u8],
) -> Result<Option<&'t [u8]>> {
    let mut k = to_val(key);
    let mut v = ffi::MDB_val { mv_size: 0, mv_data: ptr::null_mut() };
    // SAFETY: the caller vouches for `txn`; `table` belongs to its environment; `k` is only read.
    match unsafe { ffi::mdb_get(txn, table.0, &raw mut k, &raw mut v) } {
        // SAFETY: filled by a successful call; the caller vouches for `'t`.
        ffi::MDB_SUCCESS => Ok(Some(unsafe { from_val(&v) })),
        ffi::MDB_NOTFOUND => Ok(None),
        code => Err(Fault::new(code)),
    }
}
