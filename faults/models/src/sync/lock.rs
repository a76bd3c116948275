//! The engine's mutex, over loom's: nobody poisons it.

use std::{
    ops::{Deref, DerefMut},
    sync::{LockResult, PoisonError},
};

use loom::sync;

#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(sync::Mutex<T>);

/// Taken out only while a condition variable has it.
pub(crate) struct MutexGuard<'m, T>(Option<sync::MutexGuard<'m, T>>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard(Some(unpoisoned(self.0.lock())))
    }
}

impl<'m, T> MutexGuard<'m, T> {
    /// Gives the lock away to somebody who returns it.
    pub(crate) fn hand_over(
        &mut self,
        somebody: impl FnOnce(sync::MutexGuard<'m, T>) -> LockResult<sync::MutexGuard<'m, T>>,
    ) {
        self.0 = self.0.take().map(|guard| unpoisoned(somebody(guard)));
    }
}

fn unpoisoned<G>(result: LockResult<G>) -> G {
    result.unwrap_or_else(PoisonError::into_inner)
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("it is not being waited with")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("it is not being waited with")
    }
}
