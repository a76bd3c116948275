//! States in use: what pruning leaves readable for as long as somebody looks at it.

use std::{collections::BTreeMap, ops::Bound, sync::Arc};

use super::num::StateNum;
use crate::{Error, Result, sync::Mutex};

/// The pins of one prefix in this process.
#[derive(Debug, Default)]
pub(crate) struct Pins(Mutex<Pinned>);

#[derive(Debug, Default)]
struct Pinned {
    /// How often each state is in use.
    states: BTreeMap<StateNum, usize>,
    /// States older than this can't be pinned any more.
    floor: StateNum,
}

/// A state in use, until it is dropped.
#[derive(Debug)]
pub(crate) struct Pin {
    pins: Arc<Pins>,
    state: StateNum,
}

impl Pins {
    /// Uses a state, unless it has been pruned.
    pub(crate) fn pin(self: &Arc<Self>, state: StateNum) -> Result<Pin> {
        let mut pinned = self.0.lock();
        // A state that is in use is kept, however old it is.
        if state < pinned.floor && !pinned.states.contains_key(&state) {
            return Err(Error::Pruned { oldest: pinned.floor.0 });
        }
        *pinned.states.entry(state).or_default() += 1;
        Ok(Pin { pins: self.clone(), state })
    }

    /// Lets no state before `floor` be pinned from now on.
    pub(super) fn raise_floor(&self, floor: StateNum) {
        let mut pinned = self.0.lock();
        pinned.floor = pinned.floor.max(floor);
    }

    /// The oldest state that can be pinned.
    pub(super) fn floor(&self) -> StateNum {
        self.0.lock().floor
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().states.is_empty()
    }

    pub(super) fn contains(&self, state: StateNum) -> bool {
        self.0.lock().states.contains_key(&state)
    }

    /// The states in use that are older than `state`.
    pub(super) fn before(&self, state: StateNum) -> Vec<StateNum> {
        self.0.lock().states.range(..state).map(|(state, _)| *state).collect()
    }

    /// The states in use that see a row which was written at `stamp` and replaced at `replaced`.
    pub(super) fn that_see(&self, stamp: StateNum, replaced: StateNum) -> Vec<StateNum> {
        let pinned = self.0.lock();
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
        let mut pinned = self.pins.0.lock();
        if let Some(count) = pinned.states.get_mut(&self.state) {
            *count -= 1;
            if *count == 0 {
                pinned.states.remove(&self.state);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_can_be_used_again_and_nothing_older_else() {
        let pins = Arc::new(Pins::default());
        let five = pins.pin(StateNum(5)).expect("nothing is pruned");
        pins.raise_floor(StateNum(8));
        assert!(pins.pin(StateNum(4)).is_err());
        let again = pins.pin(StateNum(5)).expect("in use");
        assert_eq!(pins.that_see(StateNum(3), StateNum(6)), [StateNum(5)]);
        assert!(pins.that_see(StateNum(6), StateNum(9)).is_empty());
        drop(five);
        assert!(pins.contains(StateNum(5)));
        drop(again);
        assert!(pins.is_empty() && pins.pin(StateNum(5)).is_err());
    }
}
