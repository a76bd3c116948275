//! Transactions in memory, and their way to the disk.

mod atomic;
mod commit;
mod committer;

pub use atomic::abort;
pub(crate) use atomic::atomic_in;
pub(crate) use commit::commit;
pub(crate) use committer::Committer;
