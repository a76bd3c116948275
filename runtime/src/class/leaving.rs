//! Names of tags that nothing bears any more, while the prefix is written to: when they may go, and that
//! nobody finds them meanwhile.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{tag::TagName, tag_names::TagNames};
use crate::{
    Result,
    store::{StateNum, Store, TagId, View},
    sync::Mutex,
};

/// So many names go with one commit.
const AT_ONCE: usize = 256;

/// A tag that nothing has borne since a state.
pub(crate) type Unborne = (StateNum, TagId);

/// What becomes of the names that nothing bears.
#[derive(Debug, Default)]
pub(super) struct Leaving {
    /// By the state since when; an entry may be out of date.
    unborne: Mutex<VecDeque<Unborne>>,
    /// They go with the next commit; whoever wants one of the names gets a new number.
    going: Mutex<Vec<(Unborne, TagName)>>,
    /// Raised whenever `going` changes: what was looked up meanwhile is looked up again.
    rounds: AtomicU64,
}

impl Leaving {
    pub(super) fn add(&self, unborne: impl IntoIterator<Item = Unborne>) {
        self.unborne.lock().extend(unborne);
    }

    pub(super) fn clear(&self) {
        self.unborne.lock().clear();
        self.begin_round();
        self.going.lock().clear();
    }

    pub(super) fn round(&self) -> u64 {
        self.rounds.load(Ordering::SeqCst)
    }

    /// What is being looked up is looked up again.
    pub(super) fn begin_round(&self) {
        self.rounds.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn is_going(&self, tag: TagId) -> bool {
        self.going.lock().iter().any(|((_, going), _)| *going == tag)
    }

    /// Those that go.
    pub(super) fn going(&self) -> Vec<Unborne> {
        self.going.lock().iter().map(|(unborne, _)| *unborne).collect()
    }

    /// They are gone.
    pub(super) fn gone(&self, gone: &[Unborne]) {
        if !gone.is_empty() {
            // First this, or somebody could take a number from a row that was there before.
            self.begin_round();
            self.going.lock().retain(|(going, _)| !gone.contains(going));
        }
    }

    /// The first of which no state can be seen any more that something bore it in.
    fn next(&self, store: &Store) -> Option<Unborne> {
        let mut unborne = self.unborne.lock();
        let due = |(since, _): &Unborne| {
            *since <= store.head().oldest && !store.pins().has_before(*since)
        };
        if unborne.front().is_some_and(due) { unborne.pop_front() } else { None }
    }
}

impl TagNames {
    /// Some names may go.
    pub(crate) fn has_unborne(&self, store: &Store) -> bool {
        let oldest = store.head().oldest;
        self.leaving.unborne.lock().front().is_some_and(|(since, _)| *since <= oldest)
    }

    /// Lets go of names that nothing bears in any state that can be seen: the next commit deletes them.
    /// The caller has the turn, so that nobody is about to use a number that was just looked up.
    pub(crate) fn let_go(&self, store: &Arc<Store>) -> Result<()> {
        for _ in 0..AT_ONCE {
            let Some((since, tag)) = self.leaving.next(store) else { break };
            // Noted anew, it has a later turn.
            if Self::unborne_since(store, tag)? != Some(since) {
                continue;
            }
            let committed = View::At(store.clone(), store.state());
            if store.awaits_members(tag) || committed.next_chunk(tag, 0)?.is_some() {
                continue;
            }
            let name = self.name(store, tag)?;
            self.leaving.going.lock().push(((since, tag), name.clone()));
            self.leaving.begin_round();
            self.forget(&name, tag);
        }
        Ok(())
    }
}
