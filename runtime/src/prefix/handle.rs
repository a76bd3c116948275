//! The handle of an open prefix.

use std::{
    fmt,
    ops::{Bound, RangeBounds},
    panic::Location,
    sync::Arc,
    time::SystemTime,
};

use uuid::Uuid;

use crate::{
    AnyMemo, Error, History, Memo, OrPanic, Result,
    class::{Class, Singleton},
    derived::StoredClass,
    lmdb::Reader,
    object::{CacheStats, Objects, Token},
    store::{Space, StateNum, StateRow},
};

use super::{open::OpenPrefix, state::State};

/// An open prefix of a workspace, which it keeps open.
#[derive(Clone)]
pub struct Prefix {
    open: Arc<OpenPrefix>,
    _token: Token,
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prefix({:?})", self.name())
    }
}

impl Prefix {
    pub(crate) fn new(open: Arc<OpenPrefix>) -> Self {
        let token = Token::new(open.objects.shared());
        Self { open, _token: token }
    }

    pub(super) fn open(&self) -> &OpenPrefix {
        &self.open
    }

    /// What collections, queries and snapshots work on.
    #[doc(hidden)]
    pub fn objects(&self) -> &Arc<Objects> {
        &self.open.objects
    }

    /// Two handles of one open prefix.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.open, &other.open)
    }

    /// The prefix's name.
    pub fn name(&self) -> &str {
        self.open.objects.name()
    }

    /// The number of the last committed state; of a view that does not follow by itself, of the one
    /// that it shows.
    pub fn state(&self) -> u64 {
        // What can't be read now is reported by what reads it.
        drop(self.open.objects.follow());
        self.open.objects.seen().state()
    }

    /// The oldest state that can be travelled to; state 0 is the time before everything.
    pub fn oldest_state(&self) -> Result<u64> {
        self.open.objects.follow()?;
        Ok(self.open.objects.store().head().oldest.0)
    }

    /// Makes an object here.
    ///
    /// # Panics
    /// As [`Memo::new`]; see [`try_create`](Self::try_create).
    #[track_caller]
    pub fn create<T: Class>(&self, value: T) -> Memo<T> {
        self.try_create(value).or_panic()
    }

    /// As [`create`](Self::create), with the failure as a value.
    #[track_caller]
    pub fn try_create<T: Class>(&self, value: T) -> Result<Memo<T>> {
        Memo::make(&self.open.objects, value)
    }

    /// The object of this uuid, if it is here and of this class.
    pub fn fetch<T: Class>(&self, uuid: Uuid) -> Result<Memo<T>> {
        self.open.objects.fetch(uuid)
    }

    /// There is an object of this uuid and class here, be it that it can be read or not.
    pub fn exists<T: Class>(&self, uuid: Uuid) -> Result<bool> {
        self.open.objects.has::<T>(uuid)
    }

    /// The object of this uuid, of whatever class, if it is here.
    pub fn fetch_any(&self, uuid: Uuid) -> Result<AnyMemo> {
        self.open.objects.fetch_any(uuid)
    }

    /// The singleton of its class here ([`Error::NoSingleton`] if there is none).
    pub fn fetch_singleton<T: Singleton>(&self) -> Result<Memo<T>> {
        self.open.objects.singleton()
    }

    /// There is a singleton of this class here.
    pub fn has_singleton<T: Singleton>(&self) -> bool {
        self.fetch_singleton::<T>().is_ok()
    }

    /// The singleton of its class here; made by `make` if there is none.
    #[track_caller]
    pub fn singleton<T: Singleton>(&self, make: impl FnOnce() -> T) -> Memo<T> {
        Memo::singleton_in(&self.open.objects, make).or_panic()
    }

    /// As [`singleton`](Self::singleton), with the failure as a value.
    pub fn try_singleton<T: Singleton>(&self, make: impl FnOnce() -> T) -> Result<Memo<T>> {
        Memo::singleton_in(&self.open.objects, make)
    }

    /// Who has slots for reading in the file, in all processes.
    pub fn readers(&self) -> Result<Vec<Reader>> {
        self.check_open()?;
        self.open.objects.store().readers()
    }

    /// How large the file is, and how much of it is in use: as of the last commit, in some pages' time.
    pub fn space(&self) -> Result<Space> {
        self.check_open()?;
        self.open.objects.store().space()
    }

    /// Frees the slots of readers that died. Writers do it every few seconds, before the file grows,
    /// and when slots run short; whoever opens the prefix does it too.
    pub fn clear_dead_readers(&self) -> Result<()> {
        self.check_open()?;
        self.open.objects.store().clear_stale_readers();
        Ok(())
    }

    /// The classes that are here, by name; see `db0::classes`.
    pub fn classes(&self) -> Result<Vec<StoredClass>> {
        StoredClass::all(&self.open.objects)
    }

    /// How much of the prefix is kept in memory.
    pub fn cache_stats(&self) -> CacheStats {
        self.open.objects.cache_stats()
    }

    /// Lets go of all objects that nobody uses at present.
    pub fn clear_cache(&self) {
        self.open.objects.clear_cache();
    }

    /// Changes how much memory objects may take that nobody uses at present.
    pub fn set_cache_size(&self, bytes: usize) {
        self.open.objects.set_cache_size(bytes);
    }

    /// Why the last commit failed, if it did. Everything pending is kept and tried again.
    pub fn failure(&self) -> Option<Arc<Error>> {
        self.open.objects.health().failure()
    }

    /// Committed states, newest last: those that the history still has.
    pub fn states(&self, range: impl RangeBounds<u64>) -> Result<Vec<State>> {
        let store = self.open.objects.store();
        self.open.objects.follow()?;
        // A view of this thread knows no later ones.
        let last_state = self.state();
        let head = store.head();
        let first = match range.start_bound() {
            Bound::Included(first) => *first,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let last = match range.end_bound() {
            Bound::Included(last) => *last,
            Bound::Excluded(after) => after.saturating_sub(1),
            Bound::Unbounded => last_state,
        };
        let kept = first.max(head.oldest.0).max(1)..=last.min(last_state);
        let mut states = Vec::new();
        for number in kept {
            // Without a history the present has no row of its own: how much it changed is not kept.
            let present = StateRow { time_ns: head.time_ns, ..StateRow::default() };
            let present = (number == head.state.0).then_some(present);
            let row = store.state_row(StateNum(number))?.or(present);
            states.extend(row.map(|row| State::new(number, row)));
        }
        Ok(states)
    }

    /// The last state that had been committed at a moment; [`Error::Pruned`] if the history does
    /// not go back that far.
    pub fn state_at(&self, time: SystemTime) -> Result<u64> {
        let store = self.open.objects.store();
        self.open.objects.follow()?;
        let last_state = self.state();
        let head = store.head();
        let (mut low, mut high) = (head.oldest.0.min(last_state), last_state);
        // States rise with their times: the first one after `time` is found by halving.
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let row = store.state_row(StateNum(middle))?;
            let is_after = row.is_none_or(|row| State::new(middle, row).time > time);
            if is_after { high = middle - 1 } else { low = middle }
        }
        // State 0 is the time before everything.
        let is_there = low > head.oldest.0 || low == 0 || {
            let row = store.state_row(head.oldest)?;
            // A history that was off has no row for the state that it begins with.
            let is_last = head.oldest == head.state;
            let row =
                row.or(is_last.then(|| StateRow { time_ns: head.time_ns, ..StateRow::default() }));
            row.is_some_and(|row| State::new(low, row).time <= time)
        };
        if is_there { Ok(low) } else { Err(Error::Pruned { oldest: head.oldest.0 }) }
    }

    /// Changes how much of the past is kept, from the next commit on.
    pub fn set_history(&self, history: History) -> Result<()> {
        self.open.objects.check_writable()?;
        self.open.objects.store().retention().set(history);
        Ok(())
    }

    /// Builds anew what is kept of the fields of a class: its indexed and unique fields, and its tags
    /// by field. That is never needed, but after objects could not be read for a time.
    ///
    /// What was published is committed before, and what is built afterwards. Nobody writes in the
    /// workspace meanwhile; conditions look into the objects until it is done.
    #[track_caller]
    pub fn rebuild_indexes<T: Class>(&self) -> Result<()> {
        let objects = &self.open.objects;
        let _turn = objects.borrow_turn(Location::caller())?;
        self.commit()?;
        objects.rebuild::<T>()?;
        self.commit().map(drop)
    }

    /// Refuses if it has been closed.
    #[doc(hidden)]
    pub fn check_open(&self) -> Result<()> {
        self.open.objects.check_usable()
    }

    /// Commits what waits here; gives the state it is in.
    pub fn commit(&self) -> Result<u64> {
        self.check_can_commit()?;
        match self.open.committer() {
            Some(committer) => match committer.commit() {
                // Another thread gives up the right to write: it has committed everything.
                Err(Error::Closed { .. }) if self.open.committer().is_none() => Ok(self.state()),
                other => other.map(|state| state.0),
            },
            None => Ok(self.state()),
        }
    }

    pub(super) fn check_can_commit(&self) -> Result<()> {
        self.check_can("a commit")
    }

    /// Refuses what commits where a commit can't be.
    pub(super) fn check_can(&self, operation: &'static str) -> Result<()> {
        self.check_open()?;
        let shared = self.open.objects.shared();
        shared.refuse_in_guard(operation)?;
        if shared.in_atomic() {
            return Err(Error::Misuse { operation, situation: "inside an atomic".into() });
        }
        Ok(())
    }
}
