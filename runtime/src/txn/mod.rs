//! Transactions in memory, and their way to the disk.

mod atomic;
mod commit;
mod committer;
mod journal;
mod lead;

pub use atomic::abort;
pub(crate) use atomic::atomic_in;
pub(crate) use committer::Committer;
pub(crate) use journal::{is_unfinished, recover};
