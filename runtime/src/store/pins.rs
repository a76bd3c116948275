//! States in use: what pruning leaves readable for as long as somebody looks at it.

use std::{
    collections::BTreeMap,
    io,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    board::{Keeper, NONE, Registrant},
    num::StateNum,
};
use crate::{Error, Result, sync::Mutex};

/// How late it is told to other processes that a state is not in use any more: opening and closing
/// snapshots must not cost a file access each.
const TOLD_AFTER: Duration = Duration::from_millis(100);
/// A state that is followed is told anew after this, if there is a later one.
const FOLLOWED_FOR: Duration = Duration::from_secs(5);

/// The pins of one open prefix.
#[derive(Debug)]
pub(crate) struct Pins {
    pinned: Mutex<Pinned>,
    /// States are forgotten by another process.
    is_reader: AtomicBool,
    prefix: PathBuf,
    me: Weak<Self>,
}

#[derive(Debug)]
struct Pinned {
    /// How often each state is in use.
    states: BTreeMap<StateNum, usize>,
    /// States older than this can't be pinned any more.
    floor: StateNum,
    /// The oldest state that other processes were found to read.
    read_elsewhere: StateNum,
    others: Others,
    /// The state that a view follows which another process writes.
    followed: StateNum,
    /// What is followed does not move on by itself.
    holds_still: bool,
    /// A thread is about to tell what is in use.
    telling: bool,
}

/// How other processes are told, or asked.
#[derive(Debug)]
enum Others {
    /// Where nothing can be registered.
    Unknown,
    Keeper(Keeper),
    Registrant(Registrant),
}

/// A state in use, until it is dropped.
#[derive(Debug)]
pub(crate) struct Pin {
    pins: Arc<Pins>,
    state: StateNum,
}

impl Pinned {
    fn new(floor: StateNum, followed: StateNum, others: io::Result<Others>) -> Self {
        let others = others.unwrap_or_else(|error| {
            tracing::debug!("states in use can't be registered: {error}");
            Others::Unknown
        });
        Self {
            states: BTreeMap::new(),
            floor,
            read_elsewhere: NONE,
            others,
            followed,
            holds_still: false,
            telling: false,
        }
    }

    /// The oldest state that must be told to be pinned.
    fn oldest_pinned(&self) -> StateNum {
        // What this process has forgotten itself, but for its own, nobody else can keep.
        let oldest = self.states.range(self.floor..).next().map_or(NONE, |(state, _)| *state);
        if self.holds_still { oldest.min(self.followed) } else { oldest }
    }

    /// Tells other processes what is in use, and `state` besides.
    fn tell(&mut self, state: StateNum) -> Result<()> {
        let pinned = self.oldest_pinned().min(state);
        let Others::Registrant(registrant) = &mut self.others else { return Ok(()) };
        let told = registrant.tell(pinned, self.followed);
        told.map_err(|error| Error::io("registering a state in", super::board::FOLDER, &error))?
            .map_err(|oldest| Error::Pruned { oldest: oldest.0 })
    }
}

impl Pins {
    fn new(prefix: &Path, pinned: Pinned, is_reader: bool) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            pinned: Mutex::new(pinned),
            is_reader: AtomicBool::new(is_reader),
            prefix: prefix.into(),
            me: me.clone(),
        })
    }

    /// Of a process that may forget states.
    pub(super) fn of_writer(prefix: &Path, oldest: StateNum) -> Arc<Self> {
        let keeper = Keeper::open(prefix, oldest).map(Others::Keeper);
        Self::new(prefix, Pinned::new(oldest, NONE, keeper), false)
    }

    /// Of one that reads what another one writes. It follows no state yet.
    pub(super) fn of_reader(prefix: &Path, oldest: StateNum) -> Arc<Self> {
        let registrant = Registrant::open(prefix).map(Others::Registrant);
        Self::new(prefix, Pinned::new(oldest, NONE, registrant), true)
    }

    /// From here on another process may forget states: it is told which ones are in use, and that
    /// `state` is followed. States that this process itself has forgotten already end here.
    pub(super) fn begin_following(&self, state: StateNum) {
        let mut pinned = self.pinned.lock();
        pinned.followed = state;
        match Registrant::open(&self.prefix) {
            Ok(registrant) => {
                pinned.others = Others::Registrant(registrant);
                if let Err(error) = pinned.tell(NONE) {
                    tracing::warn!("states in use are not registered: {error}");
                }
            }
            Err(error) => {
                tracing::warn!("states in use can't be registered: {error}");
                pinned.others = Others::Unknown;
            }
        }
        self.is_reader.store(true, Ordering::Relaxed);
    }

    /// From here on this process alone may forget states.
    pub(super) fn end_following(&self, oldest: StateNum) {
        let mut pinned = self.pinned.lock();
        pinned.floor = oldest;
        pinned.followed = NONE;
        pinned.others = Others::Unknown;
        self.is_reader.store(false, Ordering::Relaxed);
    }

    /// The prefix is closed: nothing is used, or forgotten, any more.
    pub(crate) fn leave(&self) {
        self.pinned.lock().others = Others::Unknown;
    }

    /// Uses a state, unless it has been pruned.
    pub(crate) fn pin(self: &Arc<Self>, state: StateNum) -> Result<Pin> {
        let mut pinned = self.pinned.lock();
        // A state that is in use is kept, however old it is.
        if !pinned.states.contains_key(&state) {
            if state < pinned.floor {
                return Err(Error::Pruned { oldest: pinned.floor.0 });
            }
            if let Others::Registrant(registrant) = &pinned.others
                && state < registrant.pinned
            {
                pinned.tell(state)?;
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
        if registrant.followed <= state && registrant.told.elapsed() < FOLLOWED_FOR {
            self.tell_soon(&mut pinned);
            return Ok(());
        }
        let told = pinned.tell(NONE);
        if told.is_err() {
            pinned.followed = before;
        }
        told
    }

    /// The state that is followed is one to stay at.
    pub(crate) fn hold_still(&self) -> Result<()> {
        let mut pinned = self.pinned.lock();
        pinned.holds_still = true;
        pinned.tell(NONE)
    }

    /// Has it told to other processes, before long, that states are not in use any more.
    fn tell_soon(&self, pinned: &mut Pinned) {
        let Others::Registrant(registrant) = &pinned.others else { return };
        let is_told =
            registrant.pinned == pinned.oldest_pinned() && registrant.followed == pinned.followed;
        if is_told || pinned.telling || crate::lmdb::forked() {
            return;
        }
        let me = self.me.clone();
        let tell = move || {
            std::thread::sleep(TOLD_AFTER);
            let Some(me) = me.upgrade() else { return };
            let mut pinned = me.pinned.lock();
            pinned.telling = false;
            // What can't be told now is told with the next change; until then too much is kept.
            let _ = pinned.tell(NONE);
        };
        pinned.telling = std::thread::Builder::new().name("db0 pins".into()).spawn(tell).is_ok();
    }

    /// Lets no state before `wanted` be pinned from now on: or, if other processes read older ones,
    /// none before those. Gives the state from which on everything is kept, and whether this process
    /// has states in use. `oldest` is the oldest state so far.
    pub(super) fn close_before(&self, wanted: StateNum, oldest: StateNum) -> (StateNum, bool) {
        let mut pinned = self.pinned.lock();
        let mut closed = wanted;
        if wanted > oldest {
            let looked = self.keeper(&mut pinned, oldest);
            let in_use = looked.and_then(|keeper| keeper.close_before(wanted));
            let in_use = in_use.unwrap_or_else(|error| {
                tracing::warn!("nothing is forgotten, since states in use can't be read: {error}");
                oldest
            });
            pinned.read_elsewhere = in_use;
            closed = wanted.min(in_use).max(oldest);
        }
        pinned.floor = closed;
        (closed, !pinned.states.is_empty())
    }

    /// Who compares with what other processes read.
    fn keeper<'p>(&self, pinned: &'p mut Pinned, oldest: StateNum) -> io::Result<&'p mut Keeper> {
        if !matches!(pinned.others, Others::Keeper(_)) {
            pinned.others = Others::Keeper(Keeper::open(&self.prefix, oldest)?);
        }
        match &mut pinned.others {
            Others::Keeper(keeper) => Ok(keeper),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// States from `oldest` on can be pinned: what was to be forgotten is not, or has been.
    pub(super) fn open_from(&self, oldest: StateNum) {
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

    /// The oldest state that other processes were found to read.
    pub(super) fn read_elsewhere(&self) -> StateNum {
        self.pinned.lock().read_elsewhere
    }

    /// Looks again which states other processes read.
    pub(super) fn look_elsewhere(&self) {
        let mut pinned = self.pinned.lock();
        let floor = pinned.floor;
        if let Ok(in_use) = self.keeper(&mut pinned, floor).and_then(|k| k.close_before(floor)) {
            pinned.read_elsewhere = in_use;
        }
    }

    /// The oldest state that can be pinned.
    pub(super) fn floor(&self) -> StateNum {
        self.pinned.lock().floor
    }

    /// States are forgotten by another process.
    pub(super) fn is_reader(&self) -> bool {
        self.is_reader.load(Ordering::Relaxed)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pinned.lock().states.is_empty()
    }

    pub(super) fn contains(&self, state: StateNum) -> bool {
        self.pinned.lock().states.contains_key(&state)
    }

    /// The states in use that are older than `state`.
    pub(super) fn before(&self, state: StateNum) -> Vec<StateNum> {
        self.pinned.lock().states.range(..state).map(|(state, _)| *state).collect()
    }

    /// The states in use that see a row which was written at `stamp` and replaced at `replaced`.
    pub(super) fn that_see(&self, stamp: StateNum, replaced: StateNum) -> Vec<StateNum> {
        let pinned = self.pinned.lock();
        let seeing = (Bound::Included(stamp), Bound::Excluded(replaced));
        if stamp >= replaced {
            Vec::new()
        } else {
            pinned.states.range(seeing).map(|(state, _)| *state).collect()
        }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut pinned = self.pins.pinned.lock();
        if let Some(count) = pinned.states.get_mut(&self.state) {
            *count -= 1;
            if *count == 0 {
                pinned.states.remove(&self.state);
                self.pins.tell_soon(&mut pinned);
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
        assert!(pins.contains(StateNum(5)));
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
        assert_eq!(writer.close_before(StateNum(8), StateNum(0)), (StateNum(5), false));
        assert!(matches!(reader.pin(StateNum(4)), Err(Error::Pruned { oldest: 5 })));
        drop(five);
        std::thread::sleep(3 * TOLD_AFTER);
        assert_eq!(writer.close_before(StateNum(8), StateNum(5)), (StateNum(6), false));
        drop(reader);
        assert_eq!(writer.close_before(StateNum(8), StateNum(6)), (StateNum(8), false));
    }
}
