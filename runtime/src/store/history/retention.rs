//! Which states are kept, and how that is decided at each commit.

use std::time::Duration;

use super::log::StateRow;
use crate::{
    History, Result,
    store::{head::Head, num::StateNum},
    sync::Mutex,
};

/// States that are looked at in one commit to find those that have become too old.
const LOOKED_AT: u64 = 64;

/// The history that a prefix keeps; it may be changed at any time.
#[derive(Debug)]
pub(crate) struct Retention {
    history: Mutex<History>,
    /// States before this are to be forgotten, whatever the history says.
    asked_for: Mutex<StateNum>,
}

impl Retention {
    pub(in crate::store) fn new(history: History) -> Self {
        Self { history: Mutex::new(history), asked_for: Mutex::default() }
    }

    pub(in crate::store) fn keeps_old(&self) -> bool {
        *self.history.lock() != History::Off
    }

    /// Changes what is kept from the next commit on.
    pub(crate) fn set(&self, history: History) {
        *self.history.lock() = history;
    }

    /// Has states before `state` forgotten with the next commit.
    pub(crate) fn forget_before(&self, state: StateNum) {
        let mut asked_for = self.asked_for.lock();
        *asked_for = state.max(*asked_for);
    }

    /// What was asked for is done: nothing from `oldest` on is to be forgotten.
    pub(crate) fn has_forgotten(&self, oldest: StateNum) {
        let mut asked_for = self.asked_for.lock();
        *asked_for = oldest.min(*asked_for);
    }

    /// There is something to forget that nobody asked a commit for.
    pub(in crate::store) fn wants(&self, head: &Head, read_elsewhere: StateNum) -> bool {
        (*self.asked_for.lock()).min(head.state).min(read_elsewhere) > head.oldest
            || head.has_prunable()
    }

    /// The oldest state that is kept once `head` is committed.
    pub(in crate::store) fn oldest(
        &self,
        head: &Head,
        row: impl Fn(StateNum) -> Result<Option<StateRow>>,
    ) -> Result<StateNum> {
        let asked_for = (*self.asked_for.lock()).min(head.state);
        let by_history = match *self.history.lock() {
            History::All => StateNum(0),
            History::Off => head.state,
            History::Last(count) => StateNum(head.state.0.saturating_sub(count.saturating_sub(1))),
            History::For(age) => oldest_of_age(head, age, row)?,
        };
        Ok(asked_for.max(by_history))
    }
}

/// The last state that was already there `age` ago: that is what was seen then.
fn oldest_of_age(
    head: &Head,
    age: Duration,
    row: impl Fn(StateNum) -> Result<Option<StateRow>>,
) -> Result<StateNum> {
    let age = i64::try_from(age.as_nanos()).unwrap_or(i64::MAX);
    let since = head.time_ns.saturating_sub(age);
    let mut oldest = head.oldest;
    for _ in 0..LOOKED_AT {
        let next = oldest.next();
        match row(next)? {
            Some(row) if next < head.state && row.time_ns <= since => oldest = next,
            _ => break,
        }
    }
    Ok(oldest)
}
