//! Read transactions, kept in a pool of reader slots.
//!
//! One that is returned is reset at once, since it would keep the file from using its free pages
//! again: it would be a long reader. Only where all commits are this process's own it stays as it is
//! until the next one, and begins again at no cost.

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

/// A transaction that owns its reader slot while nobody reads with it.
struct Idle(*mut ffi::MDB_txn);

// SAFETY: with MDB_NOTLS a read transaction is tied to its slot, not to a thread; it may be used
// from any thread, one at a time, which owning the `Idle` guarantees.
unsafe impl Send for Idle {}

#[derive(Default)]
struct Slots {
    /// Reset.
    idle: Vec<Idle>,
    /// Still at the last commit.
    fresh: Vec<Idle>,
    /// Counts what ends being fresh.
    age: u64,
    /// Nobody else commits.
    keeps_fresh: bool,
    active: usize,
    /// Keep the pages of a commit, and read nothing.
    held: usize,
    /// Growing the map unmaps it: nobody may begin to read until that is over.
    paused: bool,
}

/// What nobody of this process is to use for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quiet {
    /// What transactions read from.
    Map,
    /// What they have their slots in, too.
    Environment,
}

impl Slots {
    fn is_in_use(&self, what: Quiet) -> bool {
        self.active > 0 || what == Quiet::Environment && self.held > 0
    }

    /// From here on a transaction that began before is not at the last commit any more, or may not be.
    fn end_fresh(&mut self) {
        self.age += 1;
        for idle in self.fresh.drain(..) {
            idle.reset();
            self.idle.push(idle);
        }
    }
}

impl Idle {
    fn reset(&self) {
        // SAFETY: the transaction is active, and nobody reads with it.
        unsafe { ffi::mdb_txn_reset(self.0) }
    }
}

/// The pool of one environment.
#[derive(Default)]
pub(super) struct ReadPool {
    slots: Mutex<Slots>,
    changed: Condvar,
}

impl ReadPool {
    /// A transaction at the last commit, and how old it is.
    fn take(&self, env: &Env) -> Result<(*mut ffi::MDB_txn, u64)> {
        let (idle, age) = {
            let mut slots = self.slots.lock();
            while slots.paused {
                self.changed.wait(&mut slots);
            }
            slots.active += 1;
            if let Some(Idle(txn)) = slots.fresh.pop() {
                return Ok((txn, slots.age));
            }
            // Asked before it begins: a commit meanwhile makes it old, though it may have seen that.
            (slots.idle.pop(), slots.age)
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
            self.leave(|_| ());
        }
        Ok((begun?, age))
    }

    fn leave(&self, put: impl FnOnce(&mut Slots)) {
        let mut slots = self.slots.lock();
        put(&mut slots);
        slots.active -= 1;
        if slots.paused {
            self.changed.notify_all();
        }
    }

    /// Takes an active transaction back.
    fn put(&self, txn: Idle, age: u64) {
        self.leave(|slots| {
            if slots.keeps_fresh && slots.age == age {
                slots.fresh.push(txn);
            } else {
                txn.reset();
                slots.idle.push(txn);
            }
        });
    }

    /// Something has been committed: whoever begins to read from now on sees it.
    pub(super) fn renew(&self) {
        self.slots.lock().end_fresh();
    }

    /// Whether all commits from here on are this process's own, and told by [`renew`](Self::renew).
    pub(super) fn keep_fresh(&self, keeps: bool) {
        let mut slots = self.slots.lock();
        slots.keeps_fresh = keeps;
        slots.end_fresh();
    }

    /// From here on an active transaction only keeps its pages.
    fn hold(&self) {
        self.leave(|slots| slots.held += 1);
    }

    /// Takes back a transaction that kept its pages.
    fn let_go(&self, txn: Idle) {
        let mut slots = self.slots.lock();
        txn.reset();
        slots.idle.push(txn);
        slots.held -= 1;
        if slots.paused {
            self.changed.notify_all();
        }
    }

    /// Runs `action` while this process does not use the map, or the environment; `None` if those who
    /// do did not come to an end within `patience`.
    pub(super) fn while_quiet<R>(
        &self,
        what: Quiet,
        patience: Duration,
        action: impl FnOnce() -> R,
    ) -> Option<R> {
        let deadline = Instant::now() + patience;
        let mut slots = self.slots.lock();
        while slots.paused {
            self.changed.wait(&mut slots);
        }
        slots.paused = true;
        slots.end_fresh();
        while slots.is_in_use(what) {
            if self.changed.wait_until(&mut slots, deadline).timed_out() && slots.is_in_use(what) {
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
        let idle = {
            let mut slots = self.slots.lock();
            slots.end_fresh();
            std::mem::take(&mut slots.idle)
        };
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
    age: u64,
    env: E,
}

// SAFETY: see `Idle`: with MDB_NOTLS the transaction may move between threads. It is not `Sync`.
unsafe impl<E: Deref<Target = Env> + Send> Send for ReadTxn<E> {}

impl<E: Deref<Target = Env>> ReadTxn<E> {
    pub(super) fn take(env: E) -> Result<Self> {
        let (raw, age) = env.pool().take(&env)?;
        Ok(Self { raw, age, env })
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
        self.env.pool().put(Idle(self.raw), self.age);
    }
}

/// A commit whose pages are kept until this is dropped. Nothing is read through it, so that the map may
/// grow meanwhile.
pub(super) struct Hold<'e> {
    raw: *mut ffi::MDB_txn,
    env: &'e Env,
}

impl<'e> Hold<'e> {
    pub(super) fn of(txn: ReadTxn<&'e Env>) -> Self {
        let txn = std::mem::ManuallyDrop::new(txn);
        txn.env.pool().hold();
        Self { raw: txn.raw, env: txn.env }
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        if !super::forked() {
            self.env.pool().let_go(Idle(self.raw));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lmdb::EnvOptions;

    #[test]
    fn the_map_grows_beside_who_keeps_pages() {
        let folder = tempfile::tempdir().expect("a folder");
        let env = Env::open(folder.path(), &EnvOptions::scratch(1 << 20)).expect("it opens");
        let quiet = |what| env.pool().while_quiet(what, Duration::from_millis(20), || ()).is_some();
        let hold = Hold::of(env.read().expect("it reads"));
        assert_eq!((quiet(Quiet::Map), quiet(Quiet::Environment)), (true, false));
        let before = env.info().map_size;
        env.grow().expect("nobody uses the map");
        assert_eq!(env.info().map_size, 2 * before);
        let reads = env.read().expect("it reads");
        assert_eq!((quiet(Quiet::Map), quiet(Quiet::Environment)), (false, false));
        drop((hold, reads));
        assert!(quiet(Quiet::Environment));
    }

    fn resting(env: &Env) -> (usize, usize) {
        let slots = env.pool().slots.lock();
        (slots.fresh.len(), slots.idle.len())
    }

    #[test]
    fn who_begins_after_a_commit_sees_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = EnvOptions::scratch(1 << 20);
        let env = Env::open(folder.path(), &options).expect("it opens");
        let table = env.main_table().expect("it has one");
        let read = || env.read().expect("it reads");
        let write = |value: u8| {
            let mut txn = env.write().expect("it writes");
            txn.put(table, b"key", &[value]).expect("there is room");
            txn.commit().expect("it commits");
        };
        let row =
            |txn: &ReadTxn<&Env>| txn.get(table, b"key").expect("it reads").map(<[u8]>::to_vec);
        write(1);
        drop(read());
        assert_eq!(resting(&env), (0, 1), "others may commit: nothing rests at a state");
        env.set_only_writer(true);
        let (old, other) = (read(), read());
        drop(other);
        assert_eq!(resting(&env), (1, 0));
        write(2);
        assert_eq!(resting(&env), (0, 1), "a commit leaves nothing at the state before");
        assert_eq!((row(&old), row(&read())), (Some(vec![1]), Some(vec![2])));
        drop(old);
        assert_eq!(row(&read()), Some(vec![2]), "what began before the commit is not fresh");
        assert_eq!(resting(&env), (1, 1));
        env.grow().expect("nothing is read");
        assert_eq!(row(&read()), Some(vec![2]));
        env.set_only_writer(false);
        assert_eq!(resting(&env), (0, 2));
    }
}
