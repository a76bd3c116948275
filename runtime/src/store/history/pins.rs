//! States in use: what pruning leaves readable for as long as somebody looks at it.

use std::{
    ops::Bound,
    path::{Path, PathBuf},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    board::{Keeper, Registrant},
    pinned::{Others, Pinned},
};
use crate::{Error, Result, store::num::StateNum, sync::Mutex};

/// How late other processes are told exactly what is in use: opening and closing snapshots must not
/// cost a file access each. Until then they keep everything from a new one on.
const TOLD_AFTER: Duration = Duration::from_millis(100);
/// A state that is followed is told anew after this, if there is a later one.
const FOLLOWED_FOR: Duration = Duration::from_secs(5);

/// The pins of one open prefix.
#[derive(Debug)]
pub(crate) struct Pins {
    pinned: Mutex<Pinned>,
    /// States are forgotten by another process.
    is_reader: AtomicBool,
    has_left: AtomicBool,
    prefix: PathBuf,
    me: Weak<Self>,
}

/// A state in use, until it is dropped.
#[derive(Debug)]
pub(crate) struct Pin {
    pins: Arc<Pins>,
    state: StateNum,
}

impl Pins {
    fn new(prefix: &Path, pinned: Pinned, is_reader: bool) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            pinned: Mutex::new(pinned),
            is_reader: AtomicBool::new(is_reader),
            has_left: AtomicBool::new(false),
            prefix: prefix.into(),
            me: me.clone(),
        })
    }

    /// Of a process that may forget states.
    pub(in crate::store) fn of_writer(prefix: &Path, oldest: StateNum) -> Arc<Self> {
        let keeper = Keeper::open(prefix, oldest).map(Others::Keeper);
        Self::new(prefix, Pinned::new(oldest, keeper), false)
    }

    /// Of one that reads what another one writes. It follows no state yet.
    pub(in crate::store) fn of_reader(prefix: &Path, oldest: StateNum) -> Arc<Self> {
        let registrant = Registrant::open(prefix).map(Others::Registrant);
        Self::new(prefix, Pinned::new(oldest, registrant), true)
    }

    /// From here on another process may forget states: it is told which ones are in use, and that
    /// `state` is followed. The caller still has the right to write.
    pub(in crate::store) fn begin_following(&self, state: StateNum) {
        let mut pinned = self.pinned.lock();
        pinned.followed = state;
        let opened = Registrant::open(&self.prefix);
        let opened =
            opened.map_err(|error| Error::io("registering states in", &self.prefix, &error));
        let told = opened.and_then(|registrant| {
            pinned.others = Others::Registrant(registrant);
            pinned.settle()
        });
        if let Err(error) = told {
            tracing::warn!("states in use are not registered: {error}");
            pinned.others = Others::Unknown;
        }
        self.is_reader.store(true, Ordering::Relaxed);
    }

    /// From here on this process alone may forget states.
    pub(in crate::store) fn end_following(&self, oldest: StateNum) {
        let mut pinned = self.pinned.lock();
        pinned.floor = oldest;
        pinned.followed = super::board::NONE;
        pinned.others = Others::Unknown;
        pinned.knows_elsewhere = false;
        pinned.may_have_kept = true;
        self.is_reader.store(false, Ordering::Relaxed);
    }

    /// The prefix is closed: nothing is used, or forgotten, any more.
    pub(crate) fn leave(&self) {
        self.has_left.store(true, Ordering::Relaxed);
        self.pinned.lock().others = Others::Unknown;
    }

    /// States that are in use are kept no longer: the prefix is closed.
    #[inline]
    pub(crate) fn have_left(&self) -> bool {
        self.has_left.load(Ordering::Relaxed)
    }

    /// Uses a state, unless it has been pruned.
    pub(crate) fn pin(self: &Arc<Self>, state: StateNum) -> Result<Pin> {
        let mut pinned = self.pinned.lock();
        // A state that is in use is kept, however old it is.
        if !pinned.states.contains_key(&state) && !pinned.is_listed(state) {
            if state < pinned.floor {
                return Err(Error::Pruned { oldest: pinned.floor.0 });
            }
            if pinned.others.told().is_some_and(|told| state < told.from) {
                pinned.tell(state)?;
                self.settle_soon(&mut pinned);
            }
        }
        *pinned.states.entry(state).or_default() += 1;
        Ok(Pin { pins: self.clone(), state })
    }

    /// A view goes on to a state that another process has committed; [`Error::Pruned`] if that has
    /// been forgotten meanwhile.
    pub(crate) fn follow(&self, state: StateNum) -> Result<()> {
        let mut pinned = self.pinned.lock();
        let before = std::mem::replace(&mut pinned.followed, state);
        let Others::Registrant(registrant) = &pinned.others else { return Ok(()) };
        if registrant.told.followed <= state && registrant.told_at.elapsed() < FOLLOWED_FOR {
            self.settle_soon(&mut pinned);
            return Ok(());
        }
        let told = pinned.tell(super::board::NONE);
        if told.is_err() {
            pinned.followed = before;
        }
        self.settle_soon(&mut pinned);
        told
    }

    /// The state that is followed is one to stay at.
    pub(crate) fn hold_still(&self) -> Result<()> {
        let mut pinned = self.pinned.lock();
        pinned.holds_still = true;
        pinned.tell(super::board::NONE)?;
        self.settle_soon(&mut pinned);
        Ok(())
    }

    /// Has it told to other processes, before long, what is in use by then.
    fn settle_soon(&self, pinned: &mut Pinned) {
        if pinned.others.told().is_none() || pinned.telling || crate::lmdb::forked() {
            return;
        }
        let me = self.me.clone();
        let tell = move || {
            std::thread::sleep(TOLD_AFTER);
            let Some(me) = me.upgrade() else { return };
            let mut pinned = me.pinned.lock();
            pinned.telling = false;
            // What can't be told now is told with the next change; until then too much is kept.
            if let Err(error) = pinned.settle() {
                tracing::debug!("states in use are not registered: {error}");
            }
        };
        pinned.telling = std::thread::Builder::new().name("db0 pins".into()).spawn(tell).is_ok();
    }

    /// Lets no state before `wanted` be pinned from now on: or, if other processes read everything
    /// from an older one on, none before that. Gives the state from which on everything is kept, and
    /// whether older ones are in use. `oldest` is the oldest state so far.
    pub(in crate::store) fn close_before(
        &self,
        wanted: StateNum,
        oldest: StateNum,
    ) -> (StateNum, bool) {
        let mut pinned = self.pinned.lock();
        let mut closed = wanted;
        if wanted > oldest || pinned.may_have_kept {
            match pinned.look(&self.prefix, wanted) {
                Ok(()) => closed = wanted.min(pinned.elsewhere.from).max(oldest),
                Err(error) => {
                    tracing::warn!("nothing is forgotten: states in use can't be read: {error}");
                    closed = oldest;
                }
            }
        }
        pinned.floor = closed;
        (closed, !pinned.states.is_empty() || !pinned.elsewhere.listed.is_empty())
    }

    /// States from `oldest` on can be pinned: what was to be forgotten is not, or has been.
    pub(in crate::store) fn open_from(&self, oldest: StateNum) {
        let mut pinned = self.pinned.lock();
        if pinned.floor != oldest {
            pinned.floor = oldest;
            if let Others::Keeper(keeper) = &mut pinned.others
                && let Err(error) = keeper.set_floor(oldest)
            {
                tracing::warn!("other processes can't register state {oldest}: {error}");
            }
        }
    }

    /// From this state on other processes were found to read everything.
    pub(in crate::store) fn read_elsewhere(&self) -> StateNum {
        self.pinned.lock().elsewhere.from
    }

    /// Looks again which states other processes read.
    pub(in crate::store) fn look_elsewhere(&self) {
        let mut pinned = self.pinned.lock();
        let floor = pinned.floor;
        if let Err(error) = pinned.look(&self.prefix, floor) {
            tracing::debug!("states in use can't be read: {error}");
        }
    }

    /// The oldest state that can be pinned.
    pub(in crate::store) fn floor(&self) -> StateNum {
        self.pinned.lock().floor
    }

    /// States are forgotten by another process.
    pub(in crate::store) fn is_reader(&self) -> bool {
        self.is_reader.load(Ordering::Relaxed)
    }

    /// No single state is looked at, by anybody.
    pub(in crate::store) fn is_empty(&self) -> bool {
        let pinned = self.pinned.lock();
        pinned.states.is_empty() && pinned.elsewhere.listed.is_empty() && !pinned.holds_still
    }

    /// What this state shows is there for this process, also where everybody else has forgotten it.
    pub(in crate::store) fn keeps(&self, state: StateNum) -> bool {
        let pinned = self.pinned.lock();
        match pinned.others.told() {
            Some(told) => told.listed.contains(&state),
            // Who reads and can't register has no say in what is forgotten.
            None => !self.is_reader() && pinned.states.contains_key(&state),
        }
    }

    /// Nobody looks at this state, as far as that is known.
    pub(in crate::store) fn is_unused(&self, state: StateNum) -> bool {
        let pinned = self.pinned.lock();
        pinned.knows_elsewhere && pinned.used(state..=state).is_empty()
    }

    /// The states in use that are older than `state`.
    pub(in crate::store) fn before(&self, state: StateNum) -> Vec<StateNum> {
        self.pinned.lock().used(..state)
    }

    /// A state before this one is in use.
    pub(crate) fn has_before(&self, state: StateNum) -> bool {
        !self.before(state).is_empty()
    }

    /// The states in use that see a row which was written at `stamp` and replaced at `replaced`.
    pub(in crate::store) fn that_see(&self, stamp: StateNum, replaced: StateNum) -> Vec<StateNum> {
        if stamp >= replaced {
            return Vec::new();
        }
        self.pinned.lock().used((Bound::Included(stamp), Bound::Excluded(replaced)))
    }

    /// Rows may have been put aside for states in use.
    pub(in crate::store) fn may_have_kept(&self) -> bool {
        self.pinned.lock().may_have_kept
    }

    pub(in crate::store) fn set_may_have_kept(&self, they_may: bool) {
        self.pinned.lock().may_have_kept = they_may;
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut pinned = self.pins.pinned.lock();
        if let Some(count) = pinned.states.get_mut(&self.state) {
            *count -= 1;
            if *count == 0 {
                pinned.states.remove(&self.state);
                self.pins.settle_soon(&mut pinned);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_can_be_used_again_and_nothing_older_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let pins = Pins::of_writer(folder.path(), StateNum(0));
        let five = pins.pin(StateNum(5)).expect("nothing is pruned");
        assert_eq!(pins.close_before(StateNum(8), StateNum(0)), (StateNum(8), true));
        assert!(pins.pin(StateNum(4)).is_err());
        let again = pins.pin(StateNum(5)).expect("in use");
        assert_eq!(pins.that_see(StateNum(3), StateNum(6)), [StateNum(5)]);
        assert!(pins.that_see(StateNum(6), StateNum(9)).is_empty());
        drop(five);
        assert!(!pins.is_unused(StateNum(5)));
        drop(again);
        assert!(pins.is_empty() && pins.pin(StateNum(5)).is_err());
    }

    #[test]
    fn what_others_read_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = Pins::of_writer(folder.path(), StateNum(0));
        let reader = Pins::of_reader(folder.path(), StateNum(0));
        reader.follow(StateNum(6)).expect("it is there");
        let five = reader.pin(StateNum(5)).expect("it is there");
        // Everything at first, and what it shows soon after.
        assert_eq!(writer.close_before(StateNum(8), StateNum(0)), (StateNum(5), false));
        assert!(matches!(reader.pin(StateNum(4)), Err(Error::Pruned { oldest: 5 })));
        std::thread::sleep(3 * TOLD_AFTER);
        assert_eq!(writer.close_before(StateNum(8), StateNum(5)), (StateNum(6), true));
        assert_eq!(writer.that_see(StateNum(3), StateNum(6)), [StateNum(5)]);
        let again = reader.pin(StateNum(5)).expect("it is in use");
        drop((five, again));
        std::thread::sleep(3 * TOLD_AFTER);
        assert_eq!(writer.close_before(StateNum(8), StateNum(6)), (StateNum(6), false));
        assert!(writer.is_unused(StateNum(5)));
        drop(reader);
        assert_eq!(writer.close_before(StateNum(8), StateNum(6)), (StateNum(8), false));
    }

    #[test]
    fn who_can_t_register_is_kept_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(crate::store::history::board::FOLDER), "")
            .expect("a file");
        let reader = Pins::of_reader(folder.path(), StateNum(0));
        let _five = reader.pin(StateNum(5)).expect("as far as is known");
        assert!(!reader.keeps(StateNum(5)));
    }

    #[test]
    fn more_states_than_can_be_listed_are_kept_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let writer = Pins::of_writer(folder.path(), StateNum(0));
        let reader = Pins::of_reader(folder.path(), StateNum(0));
        reader.follow(StateNum(10_000)).expect("it is there");
        let pins: Vec<_> =
            (1..=5000).map(|state| reader.pin(StateNum(state)).expect("it is there")).collect();
        std::thread::sleep(3 * TOLD_AFTER);
        let oldest = StateNum(4097);
        assert_eq!(writer.close_before(StateNum(9000), StateNum(0)), (oldest, true));
        assert_eq!(writer.before(oldest).len(), 4096);
        drop(pins);
        std::thread::sleep(3 * TOLD_AFTER);
        assert_eq!(writer.close_before(StateNum(9000), oldest), (StateNum(9000), false));
    }

    #[test]
    fn who_gives_up_writing_is_kept_what_he_uses() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Pins::of_writer(folder.path(), StateNum(0));
        let _three = first.pin(StateNum(3)).expect("nothing is pruned");
        assert_eq!(first.close_before(StateNum(8), StateNum(0)), (StateNum(8), true));
        first.begin_following(StateNum(9));
        assert!(first.keeps(StateNum(3)));
        let second = Pins::of_writer(folder.path(), StateNum(8));
        assert_eq!(second.close_before(StateNum(8), StateNum(8)), (StateNum(8), true));
        assert_eq!(second.before(StateNum(5)), [StateNum(3)]);
    }
}
