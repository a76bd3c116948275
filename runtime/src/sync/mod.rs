//! Every lock there is: the plain ones by name, and db0's own.

pub(crate) mod slots;
mod statics;
mod thread;
mod turn;

pub(crate) use std::{sync::atomic, thread::yield_now, thread_local};

pub(crate) use parking_lot::{
    Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
pub(crate) use statics::statics;
pub(crate) use thread::{is_committer, set_committer, thread_name, thread_number};
pub(crate) use turn::{Held, Turn};
