//! Stands in for the engine's `sync`: its own files, over loom's primitives.
#![allow(
    dead_code,
    unused_imports,
    reason = "the scenarios need a part of each of the engine's files"
)]

mod condvar;
mod local;
mod lock;
pub(crate) mod slots;
mod statics;
mod thread;
#[path = "../../../../runtime/src/sync/turn.rs"]
mod turn;

pub(crate) use condvar::Condvar;
pub(crate) use local::{Local, thread_local};
pub(crate) use lock::{Mutex, MutexGuard};
pub(crate) use loom::{sync::atomic, thread::yield_now};
pub(crate) use statics::statics;
pub(crate) use thread::{thread_name, thread_number};
pub(crate) use turn::{Held, Turn};
