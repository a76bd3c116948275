//! Where another process writes: which states have made the version at hand an old one.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::store::StateNum;

/// Marks of a cell. They are changed by whoever may change its version, and read by anybody.
#[derive(Debug, Default)]
pub(in crate::object) struct Stale {
    /// A state from which on the version is an old one, or zero.
    from: AtomicU64,
    /// The last state that changed the object, as far as is known.
    changed_in: AtomicU64,
}

impl Stale {
    /// A state has changed the object.
    pub(in crate::object) fn mark(&self, state: StateNum) {
        self.changed_in.fetch_max(state.0, Ordering::Relaxed);
        let _ = self.from.compare_exchange(0, state.0, Ordering::AcqRel, Ordering::Relaxed);
    }

    /// The version is too old for a state, or for what a process that writes now sees.
    pub(in crate::object) fn is_for(&self, state: Option<StateNum>) -> bool {
        let from = self.from.load(Ordering::Acquire);
        from != 0 && state.is_none_or(|state| from <= state.0)
    }

    /// A version of this state, or a later one, has taken the place of the old one.
    pub(in crate::object) fn loaded(&self, seen_at: Option<StateNum>) {
        let seen_at = seen_at.map_or(0, |state| state.0);
        // A later state may have changed the object meanwhile: then this version is an old one too.
        let is_last = self.changed_in.load(Ordering::Relaxed) <= seen_at;
        self.from.store(if is_last { 0 } else { seen_at + 1 }, Ordering::Release);
    }

    /// Takes the marks off; true if there were any.
    pub(in crate::object) fn clear(&self) -> bool {
        self.from.swap(0, Ordering::Relaxed) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_while_the_one_before_is_loaded_is_not_forgotten() {
        let stale = Stale::default();
        stale.mark(StateNum(5));
        assert!(!stale.is_for(Some(StateNum(4))) && stale.is_for(Some(StateNum(5))));
        assert!(stale.is_for(None));
        // State 6 changes the object while it is loaded as of state 5.
        stale.mark(StateNum(6));
        stale.loaded(Some(StateNum(5)));
        assert!(!stale.is_for(Some(StateNum(5))) && stale.is_for(Some(StateNum(6))));
        stale.loaded(Some(StateNum(6)));
        assert!(!stale.is_for(Some(StateNum(9))) && !stale.clear());
    }
}
