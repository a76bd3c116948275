//! Thread-locals, over the scheduler's, with what the standard library's offer for cells.

use std::{
    cell::{Cell, RefCell},
    mem,
};

use shuttle::thread::{AccessError, LocalKey};

/// One for each of the scheduler's threads.
pub(crate) struct Local<T: 'static> {
    pub(crate) key: &'static LocalKey<T>,
    pub(crate) first: fn() -> T,
}

impl<T: 'static> Local<T> {
    pub(crate) fn try_with<R>(&self, work: impl FnOnce(&T) -> R) -> Result<R, AccessError> {
        self.key.try_with(work)
    }

    pub(crate) fn with<R>(&self, work: impl FnOnce(&T) -> R) -> R {
        self.try_with(work).expect("the thread is not ending")
    }
}

impl<T: Copy> Local<Cell<T>> {
    /// The engine asks at any time for cells that need no drop: they are as at first here, then.
    pub(crate) fn get(&self) -> T {
        self.try_with(Cell::get).unwrap_or_else(|_| (self.first)().get())
    }
}

impl<T> Local<Cell<T>> {
    pub(crate) fn set(&self, value: T) {
        let _ = self.try_with(|cell| cell.set(value));
    }

    pub(crate) fn replace(&self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T> Local<RefCell<T>> {
    pub(crate) fn with_borrow<R>(&self, work: impl FnOnce(&T) -> R) -> R {
        self.with(|cell| work(&cell.borrow()))
    }

    pub(crate) fn with_borrow_mut<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        self.with(|cell| work(&mut cell.borrow_mut()))
    }

    pub(crate) fn try_with_borrow_mut<R>(&self, work: impl FnOnce(Option<&mut T>) -> R) -> R {
        self.with(|cell| work(cell.try_borrow_mut().ok().as_deref_mut()))
    }

    pub(crate) fn replace(&self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }

    pub(crate) fn set(&self, value: T) {
        drop(self.replace(value));
    }

    pub(crate) fn take(&self) -> T
    where
        T: Default,
    {
        self.with(|cell| mem::take(&mut *cell.borrow_mut()))
    }
}

/// As the standard library's.
macro_rules! locals {
    ($($(#[$attribute:meta])* static $name:ident: $type:ty = const $value:block $(;)?)+) => {
        $crate::sync::thread_local! { $($(#[$attribute])* static $name: $type = $value;)+ }
    };
    ($($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr;)+) => {$(
        $(#[$attribute])*
        static $name: $crate::sync::Local<$type> = {
            shuttle::thread_local! { static LOCAL: $type = $value; }
            $crate::sync::Local { key: &LOCAL, first: || $value }
        };
    )+};
}

/// What lasts to the end of a thread: the scheduler's threads end without asking for it.
macro_rules! lasting {
    ($($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr;)+) => {
        $crate::sync::thread_local! {
            $(
                $(#[$attribute])*
                static $name: std::cell::RefCell<$type> = std::cell::RefCell::new($value);
            )+
        }
    };
}

pub(crate) use {lasting, locals};
