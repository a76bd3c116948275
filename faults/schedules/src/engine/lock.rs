//! Locks, over the scheduler's: nobody poisons them, and nobody wakes by the clock.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{LockResult, PoisonError, TryLockError},
    time::{Duration, Instant},
};

use shuttle::sync;
pub(crate) use shuttle::sync::RwLockReadGuard;

#[derive(Default)]
pub(crate) struct Mutex<T: ?Sized>(sync::Mutex<T>);

/// Taken out only while a condition variable has it.
pub(crate) struct MutexGuard<'m, T: ?Sized>(Option<sync::MutexGuard<'m, T>>);

/// Whoever writes takes the gate first, and may so begin to read without another writer in between.
#[derive(Default)]
pub(crate) struct RwLock<T: ?Sized> {
    gate: sync::Mutex<()>,
    inner: sync::RwLock<T>,
}

/// Given back in this order.
pub(crate) struct RwLockWriteGuard<'l, T: ?Sized> {
    inner: sync::RwLockWriteGuard<'l, T>,
    gate: sync::MutexGuard<'l, ()>,
    lock: &'l RwLock<T>,
}

#[derive(Default)]
pub(crate) struct Condvar(sync::Condvar);

/// A wait with a time-out has ended; never by the time.
pub(crate) struct Waited;

fn unpoisoned<G>(result: LockResult<G>) -> G {
    result.unwrap_or_else(PoisonError::into_inner)
}

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(sync::Mutex::new(value))
    }
}

impl<T: ?Sized> Mutex<T> {
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard(Some(unpoisoned(self.0.lock())))
    }

    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(MutexGuard(Some(guard))),
            Err(TryLockError::Poisoned(error)) => Some(MutexGuard(Some(error.into_inner()))),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        unpoisoned(self.0.get_mut())
    }
}

impl<T> RwLock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { gate: sync::Mutex::new(()), inner: sync::RwLock::new(value) }
    }

    pub(crate) fn into_inner(self) -> T {
        unpoisoned(self.inner.into_inner())
    }
}

impl<T: ?Sized> RwLock<T> {
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
        unpoisoned(self.inner.read())
    }

    pub(crate) fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
        let gate = self.gate.try_lock().ok()?;
        let inner = self.inner.try_write().ok()?;
        Some(RwLockWriteGuard { inner, gate, lock: self })
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
        let gate = unpoisoned(self.gate.lock());
        RwLockWriteGuard { inner: unpoisoned(self.inner.write()), gate, lock: self }
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        unpoisoned(self.inner.get_mut())
    }
}

impl<'l, T: ?Sized> RwLockWriteGuard<'l, T> {
    pub(crate) fn downgrade(this: Self) -> RwLockReadGuard<'l, T> {
        let Self { inner, gate, lock } = this;
        drop(inner);
        let reading = lock.read();
        drop(gate);
        reading
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl Condvar {
    pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        guard.0 = guard.0.take().map(|inner| unpoisoned(self.0.wait(inner)));
    }

    pub(crate) fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, _: Duration) -> Waited {
        self.wait(guard);
        Waited
    }

    pub(crate) fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, _: Instant) -> Waited {
        self.wait(guard);
        Waited
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

impl Waited {
    pub(crate) fn timed_out(&self) -> bool {
        false
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("it is not being waited with")
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("it is not being waited with")
    }
}

impl<T: ?Sized> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mutex")
    }
}

impl<T: ?Sized> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RwLock")
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condvar")
    }
}
