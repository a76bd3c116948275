//! Waiting without a thread: futures for commits and states.

use std::time::Duration;

use tokio::sync::watch;

use super::{Prefix, open::OpenPrefix, wait::OnChange};
use crate::{Result, sync::Mutex};

/// The states of a prefix as they come, for all who wait; one thread looks for them once somebody
/// does.
#[derive(Debug, Default)]
pub(super) struct States(Mutex<Option<(watch::Sender<u64>, OnChange)>>);

impl States {
    /// The prefix is closed: who waits learns of it.
    pub(super) fn end(&self) {
        // The thread is waited for, which may be about to tell of a state: not under the lock.
        let states = self.0.lock().take();
        drop(states);
    }
}

impl OpenPrefix {
    fn subscribe(&self) -> Result<watch::Receiver<u64>> {
        let mut states = self.states.0.lock();
        if let Some((states, _)) = &*states {
            return Ok(states.subscribe());
        }
        let (sender, receiver) = watch::channel(0);
        let teller = sender.clone();
        let thread = OnChange::start(&self.objects, move |state| {
            teller.send_replace(state);
        })?;
        *states = Some((sender, thread));
        Ok(receiver)
    }
}

impl Prefix {
    /// As [`wait`](Self::wait), without a thread that waits. It needs tokio's time.
    pub async fn wait_async(&self, state: u64, timeout: Duration) -> Result<bool> {
        // First the ear, then the look: a state in between is not missed.
        let mut states = self.open().subscribe()?;
        if self.wait(state, Duration::ZERO)? {
            return Ok(true);
        }
        let came = tokio::time::timeout(timeout, states.wait_for(|last| *last >= state)).await;
        // Whatever became of it: a reader that waited steps to what there is.
        drop(came);
        self.wait(state, Duration::ZERO)
    }

    /// As [`commit`](Self::commit), without a thread that waits.
    pub async fn commit_async(&self) -> Result<u64> {
        self.check_can_commit()?;
        match self.open().committer() {
            Some(committer) => committer.commit_async().await.map(|state| state.0),
            None => Ok(self.state()),
        }
    }
}
