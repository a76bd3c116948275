//! Waiting for states, and being told of them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{Prefix, unfinished::finish_for_the_dead};
use crate::{Error, OrPanic, Result, lmdb::Bell, object::Objects};

/// A wake-up that never comes, because a writer died in the wrong moment, is waited for no longer.
const SLICE: Duration = Duration::from_millis(250);
/// How often a state is looked for whose partners in other prefixes are on their way.
const PARTNERS_EVERY: Duration = Duration::from_micros(200);
/// How long it takes at most to notice that a thread has ended.
const PAUSE_MAX: Duration = Duration::from_millis(5);

/// Sleeps until somebody has committed, for a slice at most.
fn sleep(objects: &Objects, bell: &Bell, rung: Option<u32>, most: Duration) {
    if objects.is_behind() {
        thread::sleep(most.min(PARTNERS_EVERY));
    } else {
        bell.sleep(rung, most.min(SLICE));
    }
}

impl Prefix {
    /// Waits until a state is committed, here or by another process; false if it is not by then. A
    /// reader steps to what there is.
    pub fn wait(&self, state: u64, timeout: Duration) -> Result<bool> {
        self.wait_unless(state, timeout, &|| false)
    }

    /// As [`wait`](Self::wait), and false as soon as `is_over` says so; who changes that nudges.
    #[doc(hidden)]
    pub fn wait_unless(
        &self,
        state: u64,
        timeout: Duration,
        is_over: &dyn Fn() -> bool,
    ) -> Result<bool> {
        let objects = self.objects();
        // No deadline for times beyond what a clock can show.
        let deadline = Instant::now().checked_add(timeout);
        loop {
            objects.check_usable()?;
            let bell = objects.store().bell();
            let rung = bell.rung();
            objects.refresh()?;
            if objects.state() >= state {
                return Ok(true);
            }
            let left = match deadline {
                Some(deadline) => deadline.saturating_duration_since(Instant::now()),
                None => SLICE,
            };
            if left.is_zero() || is_over() {
                return Ok(false);
            }
            finish_for_the_dead(objects.shared())?;
            sleep(objects, bell, rung, left);
        }
    }

    /// Calls `told` with the number of every state that is committed from now on, by whichever
    /// process, until the guard is dropped. States that come faster than it is done are skipped.
    ///
    /// It is called on a thread of its own, with no lock held.
    ///
    /// # Panics
    /// When the system has no thread to spare; see [`try_on_change`](Self::try_on_change).
    #[track_caller]
    pub fn on_change(&self, told: impl FnMut(u64) + Send + 'static) -> OnChange {
        self.try_on_change(told).or_panic()
    }

    /// As [`on_change`](Self::on_change), with the failure as a value.
    pub fn try_on_change(&self, told: impl FnMut(u64) + Send + 'static) -> Result<OnChange> {
        OnChange::start(self.objects(), told)
    }
}

/// Tells of states until it is dropped. It keeps no workspace open.
#[derive(Debug)]
#[must_use = "nobody is told of anything once this is dropped"]
pub struct OnChange(#[expect(dead_code, reason = "it ends with this")] Listener);

impl OnChange {
    pub(super) fn start(
        objects: &Arc<Objects>,
        mut told: impl FnMut(u64) + Send + 'static,
    ) -> Result<Self> {
        objects.check_usable()?;
        let bell = objects.store().bell().clone();
        let mut last = newest(objects)?;
        let looked_at = Arc::downgrade(objects);
        let run = move |ended: &AtomicBool| {
            while !ended.load(Ordering::Acquire) {
                let rung = bell.rung();
                // Not kept while it sleeps: a prefix that is closed meanwhile is let go of.
                let Some(objects) = looked_at.upgrade() else { return };
                if objects.check_usable().is_err() {
                    return;
                }
                match newest(&objects) {
                    Ok(state) if state > last => {
                        last = state;
                        drop(objects);
                        told(state);
                    }
                    Ok(_) if objects.is_behind() && objects.follows_by_itself() => {
                        drop(objects);
                        thread::sleep(PARTNERS_EVERY);
                    }
                    other => {
                        if let Err(error) = other {
                            tracing::warn!("looking for new states: {error}");
                        }
                        drop(objects);
                        bell.sleep(rung, SLICE);
                    }
                }
            }
        };
        Listener::start(objects, "db0 changes", run).map(Self)
    }
}

/// A thread that listens to the bell of a prefix, until this is dropped.
#[doc(hidden)]
#[derive(Debug)]
pub struct Listener {
    ends: Arc<AtomicBool>,
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Starts a thread for `run`, which returns soon after it is told that this is over.
    pub fn start(
        objects: &Objects,
        name: &str,
        run: impl FnOnce(&AtomicBool) + Send + 'static,
    ) -> Result<Self> {
        let ends = Arc::new(AtomicBool::new(false));
        let ended = ends.clone();
        let thread = thread::Builder::new().name(name.into()).spawn(move || run(&ended));
        let failed = |error| Error::io("starting a thread for", objects.name(), &error);
        let bell = objects.store().bell().clone();
        Ok(Self { ends, bell, thread: Some(thread.map_err(failed)?) })
    }
}

/// The last state that can be seen; a view that follows by itself steps to it.
fn newest(objects: &Objects) -> Result<u64> {
    if objects.is_writable() {
        return Ok(objects.store().state().0);
    }
    if objects.follows_by_itself() {
        objects.refresh()?;
        return Ok(objects.store().state().0);
    }
    Ok(objects.store().newest_head()?.state.0)
}

impl Drop for Listener {
    /// Waits for a call that is going on, unless this is that call.
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Release);
        let Some(thread) = self.thread.take() else { return };
        if thread.thread().id() == thread::current().id() || crate::lmdb::forked() {
            return;
        }
        // It may be about to sleep; or it runs code of the user's, for however long.
        let mut pause = PARTNERS_EVERY;
        while !thread.is_finished() {
            self.bell.nudge();
            thread::sleep(pause);
            pause = (2 * pause).min(PAUSE_MAX);
        }
        // A panic of the user's has been told by the panic hook.
        let _ = thread.join();
    }
}
