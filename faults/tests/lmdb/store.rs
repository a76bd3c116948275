//! As much of raw LMDB as the workload needs, with nothing of db0 in between.
#![expect(unsafe_code, reason = "LMDB is a C library")]

use std::collections::BTreeMap;
use std::ffi::{CString, c_int, c_uint, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::{io, ptr, slice};

use lmdb_sys as ffi;

/// LMDB's default: when a commit returns, it is on disk.
pub(crate) const DURABLE: c_uint = 0;
/// A commit is whole, but the last one may be lost.
pub(crate) const NO_META_SYNC: c_uint = ffi::MDB_NOMETASYNC;
/// Nothing is synced: what a crash leaves is anybody's guess.
pub(crate) const NO_SYNC: c_uint = ffi::MDB_NOSYNC;

const MAP_BYTES: usize = 16 << 20;

/// Rows, in key order.
pub(crate) type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// A row to write, or a key to take away.
pub(crate) enum Edit {
    Put(Vec<u8>, Vec<u8>),
    Remove(Vec<u8>),
}

/// An open environment.
pub(crate) struct Store {
    env: *mut ffi::MDB_env,
}

fn check(code: c_int) -> io::Result<()> {
    match code {
        0 => Ok(()),
        errno if errno > 0 => Err(io::Error::from_raw_os_error(errno)),
        ours => Err(io::Error::other(format!("LMDB error {ours}"))),
    }
}

fn value(bytes: &[u8]) -> ffi::MDB_val {
    ffi::MDB_val { mv_size: bytes.len(), mv_data: bytes.as_ptr().cast_mut().cast() }
}

impl Store {
    pub(crate) fn open(folder: &Path, flags: c_uint) -> io::Result<Self> {
        let path = CString::new(folder.as_os_str().as_bytes())?;
        let mut env = ptr::null_mut();
        // SAFETY: `env` is where the new environment goes; closing it is right after any failed open.
        unsafe {
            check(ffi::mdb_env_create(&raw mut env))?;
            let store = Self { env };
            check(ffi::mdb_env_set_mapsize(env, MAP_BYTES))?;
            check(ffi::mdb_env_open(env, path.as_ptr(), flags | ffi::MDB_NOTLS, 0o600))?;
            Ok(store)
        }
    }

    /// Applies the edits in one transaction.
    pub(crate) fn commit(&self, edits: &[Edit]) -> io::Result<()> {
        // SAFETY: the environment is open; the transaction ends here, by commit or by abort, on the
        // thread that began it; keys and values outlive the calls that copy them.
        unsafe {
            let mut txn = ptr::null_mut();
            check(ffi::mdb_txn_begin(self.env, ptr::null_mut(), 0, &raw mut txn))?;
            match write_all(txn, edits) {
                Ok(()) => check(ffi::mdb_txn_commit(txn)),
                Err(error) => {
                    ffi::mdb_txn_abort(txn);
                    Err(error)
                }
            }
        }
    }

    /// Every row.
    pub(crate) fn rows(&self) -> io::Result<Rows> {
        // SAFETY: as in `commit`; what a cursor points to is copied before the transaction ends.
        unsafe {
            let mut txn = ptr::null_mut();
            check(ffi::mdb_txn_begin(self.env, ptr::null_mut(), ffi::MDB_RDONLY, &raw mut txn))?;
            let rows = read_all(txn);
            ffi::mdb_txn_abort(txn);
            rows
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: no transaction outlives the call that began it.
        unsafe { ffi::mdb_env_close(self.env) };
    }
}

/// # Safety
/// `txn` is a live transaction of this thread.
unsafe fn main_table(txn: *mut ffi::MDB_txn) -> io::Result<ffi::MDB_dbi> {
    let mut table = 0;
    // SAFETY: the caller's promise; the unnamed table is always there.
    check(unsafe { ffi::mdb_dbi_open(txn, ptr::null(), 0, &raw mut table) })?;
    Ok(table)
}

/// # Safety
/// `txn` is a live writing transaction of this thread.
unsafe fn write_all(txn: *mut ffi::MDB_txn, edits: &[Edit]) -> io::Result<()> {
    // SAFETY: the caller's promise, handed on.
    let table = unsafe { main_table(txn) }?;
    for edit in edits {
        match edit {
            Edit::Put(key, bytes) => {
                let (mut key, mut bytes) = (value(key), value(bytes));
                // SAFETY: the values point to live bytes, which LMDB copies.
                check(unsafe { ffi::mdb_put(txn, table, &raw mut key, &raw mut bytes, 0) })?;
            }
            Edit::Remove(key) => {
                let mut key = value(key);
                // SAFETY: the key points to live bytes.
                check(unsafe { ffi::mdb_del(txn, table, &raw mut key, ptr::null_mut()) })?;
            }
        }
    }
    Ok(())
}

/// # Safety
/// `txn` is a live transaction of this thread.
unsafe fn read_all(txn: *mut ffi::MDB_txn) -> io::Result<Rows> {
    let mut rows = Rows::new();
    let mut cursor = ptr::null_mut();
    let (mut key, mut bytes) = (value(&[]), value(&[]));
    // SAFETY: the caller's promise; the cursor is closed before the transaction ends.
    unsafe {
        check(ffi::mdb_cursor_open(txn, main_table(txn)?, &raw mut cursor))?;
        let code = loop {
            match ffi::mdb_cursor_get(cursor, &raw mut key, &raw mut bytes, ffi::MDB_NEXT) {
                0 => drop(rows.insert(copy(key), copy(bytes))),
                code => break code,
            }
        };
        ffi::mdb_cursor_close(cursor);
        if code != ffi::MDB_NOTFOUND {
            check(code)?;
        }
    }
    Ok(rows)
}

/// # Safety
/// `val` points to its bytes.
unsafe fn copy(val: ffi::MDB_val) -> Vec<u8> {
    if val.mv_size == 0 {
        return Vec::new();
    }
    // SAFETY: the caller's promise, and not empty.
    unsafe { slice::from_raw_parts(val.mv_data.cast::<c_void>().cast::<u8>(), val.mv_size) }
        .to_vec()
}
