//! What locks, atomics and threads are made of.

pub(crate) use std::{
    hint::spin_loop,
    sync::atomic,
    thread::{Builder as ThreadBuilder, JoinHandle, current as current_thread, yield_now},
    thread_local,
};

pub(crate) use crossbeam_channel as channel;
pub(crate) use parking_lot::{
    Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
