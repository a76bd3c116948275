//! Weak sets: objects that are in a set without being kept alive by it.

mod handle;
mod iter;
mod write;

pub use handle::WeakSet;
pub use iter::Iter;
