//! The engine's condition variable, over loom's: nobody wakes by the clock.

use std::time::Duration;

use super::MutexGuard;

/// A wait ends when it is told to. What relies on a time-out to be woken never ends here, which loom
/// reports.
#[derive(Debug, Default)]
pub(crate) struct Condvar(loom::sync::Condvar);

impl Condvar {
    pub(crate) fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, _: Duration) {
        guard.hand_over(|inner| self.0.wait(inner));
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }
}
