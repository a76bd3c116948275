//! Walks a table in key order within one transaction.

use std::{marker::PhantomData, ptr};

use lmdb_sys as ffi;

use super::{
    env::TableId,
    error::{Fault, Result},
    nearness::Nearness,
    read::{from_val, to_val},
};

/// A row: key and value, borrowed from the transaction.
pub(crate) type Row<'t> = (&'t [u8], &'t [u8]);

/// A position in a table. Rows it gives live as long as the transaction is borrowed.
pub(crate) struct Cursor<'t> {
    raw: *mut ffi::MDB_cursor,
    nearness: Nearness,
    txn: PhantomData<&'t ()>,
}

impl<'t> Cursor<'t> {
    /// # Safety
    /// `txn` must be a live transaction that outlives `'t` and is not written to during `'t`.
    pub(super) unsafe fn open(txn: *mut ffi::MDB_txn, table: TableId) -> Result<Self> {
        let mut raw = ptr::null_mut();
        // SAFETY: the caller vouches for `txn`; `table` was opened in its environment, since
        // `TableId` is only made there; `raw` receives the cursor.
        Fault::check(unsafe { ffi::mdb_cursor_open(txn, table.0, &raw mut raw) })?;
        Ok(Self { raw, nearness: Nearness::NEW, txn: PhantomData })
    }

    fn step(&mut self, key: &[u8], op: ffi::MDB_cursor_op) -> Result<Option<Row<'t>>> {
        let mut k = to_val(key);
        let mut v = to_val(&[]);
        // SAFETY: the cursor is open and its transaction alive for `'t`; LMDB reads `k` for the
        // positioning operations and overwrites both with pointers into the map.
        match unsafe { ffi::mdb_cursor_get(self.raw, &raw mut k, &raw mut v, op) } {
            // SAFETY: on success both point at bytes that stay as they are while the transaction
            // is neither ended nor written to, which `'t` guarantees.
            ffi::MDB_SUCCESS => Ok(Some(unsafe { (from_val(&k), from_val(&v)) })),
            ffi::MDB_NOTFOUND => Ok(None),
            code => Err(Fault::new(code)),
        }
    }

    /// The first row whose key is at or after `key`.
    pub(crate) fn seek(&mut self, key: &[u8]) -> Result<Option<Row<'t>>> {
        // LMDB refuses an empty key here, and every key is after it.
        if key.is_empty() { self.first() } else { self.step(key, ffi::MDB_SET_RANGE) }
    }

    /// The row at `key`: found at once, if it is the one behind the last, or on the same page.
    pub(crate) fn get(&mut self, key: &[u8]) -> Result<Option<&'t [u8]>> {
        if self.nearness.is_worth_a_step() {
            let next = self.next()?.filter(|(found, _)| *found == key);
            self.nearness.tell(next.is_some());
            if let Some((_, row)) = next {
                return Ok(Some(row));
            }
        }
        Ok(self.step(key, ffi::MDB_SET_KEY)?.map(|(_, row)| row))
    }

    /// The last row whose key is before `key`.
    pub(crate) fn seek_before(&mut self, key: &[u8]) -> Result<Option<Row<'t>>> {
        match self.seek(key)? {
            Some(_) => self.prev(),
            None => self.last(),
        }
    }

    pub(crate) fn first(&mut self) -> Result<Option<Row<'t>>> {
        self.step(&[], ffi::MDB_FIRST)
    }

    pub(crate) fn last(&mut self) -> Result<Option<Row<'t>>> {
        self.step(&[], ffi::MDB_LAST)
    }

    pub(crate) fn next(&mut self) -> Result<Option<Row<'t>>> {
        self.step(&[], ffi::MDB_NEXT)
    }

    pub(crate) fn prev(&mut self) -> Result<Option<Row<'t>>> {
        self.step(&[], ffi::MDB_PREV)
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        if !super::forked() {
            // SAFETY: `raw` came from mdb_cursor_open, is closed only here, and its transaction
            // is still alive because `'t` borrows it.
            unsafe { ffi::mdb_cursor_close(self.raw) }
        }
    }
}
