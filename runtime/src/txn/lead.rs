//! Leading a commit: by the thread that asks, or by the committer for several.

use std::{sync::Arc, time::Instant};

use super::commit;
use crate::{
    Error, Result,
    object::{Frozen, Objects, holds_guards, holds_still, runs_users_code},
    store::{StateNum, TENDED_EVERY},
    sync::slots,
};

/// What a commit came to, for all who asked.
pub(super) type Outcome = Result<StateNum, Arc<Error>>;

/// Who leads sits here, one thread at a time.
#[derive(Debug)]
pub(super) struct Desk {
    /// When the committer was last told to see to what is due beside commits.
    reminded: Instant,
    is_closed: bool,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self { reminded: Instant::now(), is_closed: false }
    }

    /// Nobody leads from now on.
    pub(super) fn close(&mut self) {
        self.is_closed = true;
    }

    pub(super) fn is_open(&self) -> bool {
        !self.is_closed
    }

    /// The committer is to be told to see to what is due beside commits: it may have been asleep for
    /// as long as others led.
    pub(super) fn is_reminder_due(&mut self) -> bool {
        let is_due = self.reminded.elapsed() >= TENDED_EVERY;
        if is_due {
            self.reminded = Instant::now();
        }
        is_due
    }
}

/// This thread is in the midst of nothing that a commit would see, or would be seen by: a commit runs
/// code of values, which then finds what it finds on any thread.
pub(super) fn can_lead() -> bool {
    !(runs_users_code() || holds_guards() || holds_still())
}

/// Commits what waits, and notes how that went. Also gives what is to be [let go of](let_go).
pub(super) fn commit(objects: &Arc<Objects>) -> (Outcome, Vec<Frozen>) {
    let (outcome, spent) = match commit::commit(objects) {
        Ok((state, spent)) => (Ok(state), spent),
        Err(error) => (Err(Arc::new(error)), Vec::new()),
    };
    if let Err(error) = &outcome {
        tracing::error!(
            "committing prefix {:?} failed and will be tried again: {error}",
            objects.name()
        );
    }
    objects.health().set(outcome.as_ref().err().cloned());
    (outcome, spent)
}

/// Makes it known that a commit had to leave objects out: once, to whoever asks next.
pub(super) fn tell_set_aside(objects: &Objects, outcome: Outcome) -> Outcome {
    let state = outcome?;
    let left_out = objects.health().tell_set_aside();
    if left_out.is_empty() {
        return Ok(state);
    }
    Err(Arc::new(Error::SetAside { prefix: objects.name().into(), objects: left_out }))
}

/// Drops what was committed, when nobody waits for it.
pub(super) fn let_go(spent: Vec<Frozen>) {
    if spent.is_empty() {
        return;
    }
    let is_much = spent.iter().any(Frozen::is_much);
    slots::in_bulk(|| drop(spent));
    // A program that only changes collections comes by no other place where that is done.
    if is_much { slots::tend_now() } else { slots::tend() }
}
