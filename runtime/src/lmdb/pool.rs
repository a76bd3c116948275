//! Read transactions, kept in a pool of reader slots and reset as soon as they are returned.

use std::{
    ops::Deref,
    ptr,
    time::{Duration, Instant},
};

use lmdb_sys as ffi;

use super::{
    cursor::Cursor,
    env::{Env, TableId},
    error::{Fault, Result},
    read,
};
use crate::sync::{Condvar, Mutex};

/// A reset transaction that still owns its reader slot.
struct Idle(*mut ffi::MDB_txn);

// SAFETY: with MDB_NOTLS a read transaction is tied to its slot, not to a thread; it may be used
// from any thread, one at a time, which owning the `Idle` guarantees.
unsafe impl Send for Idle {}

#[derive(Default)]
struct Slots {
    idle: Vec<Idle>,
    active: usize,
    /// Growing the map unmaps it: nobody may begin to read until that is over.
    paused: bool,
}

/// The pool of one environment.
#[derive(Default)]
pub(super) struct ReadPool {
    slots: Mutex<Slots>,
    changed: Condvar,
}

impl ReadPool {
    fn take(&self, env: &Env) -> Result<*mut ffi::MDB_txn> {
        let idle = {
            let mut slots = self.slots.lock();
            while slots.paused {
                self.changed.wait(&mut slots);
            }
            slots.active += 1;
            slots.idle.pop()
        };
        let begun = match idle {
            // SAFETY: `txn` is a reset read transaction of this environment that nobody else has.
            Some(Idle(txn)) => match Fault::check(unsafe { ffi::mdb_txn_renew(txn) }) {
                Ok(()) => Ok(txn),
                Err(fault) => {
                    // SAFETY: as above; a transaction that could not be renewed is still reset.
                    unsafe { ffi::mdb_txn_abort(txn) };
                    Err(fault)
                }
            },
            None => env.raw().and_then(begin),
        };
        if begun.is_err() {
            self.leave(None);
        }
        begun
    }

    fn leave(&self, idle: Option<Idle>) {
        let mut slots = self.slots.lock();
        slots.active -= 1;
        slots.idle.extend(idle);
        if slots.paused {
            self.changed.notify_all();
        }
    }

    /// Runs `action` while no transaction of this process is active; `None` if readers did not
    /// come to an end within `patience`.
    pub(super) fn while_quiet<R>(
        &self,
        patience: Duration,
        action: impl FnOnce() -> R,
    ) -> Option<R> {
        let deadline = Instant::now() + patience;
        let mut slots = self.slots.lock();
        while slots.paused {
            self.changed.wait(&mut slots);
        }
        slots.paused = true;
        while slots.active > 0 {
            if self.changed.wait_until(&mut slots, deadline).timed_out() && slots.active > 0 {
                slots.paused = false;
                self.changed.notify_all();
                return None;
            }
        }
        // Whoever wants to begin waits for `paused`; the lock itself is free for `action`.
        drop(slots);
        let result = action();
        self.slots.lock().paused = false;
        self.changed.notify_all();
        Some(result)
    }

    /// Runs `ask` while the environment is neither resized nor reopened.
    pub(super) fn while_open<R>(&self, ask: impl FnOnce() -> R) -> R {
        let mut slots = self.slots.lock();
        while slots.paused {
            self.changed.wait(&mut slots);
        }
        ask()
    }

    /// Ends the idle transactions; called when the environment closes.
    pub(super) fn drain(&self) {
        let idle = std::mem::take(&mut self.slots.lock().idle);
        for Idle(txn) in idle {
            // SAFETY: idle transactions are owned by the pool alone, and the environment is
            // closed only after this.
            unsafe { ffi::mdb_txn_abort(txn) }
        }
    }
}

fn begin(env: *mut ffi::MDB_env) -> Result<*mut ffi::MDB_txn> {
    let mut txn = ptr::null_mut();
    // SAFETY: `env` is open; no parent; `txn` receives the transaction.
    let code = unsafe { ffi::mdb_txn_begin(env, ptr::null_mut(), ffi::MDB_RDONLY, &raw mut txn) };
    Fault::check(code).map(|()| txn)
}

/// A read transaction: one committed state of the environment, until it is dropped.
///
/// `E` is `&Env` for short reads and `Arc<Env>` for those that outlive the borrow.
pub(crate) struct ReadTxn<E: Deref<Target = Env>> {
    raw: *mut ffi::MDB_txn,
    env: E,
}

// SAFETY: see `Idle`: with MDB_NOTLS the transaction may move between threads. It is not `Sync`.
unsafe impl<E: Deref<Target = Env> + Send> Send for ReadTxn<E> {}

impl<E: Deref<Target = Env>> ReadTxn<E> {
    pub(super) fn take(env: E) -> Result<Self> {
        let raw = env.pool().take(&env)?;
        Ok(Self { raw, env })
    }

    pub(super) fn raw(&self) -> *mut ffi::MDB_txn {
        self.raw
    }

    /// LMDB's number of the state that this transaction sees.
    pub(crate) fn id(&self) -> u64 {
        // SAFETY: `raw` is an active transaction.
        unsafe { ffi::mdb_txn_id(self.raw) as u64 }
    }

    /// The value at `key`, straight from the map.
    pub(crate) fn get(&self, table: TableId, key: &[u8]) -> Result<Option<&[u8]>> {
        // SAFETY: read-only, alive as long as `self` is borrowed, and never written to.
        unsafe { read::get(self.raw, table, key) }
    }

    /// A cursor on `table`.
    pub(crate) fn cursor(&self, table: TableId) -> Result<Cursor<'_>> {
        // SAFETY: as in `get`.
        unsafe { Cursor::open(self.raw, table) }
    }
}

impl<E: Deref<Target = Env>> Drop for ReadTxn<E> {
    fn drop(&mut self) {
        if super::forked() {
            return; // the slot is the parent's
        }
        // An idle transaction that kept its state would be a long reader: reset at once.
        // SAFETY: `raw` is active and owned by `self`.
        unsafe { ffi::mdb_txn_reset(self.raw) };
        self.env.pool().leave(Some(Idle(self.raw)));
    }
}
