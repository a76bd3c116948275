//! db0's snapshots, and what differs between them. Programs use the `db0` crate, which re-exports
//! what is public here.

mod diff;
mod roots;
mod select;
mod snapshot;
mod subscription;

pub use select::{Change, changes, select_deleted, select_modified, select_new};
pub use snapshot::Snapshot;
pub use subscription::{Changed, Commit, Listening, Subscription};
