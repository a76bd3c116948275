//! Every lock there is: the plain ones by name, and db0's own.

// The one door through which everything that makes threads wait for each other comes in:
// `faults/schedules` runs the engine with another one.
#[cfg(not(db0_schedules))]
mod lasting;
#[cfg_attr(db0_schedules, path = "../../../faults/schedules/src/engine/primitives.rs")]
mod primitives;
pub(crate) mod slots;
mod statics;
mod thread;
mod turn;

#[cfg(not(db0_schedules))]
pub(crate) use lasting::{Kept, Lasting, lasting};
pub(crate) use primitives::{
    Condvar, JoinHandle, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
    ThreadBuilder, atomic, channel, current_thread, spin_loop, thread_local, yield_now,
};
#[cfg(db0_schedules)]
pub(crate) use primitives::{Local, lasting};
pub(crate) use statics::statics;
pub(crate) use thread::{Committing, is_committer, thread_name, thread_number};
pub(crate) use turn::{Held, Turn};
