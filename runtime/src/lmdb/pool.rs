//! Read transactions, kept in a pool of reader slots.
//!
//! One that is returned is reset at once, since it would keep the file from using its free pages
//! again: it would be a long reader. Only where all commits are this process's own it stays as it is
//! until the next one, and begins again at no cost.

use std::{
    cell::Cell,
    marker::PhantomData,
    mem::ManuallyDrop,
    ops::Deref,
    ptr,
    time::{Duration, Instant},
};

use lmdb_sys as ffi;

use super::{
    cursor::Cursor,
    cursors::Cursors,
    env::{Env, TableId},
    error::{Fault, Result},
    resting::{Aged, Resting},
};
use crate::sync::{Condvar, Mutex, thread_local};

thread_local! {
    /// How many transactions this thread reads with, of all environments.
    static READING: Cell<u32> = const { Cell::new(0) };
}

/// A transaction that owns its reader slot, and its cursors.
struct Reading {
    raw: *mut ffi::MDB_txn,
    cursors: Cursors,
}

// SAFETY: with MDB_NOTLS a read transaction is tied to its slot, not to a thread; it and its cursors
// may be used from any thread, one at a time, which owning the `Reading` guarantees.
unsafe impl Send for Reading {}

impl Reading {
    fn begin(env: *mut ffi::MDB_env) -> Result<Self> {
        begin(env).map(|raw| Self { raw, cursors: Cursors::default() })
    }

    fn reset(&self) {
        // SAFETY: the transaction is active, and nobody reads with it.
        unsafe { ffi::mdb_txn_reset(self.raw) }
    }

    /// Begins anew at the last commit, after a reset.
    fn renew(&mut self) -> Result<()> {
        self.cursors.begin_anew();
        // SAFETY: it is a reset read transaction that nobody else has.
        Fault::check(unsafe { ffi::mdb_txn_renew(self.raw) })
    }

    /// Ends it, which is reset.
    fn abort(mut self) {
        // SAFETY: the transaction is this one's alone, and ended once; its cursors go first.
        unsafe {
            self.cursors.close();
            ffi::mdb_txn_abort(self.raw);
        }
    }
}

type Taken = Box<Aged<Reading>>;

/// Nothing of it rests.
const NO_AGE: u64 = u64::MAX;

#[derive(Default)]
struct Slots {
    /// Reset.
    idle: Vec<Taken>,
    /// So many are not: they are used, or rest at the last commit.
    out: usize,
    /// Nobody else commits.
    keeps_fresh: bool,
    /// Keep the pages of a commit, and read nothing.
    held: usize,
    /// Somebody waits for the end of all reads: none begins but within another one, since whoever
    /// reads may have to read more before it comes to its end.
    paused: bool,
    /// They have ended. Growing the map unmaps it: nobody may begin to read until that is over.
    closed: bool,
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
        self.out > 0 || what == Quiet::Environment && self.held > 0
    }

    /// This thread need not wait before it begins to read.
    fn may_begin(&self) -> bool {
        !self.closed && (!self.paused || READING.get() > 0)
    }

    fn take_back(&mut self, taken: Taken) {
        taken.one.reset();
        self.idle.push(taken);
        self.out -= 1;
    }
}

/// The pool of one environment.
#[derive(Default)]
pub(super) struct ReadPool {
    slots: Mutex<Slots>,
    changed: Condvar,
    /// Still at the last commit.
    fresh: Resting<Reading>,
}

impl ReadPool {
    /// A transaction at the last commit.
    #[inline]
    fn take(&self, env: &Env) -> Result<Taken> {
        match self.fresh.take(|old| self.take_back(old)) {
            Some(fresh) => Ok(fresh),
            None => self.begin(env),
        }
    }

    #[cold]
    fn begin(&self, env: &Env) -> Result<Taken> {
        let (idle, age) = {
            let mut slots = self.slots.lock();
            while !slots.may_begin() {
                self.changed.wait(&mut slots);
            }
            slots.out += 1;
            // Asked before it begins: a commit meanwhile makes it old, though it may have seen that.
            // It must not rest either where somebody waits for all to come to an end.
            let rests = slots.keeps_fresh && !slots.paused;
            let age = if rests { self.fresh.age() } else { NO_AGE };
            (slots.idle.pop(), age)
        };
        let begun = match idle {
            Some(mut idle) => match idle.one.renew() {
                Ok(()) => {
                    idle.age = age;
                    Ok(idle)
                }
                Err(fault) => {
                    idle.one.abort();
                    Err(fault)
                }
            },
            None => env.raw().and_then(Reading::begin).map(|one| Box::new(Aged { age, one })),
        };
        if begun.is_err() {
            self.leave(|slots| slots.out -= 1);
        }
        begun
    }

    fn leave(&self, put: impl FnOnce(&mut Slots)) {
        let mut slots = self.slots.lock();
        put(&mut slots);
        if slots.paused {
            self.changed.notify_all();
        }
    }

    #[cold]
    fn take_back(&self, taken: Taken) {
        self.leave(|slots| slots.take_back(taken));
    }

    /// Takes an active transaction back.
    #[inline]
    fn put(&self, taken: Taken) {
        self.fresh.put(taken, |old| self.take_back(old));
    }

    /// From here on a transaction that began before is not at the last commit any more, or may not be.
    fn end_fresh(&self, slots: &mut Slots) {
        self.fresh.end_age(|old| slots.take_back(old));
    }

    /// Something has been committed: whoever begins to read from now on sees it.
    pub(super) fn renew(&self) {
        self.end_fresh(&mut self.slots.lock());
    }

    /// Whether all commits from here on are this process's own, and told by [`renew`](Self::renew).
    pub(super) fn keep_fresh(&self, keeps: bool) {
        let mut slots = self.slots.lock();
        slots.keeps_fresh = keeps;
        self.end_fresh(&mut slots);
    }

    /// From here on an active transaction only keeps its pages.
    fn hold(&self) {
        self.leave(|slots| {
            slots.out -= 1;
            slots.held += 1;
        });
    }

    /// Takes back a transaction that kept its pages.
    fn let_go(&self, held: Taken) {
        self.leave(|slots| {
            held.one.reset();
            slots.idle.push(held);
            slots.held -= 1;
        });
    }

    /// Somebody of this process keeps pages.
    pub(super) fn is_held(&self) -> bool {
        self.slots.lock().held > 0
    }

    /// This thread is in the middle of reading. (If it reads another environment, and another thread
    /// this one, that is not told apart.)
    pub(super) fn is_read_here(&self) -> bool {
        let mut slots = self.slots.lock();
        self.end_fresh(&mut slots);
        slots.out > 0 && READING.get() > 0
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
        self.end_fresh(&mut slots);
        while slots.is_in_use(what) {
            if self.changed.wait_until(&mut slots, deadline).timed_out() && slots.is_in_use(what) {
                slots.paused = false;
                self.changed.notify_all();
                return None;
            }
        }
        // Whoever wants to begin waits for `closed`; the lock itself is free for `action`.
        slots.closed = true;
        drop(slots);
        let result = action();
        let mut slots = self.slots.lock();
        (slots.paused, slots.closed) = (false, false);
        drop(slots);
        self.changed.notify_all();
        Some(result)
    }

    /// Runs `ask` while the environment is neither resized nor reopened.
    pub(super) fn while_open<R>(&self, ask: impl FnOnce() -> R) -> R {
        let mut slots = self.slots.lock();
        while !slots.may_begin() {
            self.changed.wait(&mut slots);
        }
        ask()
    }

    /// Ends the idle transactions; called when the environment closes.
    pub(super) fn drain(&self) {
        let idle = {
            let mut slots = self.slots.lock();
            self.end_fresh(&mut slots);
            std::mem::take(&mut slots.idle)
        };
        idle.into_iter().for_each(|idle| idle.one.abort());
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
/// `E` is `&Env` for short reads and `Arc<Env>` for those that outlive the borrow. It belongs to its
/// thread.
pub(crate) struct ReadTxn<E: Deref<Target = Env>> {
    taken: ManuallyDrop<Taken>,
    env: E,
    not_send: PhantomData<*const ()>,
}

impl<E: Deref<Target = Env>> ReadTxn<E> {
    #[inline]
    pub(super) fn take(env: E) -> Result<Self> {
        let taken = ManuallyDrop::new(env.pool().take(&env)?);
        READING.set(READING.get() + 1);
        Ok(Self { taken, env, not_send: PhantomData })
    }

    pub(super) fn raw(&self) -> *mut ffi::MDB_txn {
        self.taken.one.raw
    }

    /// LMDB's number of the state that this transaction sees.
    pub(crate) fn id(&self) -> u64 {
        // SAFETY: it is an active transaction.
        unsafe { ffi::mdb_txn_id(self.raw()) as u64 }
    }

    /// The value at `key`, straight from the map.
    #[inline]
    pub(crate) fn get(&self, table: TableId, key: &[u8]) -> Result<Option<&[u8]>> {
        // SAFETY: read-only, alive as long as `self` is borrowed, and never written to; the cursors are
        // this transaction's.
        unsafe { self.taken.one.cursors.get(self.raw(), table, key) }
    }

    /// A cursor on `table`.
    pub(crate) fn cursor(&self, table: TableId) -> Result<Cursor<'_>> {
        // SAFETY: as in `get`.
        unsafe { Cursor::open(self.raw(), table) }
    }

    /// Ends it without giving the transaction back.
    fn into_taken(self) -> (Taken, E) {
        READING.set(READING.get() - 1);
        let this = ManuallyDrop::new(self);
        // SAFETY: both are read once, and `this` is never dropped.
        unsafe { (ptr::read(&raw const *this.taken), ptr::read(&raw const this.env)) }
    }
}

impl<E: Deref<Target = Env>> Drop for ReadTxn<E> {
    #[inline]
    fn drop(&mut self) {
        READING.set(READING.get() - 1);
        if super::forked() {
            return; // the slot is the parent's
        }
        // SAFETY: it is taken once, and not used again.
        let taken = unsafe { ManuallyDrop::take(&mut self.taken) };
        self.env.pool().put(taken);
    }
}

/// A commit whose pages are kept until this is dropped. Nothing is read through it, so that the map may
/// grow meanwhile.
pub(super) struct Hold<'e> {
    taken: Option<Taken>,
    env: &'e Env,
}

impl<'e> Hold<'e> {
    pub(super) fn of(txn: ReadTxn<&'e Env>) -> Self {
        let (taken, env) = txn.into_taken();
        env.pool().hold();
        Self { taken: Some(taken), env }
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        if let Some(taken) = self.taken.take().filter(|_| !super::forked()) {
            self.env.pool().let_go(taken);
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

    #[test]
    fn who_reads_is_not_kept_from_it_by_those_who_wait_for_its_end() {
        const LONG: Duration = Duration::from_mins(1);
        let folder = tempfile::tempdir().expect("a folder");
        let env = Env::open(folder.path(), &EnvOptions::scratch(1 << 20)).expect("it opens");
        env.set_only_writer(true);
        let outer = env.read().expect("it reads");
        std::thread::scope(|scope| {
            let waits = scope.spawn(|| env.pool().while_quiet(Quiet::Map, LONG, || ()));
            while !env.pool().slots.lock().paused {
                std::thread::yield_now();
            }
            let later = scope.spawn(|| env.read().map(|read| read.id()).expect("it reads"));
            // What looks into an object may look into others.
            let inner = env.read().expect("it reads");
            assert_eq!(env.info().map_size, 1 << 20);
            drop((inner, outer));
            assert!(waits.join().expect("it ends").is_some());
            later.join().expect("it ends");
        });
    }

    fn resting(env: &Env) -> (usize, usize) {
        (env.pool().fresh.count(), env.pool().slots.lock().idle.len())
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
