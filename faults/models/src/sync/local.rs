//! Thread-locals over loom's, with what the standard library's offer for cells.

use std::cell::{Cell, RefCell};

use loom::thread::{AccessError, LocalKey};

/// One for each of loom's threads.
pub(crate) struct Local<T: 'static>(pub(crate) fn() -> &'static LocalKey<T>);

impl<T: 'static> Local<T> {
    pub(crate) fn try_with<R>(&self, work: impl FnOnce(&T) -> R) -> Result<R, AccessError> {
        (self.0)().try_with(work)
    }

    pub(crate) fn with<R>(&self, work: impl FnOnce(&T) -> R) -> R {
        self.try_with(work).expect("the thread is not ending")
    }
}

impl<T: Copy + Default> Local<Cell<T>> {
    /// The engine asks at any time for cells that need no drop: they are as at first here, then.
    pub(crate) fn get(&self) -> T {
        self.try_with(Cell::get).unwrap_or_default()
    }

    pub(crate) fn set(&self, value: T) {
        let _ = self.try_with(|cell| cell.set(value));
    }
}

impl<T> Local<RefCell<T>> {
    pub(crate) fn with_borrow_mut<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        self.with(|cell| work(&mut cell.borrow_mut()))
    }
}

/// As the standard library's.
macro_rules! locals {
    ($($(#[$attribute:meta])* static $name:ident: $type:ty = const { $value:expr };)+) => {$(
        $(#[$attribute])*
        static $name: $crate::sync::Local<$type> = $crate::sync::Local(|| {
            loom::thread_local! { static LOCAL: $type = $value; }
            &LOCAL
        });
    )+};
}

pub(crate) use locals as thread_local;
