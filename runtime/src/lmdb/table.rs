//! Opening the tables of an environment.

use std::{ffi::CStr, ptr};

use lmdb_sys as ffi;

use super::{
    env::TableId,
    error::{Fault, Result},
    order,
    write::WriteTxn,
};

/// Opens a table that is there, without writing; `is_open` if it has been opened before.
pub(super) fn open(env: *mut ffi::MDB_env, name: &CStr, is_open: bool) -> Result<Option<TableId>> {
    let mut txn = ptr::null_mut();
    let mut dbi = 0;
    // SAFETY: the environment is open; `txn` receives the transaction.
    Fault::check(unsafe {
        ffi::mdb_txn_begin(env, ptr::null_mut(), ffi::MDB_RDONLY, &raw mut txn)
    })?;
    // SAFETY: `txn` is active; committing a read transaction keeps the handle and ends it.
    let code = unsafe {
        let mut code = ffi::mdb_dbi_open(txn, name.as_ptr(), 0, &raw mut dbi);
        if code == ffi::MDB_SUCCESS && !is_open {
            code = order::set(txn, dbi);
        }
        ffi::mdb_txn_commit(txn);
        code
    };
    match code {
        ffi::MDB_SUCCESS => Ok(Some(TableId(dbi))),
        ffi::MDB_NOTFOUND => Ok(None),
        code => Err(Fault::new(code)),
    }
}

/// Opens a table that is not there yet. It lives on only if the transaction commits.
pub(super) fn create(txn: &WriteTxn<'_>, name: &CStr) -> Result<TableId> {
    let mut dbi = 0;
    // SAFETY: `txn` is active, the name is a C string, `dbi` receives the handle, which is new.
    Fault::check(unsafe {
        match ffi::mdb_dbi_open(txn.raw(), name.as_ptr(), ffi::MDB_CREATE, &raw mut dbi) {
            ffi::MDB_SUCCESS => order::set(txn.raw(), dbi),
            code => code,
        }
    })?;
    Ok(TableId(dbi))
}
