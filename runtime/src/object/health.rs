//! Whether commits succeed, how much waits for them, and what writers do when too much does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    Error, Result,
    sync::{Condvar, Mutex},
};

/// Pending bytes at which the committer is woken before its interval is over.
const WAKES_AT: usize = 64 << 20;
/// Pending bytes at which writers wait for the disk, if commits fail.
const STALLS_AT: usize = 256 << 20;

/// The state of a prefix's commits.
#[derive(Default)]
pub(crate) struct Health {
    failing: AtomicBool,
    failure: Mutex<Option<Arc<Error>>>,
    recovered: Condvar,
    pending_bytes: AtomicUsize,
    /// What could not be encoded, until somebody has been told.
    set_aside: Mutex<Vec<String>>,
    wake: Mutex<Option<Box<dyn Fn() + Send>>>,
}

impl Health {
    /// How the committer is woken.
    pub(crate) fn set_wake(&self, wake: impl Fn() + Send + 'static) {
        *self.wake.lock() = Some(Box::new(wake));
    }

    /// How the last commit went.
    pub(crate) fn set(&self, failure: Option<Arc<Error>>) {
        self.failing.store(failure.is_some(), Ordering::Relaxed);
        *self.failure.lock() = failure;
        self.recovered.notify_all();
    }

    /// Why the last commit failed, if it did.
    pub(crate) fn failure(&self) -> Option<Arc<Error>> {
        self.failure.lock().clone()
    }

    /// Notes objects that a commit could not encode.
    pub(crate) fn set_aside(&self, errors: Vec<String>) {
        self.set_aside.lock().extend(errors);
    }

    /// Those of which nobody has been told.
    pub(crate) fn untold(&self) -> Vec<String> {
        self.set_aside.lock().clone()
    }

    /// As [`untold`](Self::untold): now they are.
    pub(crate) fn tell_set_aside(&self) -> Vec<String> {
        std::mem::take(&mut *self.set_aside.lock())
    }

    /// What waits grew.
    pub(crate) fn add(&self, bytes: usize) {
        let before = self.pending_bytes.fetch_add(bytes, Ordering::Relaxed);
        if before < WAKES_AT && before + bytes >= WAKES_AT {
            self.wake();
        }
    }

    /// Has the committer begin before its interval is over.
    pub(super) fn wake(&self) {
        if let Some(wake) = &*self.wake.lock() {
            wake();
        }
    }

    /// What waits was taken by a commit.
    pub(crate) fn take(&self) -> usize {
        self.pending_bytes.swap(0, Ordering::Relaxed)
    }

    /// A rough size of what waits.
    pub(crate) fn pending_bytes(&self) -> usize {
        self.pending_bytes.load(Ordering::Relaxed)
    }

    /// Lets a writer wait for the disk when too much waits already, and refuses it in the end.
    pub(crate) fn check(&self, patience: Duration) -> Result<()> {
        if !self.failing.load(Ordering::Relaxed) || self.pending_bytes() < STALLS_AT {
            return Ok(());
        }
        let deadline = Instant::now() + patience;
        let mut failure = self.failure.lock();
        while let Some(cause) = failure.clone() {
            self.wake();
            if self.recovered.wait_until(&mut failure, deadline).timed_out() {
                let pending = self.pending_bytes() as u64;
                return Err(Error::Stalled { pending, cause: cause.to_string() });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writers_are_refused_only_when_commits_fail_and_much_waits() {
        let health = Health::default();
        let patience = Duration::from_millis(5);
        health.add(STALLS_AT);
        assert!(health.check(patience).is_ok());
        health.set(Some(Arc::new(Error::Invalid("the disk is full".into()))));
        let refused = health.check(patience).expect_err("too much waits");
        assert!(refused.to_string().contains("the disk is full"), "{refused}");
        health.set(None);
        assert!(health.check(patience).is_ok());
        health.set(Some(Arc::new(Error::Invalid("again".into()))));
        health.take();
        assert!(health.check(patience).is_ok());
    }
}
