//! The turn: the right to write, of one thread at a time in a workspace.

use std::{
    marker::PhantomData,
    ops::Deref,
    panic::Location,
    time::{Duration, Instant},
};

use crossbeam_utils::atomic::AtomicCell;

use super::{
    Condvar, Mutex,
    atomic::{AtomicU32, AtomicU64, Ordering},
    slots::barrier,
    thread_name, thread_number,
};
use crate::{Error, Result};

/// A turn waited for longer than this is reported, with its holder.
const REPORTED_AFTER: Duration = Duration::from_secs(5);

/// How long somebody sleeps whom others may not see waiting.
const UNSEEN_SLEEP: Duration = Duration::from_millis(5);

/// A re-entrant lock that knows its holder.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// The number of the thread that has the turn, or zero.
    owner: AtomicU64,
    /// How often the owner has taken it; only the owner touches it.
    depth: AtomicU32,
    waiting: AtomicU32,
    /// The line that took it last.
    place: AtomicCell<Option<&'static Location<'static>>>,
    freed: Condvar,
    freed_lock: Mutex<()>,
}

/// The turn, until it is dropped. It belongs to its thread.
#[derive(Debug)]
pub(crate) struct Held<T: Deref<Target = Turn>> {
    turn: T,
    not_send: PhantomData<*const ()>,
}

impl<T: Deref<Target = Turn>> Held<T> {
    /// Takes the turn, waiting for it at most `timeout`.
    pub(crate) fn take(
        turn: T,
        timeout: Option<Duration>,
        place: &'static Location<'static>,
    ) -> Result<Self> {
        turn.enter(timeout, place)?;
        Ok(Self { turn, not_send: PhantomData })
    }
}

impl Turn {
    #[inline]
    fn enter(&self, timeout: Option<Duration>, place: &'static Location<'static>) -> Result<()> {
        let me = thread_number();
        if self.owner.load(Ordering::Relaxed) == me {
            self.depth.store(self.depth.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            return Ok(());
        }
        if self.owner.compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed).is_err() {
            self.wait(me, timeout)?;
        }
        self.depth.store(1, Ordering::Relaxed);
        self.place.store(Some(place));
        Ok(())
    }

    #[cold]
    fn wait(&self, me: u64, timeout: Option<Duration>) -> Result<()> {
        let began = Instant::now();
        let mut reported = false;
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut guard = self.freed_lock.lock();
        // From here on, who gives the turn back sees that somebody waits, or is seen to have done so.
        let is_seen = barrier::heavy();
        let sleep_max = if is_seen { REPORTED_AFTER } else { UNSEEN_SLEEP };
        let result = loop {
            if self.owner.compare_exchange(0, me, Ordering::SeqCst, Ordering::Relaxed).is_ok() {
                break Ok(());
            }
            let waited = began.elapsed();
            if timeout.is_some_and(|timeout| waited >= timeout) {
                break Err(self.busy(waited));
            }
            if waited >= REPORTED_AFTER && !reported {
                reported = true;
                tracing::warn!("{}", self.busy(waited));
            }
            let patience = timeout.map_or(REPORTED_AFTER, |timeout| timeout.saturating_sub(waited));
            self.freed.wait_for(&mut guard, patience.min(sleep_max));
        };
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        result
    }

    fn busy(&self, waited: Duration) -> Error {
        let holder = match (self.owner.load(Ordering::Relaxed), self.place.load()) {
            (0, _) | (_, None) => "by nobody any more".into(),
            (owner, Some(place)) => {
                let ended = || "a thread that ended without dropping its guard,".into();
                let thread = thread_name(owner).unwrap_or_else(ended);
                format!("by {thread} since {place}")
            }
        };
        Error::Busy { waited_ms: u64::try_from(waited.as_millis()).unwrap_or(u64::MAX), holder }
    }

    /// This thread has the turn.
    pub(crate) fn is_mine(&self) -> bool {
        self.owner.load(Ordering::Relaxed) == thread_number()
    }
}

impl<T: Deref<Target = Turn>> Drop for Held<T> {
    fn drop(&mut self) {
        let turn = &*self.turn;
        let depth = turn.depth.load(Ordering::Relaxed) - 1;
        turn.depth.store(depth, Ordering::Relaxed);
        if depth > 0 {
            return;
        }
        turn.owner.store(0, Ordering::Release);
        // Who waits has paid for both sides of this: giving the turn back is what happens all the time.
        barrier::light();
        if turn.waiting.load(Ordering::Relaxed) > 0 {
            // Under the lock, or the wake-up could fall between a waiter's look and its sleep.
            let _guard = turn.freed_lock.lock();
            turn.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier, atomic::AtomicUsize};

    use super::*;

    #[test]
    fn one_thread_at_a_time_and_again_within() {
        let turn = Arc::new(Turn::default());
        let inside = Arc::new(AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..2000 {
                        let _outer =
                            Held::take(&*turn, None, Location::caller()).expect("no timeout");
                        let _inner =
                            Held::take(&*turn, None, Location::caller()).expect("re-entrant");
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        assert!(turn.is_mine());
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(!turn.is_mine());
    }

    #[test]
    fn waiting_in_vain_names_the_holder() {
        let turn = Turn::default();
        let barrier = Barrier::new(2);
        std::thread::scope(|scope| {
            std::thread::Builder::new()
                .name("greedy".into())
                .spawn_scoped(scope, || {
                    let _held = Held::take(&turn, None, Location::caller()).expect("free");
                    barrier.wait();
                    barrier.wait();
                })
                .expect("a thread");
            barrier.wait();
            let refused = Held::take(&turn, Some(Duration::from_millis(20)), Location::caller());
            let message = refused.expect_err("it is held").to_string();
            assert!(message.contains("greedy") && message.contains("turn.rs"), "{message}");
            barrier.wait();
        });
    }
}
