//! The write transaction: bound to its thread, one at a time, with a cursor kept on each table.

use std::{marker::PhantomData, ptr, slice};

use lmdb_sys as ffi;

use super::{
    cursor::Cursor,
    cursors::Cursors,
    env::{Env, TableId},
    error::{Fault, Result},
    read::{from_val, to_val},
};

/// Where a row is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// Where its key belongs.
    Key,
    /// Over the row that [`WriteTxn::get`] found last in this table, which nothing else has touched
    /// since: it need not be looked for again.
    Found,
    /// Its key is after every other key of the table.
    End,
}

/// A write transaction; dropped without [`commit`](Self::commit) it is rolled back.
///
/// LMDB ties it to the thread that began it, hence `!Send`. Writes go through one kept cursor per
/// table: neighbours in key order then cost no descent from the root.
pub(crate) struct WriteTxn<'e> {
    raw: *mut ffi::MDB_txn,
    cursors: Cursors,
    env: &'e Env,
    not_send: PhantomData<*const ()>,
}

impl<'e> WriteTxn<'e> {
    pub(super) fn begin(env: &'e Env) -> Result<Self> {
        let mut raw = ptr::null_mut();
        let handle = env.raw()?;
        // SAFETY: the environment is open, and only this thread could reopen it; no parent; `raw`
        // receives the transaction.
        Fault::check(unsafe { ffi::mdb_txn_begin(handle, ptr::null_mut(), 0, &raw mut raw) })?;
        Ok(Self { raw, cursors: Cursors::default(), env, not_send: PhantomData })
    }

    pub(super) fn raw(&self) -> *mut ffi::MDB_txn {
        self.raw
    }

    #[inline]
    fn table_cursor(&self, table: TableId) -> Result<*mut ffi::MDB_cursor> {
        // SAFETY: `raw` is active, and the cursors are its own.
        unsafe { self.cursors.on(self.raw, table) }
    }

    /// The value at `key`, as this transaction sees it. It can't be held across a write.
    pub(crate) fn get(&self, table: TableId, key: &[u8]) -> Result<Option<&[u8]>> {
        // SAFETY: as above; the value stays until the next write, which takes `&mut self`.
        unsafe { self.cursors.find(self.raw, table, key) }
    }

    /// A cursor of its own for walking while nothing is written.
    pub(crate) fn cursor(&self, table: TableId) -> Result<Cursor<'_>> {
        // SAFETY: the transaction is alive while `self` is borrowed, and writes take `&mut self`.
        unsafe { Cursor::open(self.raw, table) }
    }

    fn put_flagged(&mut self, table: TableId, key: &[u8], value: &[u8], flags: u32) -> Result<()> {
        let cursor = self.table_cursor(table)?;
        let mut k = to_val(key);
        let mut v = to_val(value);
        // SAFETY: the kept cursor is open; LMDB copies both; `&mut self` ends every borrowed value.
        Fault::check(unsafe { ffi::mdb_cursor_put(cursor, &raw mut k, &raw mut v, flags) })
    }

    /// Writes a row.
    pub(crate) fn put(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        self.put_flagged(table, key, value, 0)
    }

    /// Writes a row of two parts straight to where it will stand, and has it finished there.
    #[inline]
    pub(crate) fn put_parts(
        &mut self,
        table: TableId,
        key: &[u8],
        [front, back]: [&[u8]; 2],
        at: At,
        finish: impl FnOnce(&mut [u8]),
    ) -> Result<()> {
        debug_assert!(
            at != At::Found || self.is_at(table, key).unwrap_or(true),
            "a row is written over that was not the last one to be read",
        );
        let cursor = self.table_cursor(table)?;
        let len = front.len() + back.len();
        let mut k = to_val(key);
        let mut v = ffi::MDB_val { mv_size: len, mv_data: ptr::null_mut() };
        let flags = match at {
            At::Key => 0,
            At::Found => ffi::MDB_CURRENT,
            At::End => ffi::MDB_APPEND,
        };
        // SAFETY: the kept cursor is open; with MDB_RESERVE LMDB reads no value, and puts the address
        // of room for it into `v`; `&mut self` ends every borrowed value.
        Fault::check(unsafe {
            ffi::mdb_cursor_put(cursor, &raw mut k, &raw mut v, flags | ffi::MDB_RESERVE)
        })?;
        // SAFETY: the room is `len` bytes of a dirty page, which is this transaction's own memory and
        // stays where it is until LMDB is called again; neither part is in it, since parts are borrowed
        // elsewhere. All of it is written before it is lent as a slice.
        let row = unsafe {
            let room = v.mv_data.cast::<u8>();
            ptr::copy_nonoverlapping(front.as_ptr(), room, front.len());
            ptr::copy_nonoverlapping(back.as_ptr(), room.add(front.len()), back.len());
            slice::from_raw_parts_mut(room, len)
        };
        finish(row);
        Ok(())
    }

    /// The kept cursor is at `key`.
    fn is_at(&self, table: TableId, key: &[u8]) -> Result<bool> {
        let cursor = self.table_cursor(table)?;
        let (mut k, mut v) = (to_val(&[]), to_val(&[]));
        // SAFETY: the kept cursor is open and its transaction active.
        let code =
            unsafe { ffi::mdb_cursor_get(cursor, &raw mut k, &raw mut v, ffi::MDB_GET_CURRENT) };
        // SAFETY: the bytes stay until the next write, which takes `&mut self`.
        Fault::check(code).map(|()| unsafe { from_val(&k) } == key)
    }

    /// Writes a row whose key is after every other key of the table.
    pub(crate) fn append(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
        self.put_flagged(table, key, value, ffi::MDB_APPEND)
    }

    /// Deletes a row; false if there was none.
    pub(crate) fn delete(&mut self, table: TableId, key: &[u8]) -> Result<bool> {
        let mut k = to_val(key);
        // SAFETY: `raw` is active; `k` is only read; `&mut self` ends every borrowed value. LMDB
        // repairs kept cursors on the page when a row goes.
        match unsafe { ffi::mdb_del(self.raw, table.0, &raw mut k, ptr::null_mut()) } {
            ffi::MDB_SUCCESS => Ok(true),
            ffi::MDB_NOTFOUND => Ok(false),
            code => Err(Fault::new(code)),
        }
    }

    /// Makes everything written durable, in one step.
    pub(crate) fn commit(mut self) -> Result<()> {
        // SAFETY: the transaction is still active.
        unsafe { self.cursors.close() }
        let raw = std::mem::replace(&mut self.raw, ptr::null_mut());
        // SAFETY: `raw` is an active transaction.
        self.env.bell().begin(unsafe { ffi::mdb_txn_id(raw) } as u64);
        // SAFETY: `raw` was active and is never used again: LMDB frees it whatever the outcome.
        let committed = Fault::check(unsafe { ffi::mdb_txn_commit(raw) });
        // Also after a failure: what is on disk then is in doubt.
        self.env.pool().renew();
        committed?;
        // LMDB's own number: a transaction that wrote nothing makes no new one.
        self.env.bell().end(self.env.info().last_txn_id);
        Ok(())
    }
}

impl Drop for WriteTxn<'_> {
    fn drop(&mut self) {
        if self.raw.is_null() || super::forked() {
            return;
        }
        // SAFETY: active, owned by `self`, ended once; its cursors go first.
        unsafe {
            self.cursors.close();
            ffi::mdb_txn_abort(self.raw);
        }
    }
}
