//! db0's snapshots, and what differs between them. Programs use the `db0` crate, which re-exports
//! what is public here.

mod diff;
mod listening;
mod roots;
mod select;
mod snapshot;
#[cfg(feature = "tokio")]
mod stream;
mod subscription;

pub use listening::Listening;
pub use select::{Change, changes, select_deleted, select_modified, select_new};
pub use snapshot::Snapshot;
#[cfg(feature = "tokio")]
pub use stream::CommitStream;
pub use subscription::{Changed, Commit, Subscription};
