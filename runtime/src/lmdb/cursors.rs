//! Cursors that are kept on the tables of a transaction: a search begins where the last one ended.

use std::{
    cell::{RefCell, RefMut},
    ptr,
};

use lmdb_sys as ffi;

use super::{
    env::TableId,
    error::{Fault, Result},
    nearness::Nearness,
    read::{from_val, to_val},
};

/// A cursor on a table.
#[derive(Clone, Copy)]
struct Kept {
    raw: *mut ffi::MDB_cursor,
    /// When it was opened or renewed last.
    round: u64,
    nearness: Nearness,
}

impl Kept {
    const NONE: Self = Self { raw: ptr::null_mut(), round: 0, nearness: Nearness::NEW };

    /// The value at `key`, if that is right behind where the cursor is, and it is worth a try.
    ///
    /// # Safety
    /// The cursor's transaction must be neither ended nor written to for `'t`.
    #[inline]
    unsafe fn next<'t>(&mut self, key: &[u8]) -> Option<&'t [u8]> {
        if !self.nearness.is_worth_a_step() {
            return None;
        }
        let (mut k, mut v) = (to_val(&[]), to_val(&[]));
        // SAFETY: the cursor is open and its transaction alive; both are only written.
        let code = unsafe { ffi::mdb_cursor_get(self.raw, &raw mut k, &raw mut v, ffi::MDB_NEXT) };
        // SAFETY: filled by a successful call; the caller vouches for `'t`.
        let found = code == ffi::MDB_SUCCESS && unsafe { from_val(&k) } == key;
        self.nearness.tell(found);
        // SAFETY: as above.
        found.then(|| unsafe { from_val(&v) })
    }

    /// The value at `key`; if there is one, the cursor is on it.
    ///
    /// # Safety
    /// As for [`next`](Self::next).
    #[inline]
    unsafe fn find<'t>(&mut self, key: &[u8]) -> Result<Option<&'t [u8]>> {
        // SAFETY: the caller vouches for it.
        if let Some(value) = unsafe { self.next(key) } {
            return Ok(Some(value));
        }
        let (mut k, mut v) = (to_val(key), to_val(&[]));
        // SAFETY: the cursor is open and its transaction alive; `k` is only read; the caller vouches
        // for `'t`.
        unsafe {
            value(ffi::mdb_cursor_get(self.raw, &raw mut k, &raw mut v, ffi::MDB_SET_KEY), &v)
        }
    }
}

/// What LMDB says of a value that was looked for.
///
/// # Safety
/// If `code` is a success, `v` is a value that stays for `'t`.
unsafe fn value<'t>(code: i32, v: &ffi::MDB_val) -> Result<Option<&'t [u8]>> {
    match code {
        // SAFETY: the caller vouches for it.
        ffi::MDB_SUCCESS => Ok(Some(unsafe { from_val(v) })),
        ffi::MDB_NOTFOUND => Ok(None),
        code => Err(Fault::new(code)),
    }
}

/// A cursor for each table that the transaction has looked into.
#[derive(Default)]
pub(super) struct Cursors {
    kept: RefCell<Vec<Kept>>,
    /// Counts how often the transaction has begun anew.
    round: u64,
}

impl Cursors {
    /// The transaction, which only reads, begins anew.
    pub(super) fn begin_anew(&mut self) {
        self.round += 1;
    }

    /// The cursor on a table.
    ///
    /// # Safety
    /// `txn` must be live, and every call must name the same one until [`close`](Self::close).
    #[inline]
    pub(super) unsafe fn on(
        &self,
        txn: *mut ffi::MDB_txn,
        table: TableId,
    ) -> Result<*mut ffi::MDB_cursor> {
        // SAFETY: the caller vouches for `txn`.
        unsafe { self.kept(txn, table) }.map(|kept| kept.raw)
    }

    /// # Safety
    /// As for [`on`](Self::on).
    #[inline]
    unsafe fn kept(&self, txn: *mut ffi::MDB_txn, table: TableId) -> Result<RefMut<'_, Kept>> {
        let kept = RefMut::filter_map(self.kept.borrow_mut(), |all| {
            let kept = all.get_mut(table.0 as usize)?;
            (!kept.raw.is_null() && kept.round == self.round).then_some(kept)
        });
        match kept {
            Ok(kept) => Ok(kept),
            // SAFETY: the caller vouches for `txn`.
            Err(all) => unsafe { self.open(all, txn, table) },
        }
    }

    /// # Safety
    /// As for [`on`](Self::on).
    #[cold]
    unsafe fn open<'c>(
        &self,
        mut all: RefMut<'c, Vec<Kept>>,
        txn: *mut ffi::MDB_txn,
        table: TableId,
    ) -> Result<RefMut<'c, Kept>> {
        let place = table.0 as usize;
        if all.len() <= place {
            all.resize(place + 1, Kept::NONE);
        }
        let kept = &mut all[place];
        // SAFETY: the caller vouches for `txn`; `table` belongs to its environment; `raw` receives a new
        // cursor, or is one of this transaction as it was before it began anew.
        Fault::check(unsafe {
            if kept.raw.is_null() {
                ffi::mdb_cursor_open(txn, table.0, &raw mut kept.raw)
            } else {
                ffi::mdb_cursor_renew(txn, kept.raw)
            }
        })?;
        kept.round = self.round;
        Ok(RefMut::map(all, |all| &mut all[place]))
    }

    /// The value at `key`; if there is one, the cursor is on it.
    ///
    /// # Safety
    /// As for [`on`](Self::on); and `txn` must be neither ended nor written to for `'t`.
    pub(super) unsafe fn find<'t>(
        &self,
        txn: *mut ffi::MDB_txn,
        table: TableId,
        key: &[u8],
    ) -> Result<Option<&'t [u8]>> {
        // SAFETY: the caller vouches for `txn`, and for `'t`.
        unsafe { self.kept(txn, table)?.find(key) }
    }

    /// The value at `key`; the cursor may be anywhere.
    ///
    /// # Safety
    /// As for [`find`](Self::find).
    pub(super) unsafe fn get<'t>(
        &self,
        txn: *mut ffi::MDB_txn,
        table: TableId,
        key: &[u8],
    ) -> Result<Option<&'t [u8]>> {
        // SAFETY: the caller vouches for `txn`.
        let mut kept = unsafe { self.kept(txn, table) }?;
        if !kept.nearness.is_lost() {
            // SAFETY: the caller vouches for `'t`.
            return unsafe { kept.find(key) };
        }
        // SAFETY: the caller vouches for `'t`.
        if let Some(value) = unsafe { kept.next(key) } {
            return Ok(Some(value));
        }
        let (mut k, mut v) = (to_val(key), to_val(&[]));
        // SAFETY: the transaction is alive; `k` is only read; the caller vouches for `'t`.
        unsafe { value(ffi::mdb_get(txn, table.0, &raw mut k, &raw mut v), &v) }
    }

    /// Closes them all.
    ///
    /// # Safety
    /// Their transaction must be active, or one that only reads and has not been freed.
    pub(super) unsafe fn close(&mut self) {
        for kept in self.kept.get_mut().drain(..).filter(|kept| !kept.raw.is_null()) {
            // SAFETY: opened by `open`, closed once; the caller vouches for the transaction.
            unsafe { ffi::mdb_cursor_close(kept.raw) }
        }
    }
}
