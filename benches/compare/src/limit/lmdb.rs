//! As much of LMDB as the limit needs, made safe to use.
#![expect(unsafe_code, reason = "the limit is the C library itself, without a layer of anybody's")]

use std::{
    ffi::CString, marker::PhantomData, ops::ControlFlow, os::unix::ffi::OsStrExt, path::Path, ptr,
    slice,
};

use lmdb_sys as ffi;

/// Address space: more than any row of the comparison fills.
const MAP_SIZE: usize = 16 << 30;

/// An open environment.
pub(crate) struct Env {
    raw: *mut ffi::MDB_env,
}

// SAFETY: an environment may be used from any thread; write transactions, which are bound to one,
// are `!Send` below.
unsafe impl Send for Env {}
// SAFETY: as above.
unsafe impl Sync for Env {}

/// A table of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table(ffi::MDB_dbi);

fn check(code: i32) {
    assert_eq!(code, ffi::MDB_SUCCESS, "LMDB refuses with code {code}");
}

fn val(bytes: &[u8]) -> ffi::MDB_val {
    ffi::MDB_val { mv_size: bytes.len(), mv_data: bytes.as_ptr().cast_mut().cast() }
}

/// # Safety
/// A successful call of LMDB must have filled `val`, and its bytes must stay for `'t`.
unsafe fn bytes<'t>(val: &ffi::MDB_val) -> &'t [u8] {
    if val.mv_size == 0 {
        return &[];
    }
    // SAFETY: the caller vouches for address, length and lifetime.
    unsafe { slice::from_raw_parts(val.mv_data.cast(), val.mv_size) }
}

impl Env {
    pub(crate) fn open(folder: &Path) -> Self {
        let path = CString::new(folder.as_os_str().as_bytes()).expect("a path without zeros");
        let mut raw = ptr::null_mut();
        // SAFETY: `raw` receives a fresh handle, which is set up and opened once.
        unsafe {
            check(ffi::mdb_env_create(&raw mut raw));
            check(ffi::mdb_env_set_mapsize(raw, MAP_SIZE));
            check(ffi::mdb_env_set_maxdbs(raw, 32));
            check(ffi::mdb_env_set_maxreaders(raw, 1024));
            let flags = ffi::MDB_NOTLS | ffi::MDB_NORDAHEAD;
            check(ffi::mdb_env_open(raw, path.as_ptr(), flags, 0o600));
        }
        Self { raw }
    }

    /// A table by name, made if it is not there; the main one without a name.
    pub(crate) fn table(&self, name: Option<&str>) -> Table {
        let txn = self.write();
        let name = name.map(|name| CString::new(name).expect("a name without zeros"));
        let (pointer, flags) =
            name.as_ref().map_or((ptr::null(), 0), |n| (n.as_ptr(), ffi::MDB_CREATE));
        let mut dbi = 0;
        // SAFETY: the transaction is active, the name a C string or null, `dbi` receives the handle.
        check(unsafe { ffi::mdb_dbi_open(txn.raw, pointer, flags, &raw mut dbi) });
        txn.commit();
        Table(dbi)
    }

    pub(crate) fn write(&self) -> WriteTxn<'_> {
        let mut raw = ptr::null_mut();
        // SAFETY: the environment is open; no parent; `raw` receives the transaction.
        check(unsafe { ffi::mdb_txn_begin(self.raw, ptr::null_mut(), 0, &raw mut raw) });
        WriteTxn { raw, cursors: Vec::new(), bound: PhantomData }
    }

    pub(crate) fn read(&self) -> ReadTxn<'_> {
        let mut raw = ptr::null_mut();
        // SAFETY: as above, for reading.
        check(unsafe {
            ffi::mdb_txn_begin(self.raw, ptr::null_mut(), ffi::MDB_RDONLY, &raw mut raw)
        });
        ReadTxn { raw, env: PhantomData }
    }
}

impl Drop for Env {
    fn drop(&mut self) {
        // SAFETY: transactions borrow the environment, so none is left.
        unsafe { ffi::mdb_env_close(self.raw) }
    }
}

/// A transaction that reads.
pub(crate) struct ReadTxn<'e> {
    raw: *mut ffi::MDB_txn,
    env: PhantomData<&'e Env>,
}

impl ReadTxn<'_> {
    pub(crate) fn get(&self, table: Table, key: &[u8]) -> Option<&[u8]> {
        let (mut k, mut v) = (val(key), val(&[]));
        // SAFETY: the transaction is active and the table of its environment; what was found stays
        // while the transaction does.
        unsafe {
            match ffi::mdb_get(self.raw, table.0, &raw mut k, &raw mut v) {
                ffi::MDB_NOTFOUND => None,
                code => {
                    check(code);
                    Some(bytes(&v))
                }
            }
        }
    }

    /// Calls `each` with the rows from `key` on, until it breaks.
    pub(crate) fn scan<'t>(
        &'t self,
        table: Table,
        key: &[u8],
        mut each: impl FnMut(&'t [u8], &'t [u8]) -> ControlFlow<()>,
    ) {
        let mut cursor = ptr::null_mut();
        let (mut k, mut v) = (val(key), val(&[]));
        let mut op = if key.is_empty() { ffi::MDB_FIRST } else { ffi::MDB_SET_RANGE };
        // SAFETY: the cursor is opened and closed within the transaction, whose rows stay for `'t`.
        unsafe {
            check(ffi::mdb_cursor_open(self.raw, table.0, &raw mut cursor));
            while ffi::mdb_cursor_get(cursor, &raw mut k, &raw mut v, op) == ffi::MDB_SUCCESS {
                if each(bytes(&k), bytes(&v)).is_break() {
                    break;
                }
                op = ffi::MDB_NEXT;
            }
            ffi::mdb_cursor_close(cursor);
        }
    }
}

impl Drop for ReadTxn<'_> {
    fn drop(&mut self) {
        // SAFETY: the transaction is active, and not used again.
        unsafe { ffi::mdb_txn_abort(self.raw) }
    }
}

/// A transaction that writes, with a cursor kept on each table.
pub(crate) struct WriteTxn<'e> {
    raw: *mut ffi::MDB_txn,
    cursors: Vec<*mut ffi::MDB_cursor>,
    bound: PhantomData<(&'e Env, *const ())>,
}

impl WriteTxn<'_> {
    fn cursor(&mut self, table: Table) -> *mut ffi::MDB_cursor {
        let place = table.0 as usize;
        if self.cursors.len() <= place {
            self.cursors.resize(place + 1, ptr::null_mut());
        }
        if self.cursors[place].is_null() {
            // SAFETY: the transaction is active; the place receives the cursor.
            check(unsafe { ffi::mdb_cursor_open(self.raw, table.0, &raw mut self.cursors[place]) });
        }
        self.cursors[place]
    }

    pub(crate) fn get(&mut self, table: Table, key: &[u8]) -> Option<&[u8]> {
        let cursor = self.cursor(table);
        let (mut k, mut v) = (val(key), val(&[]));
        // SAFETY: the cursor is open; the row stays until the next write, which takes `&mut self`.
        unsafe {
            match ffi::mdb_cursor_get(cursor, &raw mut k, &raw mut v, ffi::MDB_SET_KEY) {
                ffi::MDB_NOTFOUND => None,
                code => {
                    check(code);
                    Some(bytes(&v))
                }
            }
        }
    }

    pub(crate) fn put(&mut self, table: Table, key: &[u8], row: &[u8]) {
        self.put_as(table, key, row, 0);
    }

    /// Puts a row behind all others.
    pub(crate) fn append(&mut self, table: Table, key: &[u8], row: &[u8]) {
        self.put_as(table, key, row, ffi::MDB_APPEND);
    }

    fn put_as(&mut self, table: Table, key: &[u8], row: &[u8], flags: u32) {
        let cursor = self.cursor(table);
        let (mut k, mut v) = (val(key), val(row));
        // SAFETY: the cursor is open, and LMDB copies both.
        check(unsafe { ffi::mdb_cursor_put(cursor, &raw mut k, &raw mut v, flags) });
    }

    pub(crate) fn commit(mut self) {
        for cursor in self.cursors.drain(..).filter(|cursor| !cursor.is_null()) {
            // SAFETY: opened above, closed once, its transaction still active.
            unsafe { ffi::mdb_cursor_close(cursor) }
        }
        let raw = std::mem::replace(&mut self.raw, ptr::null_mut());
        // SAFETY: active until now, and not used again.
        check(unsafe { ffi::mdb_txn_commit(raw) });
    }
}

impl Drop for WriteTxn<'_> {
    fn drop(&mut self) {
        if !self.raw.is_null() {
            // SAFETY: active, and not used again; LMDB closes the cursors of what it aborts.
            unsafe { ffi::mdb_txn_abort(self.raw) }
        }
    }
}
