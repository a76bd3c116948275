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

/// The part of the budget at which the committer is woken before its interval is over.
const WAKES_AT_PART: usize = 4;
/// How often a commit is asked for by writers that wait: each tries all that waits once more.
const ASKED_EVERY: Duration = Duration::from_millis(100);

/// The state of a prefix's commits.
#[derive(Default)]
pub(crate) struct Health {
    /// Pending bytes at which writers wait for the disk, if commits fail.
    budget: usize,
    failing: AtomicBool,
    failure: Mutex<Option<Arc<Error>>>,
    recovered: Condvar,
    pending_bytes: AtomicUsize,
    /// What could not be encoded, until somebody has been told.
    set_aside: Mutex<Vec<String>>,
    wake: Mutex<Option<Box<dyn Fn() + Send>>>,
}

impl Health {
    pub(crate) fn new(budget: usize) -> Self {
        Self { budget, ..Self::default() }
    }

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

    /// Whether the last commit failed.
    pub(in crate::object) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
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

    /// What waits grew. Who changes it has the publish lock, which is what lets this be cheap.
    pub(crate) fn add(&self, bytes: usize) {
        let before = self.pending_bytes();
        self.pending_bytes.store(before + bytes, Ordering::Relaxed);
        if before < self.wakes_at() && before + bytes >= self.wakes_at() {
            self.wake();
        }
    }

    fn wakes_at(&self) -> usize {
        self.budget / WAKES_AT_PART
    }

    /// Has the committer begin before its interval is over.
    pub(in crate::object) fn wake(&self) {
        if let Some(wake) = &*self.wake.lock() {
            wake();
        }
    }

    /// What counted so much waits no longer. The caller has the publish lock.
    pub(crate) fn remove(&self, bytes: usize) {
        self.recount(bytes, 0);
        if self.pending_bytes() >= self.wakes_at() {
            self.wake();
        }
    }

    /// What counted so much turned out to be more, or less. Nobody is woken: a commit of it has failed.
    /// The caller has the publish lock.
    pub(crate) fn recount(&self, from: usize, to: usize) {
        let counted = self.pending_bytes().saturating_sub(from).saturating_add(to);
        self.pending_bytes.store(counted, Ordering::Relaxed);
    }

    /// A rough size of what waits, and of what is being committed.
    pub(crate) fn pending_bytes(&self) -> usize {
        self.pending_bytes.load(Ordering::Relaxed)
    }

    /// Lets a writer wait for the disk when too much waits already, and refuses it in the end.
    pub(crate) fn check(&self, patience: Duration) -> Result<()> {
        let is_too_much = || self.pending_bytes() >= self.budget;
        if !self.is_failing() || !is_too_much() {
            return Ok(());
        }
        let deadline = Instant::now() + patience;
        let mut ask_at = Instant::now();
        let mut failure = self.failure.lock();
        while let Some(cause) = failure.clone().filter(|_| is_too_much()) {
            let now = Instant::now();
            if now >= deadline {
                let pending = self.pending_bytes() as u64;
                return Err(Error::Stalled { pending, cause: cause.to_string() });
            }
            if now >= ask_at {
                self.wake();
                ask_at = now + ASKED_EVERY;
            }
            self.recovered.wait_until(&mut failure, deadline.min(ask_at));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writers_are_refused_only_when_commits_fail_and_much_waits() {
        let budget = 1 << 20;
        let health = Health::new(budget);
        let patience = Duration::from_millis(5);
        health.add(budget);
        assert!(health.check(patience).is_ok());
        health.set(Some(Arc::new(Error::Invalid("the disk is full".into()))));
        let refused = health.check(patience).expect_err("too much waits");
        assert!(refused.to_string().contains("the disk is full"), "{refused}");
        health.set(None);
        assert!(health.check(patience).is_ok());
        health.set(Some(Arc::new(Error::Invalid("again".into()))));
        assert!(health.check(patience).is_err());
        health.recount(budget, budget - 1);
        assert!(health.check(patience).is_ok());
        health.remove(budget - 1);
        assert_eq!(health.pending_bytes(), 0);
    }
}
