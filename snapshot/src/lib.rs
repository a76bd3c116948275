//! db0's snapshots. Programs use the `db0` crate, which re-exports what is public here.

mod roots;
mod snapshot;

pub use snapshot::Snapshot;
