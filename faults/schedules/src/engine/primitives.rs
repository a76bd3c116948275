//! What the engine's locks and threads are made of while its threads are scheduled from here.
#![allow(unused_imports, dead_code, reason = "as much as the engine may use")]

#[path = "channel.rs"]
pub(crate) mod channel;
#[path = "local.rs"]
mod local;
#[path = "lock.rs"]
mod lock;

pub(crate) use local::{Local, lasting, locals as thread_local};
pub(crate) use lock::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
pub(crate) use shuttle::thread::yield_now as spin_loop;
pub(crate) use shuttle::{
    sync::atomic,
    thread::{Builder as ThreadBuilder, JoinHandle, current as current_thread, yield_now},
};
