//! Prefixes as streams of rows, which any machine reads: nothing of LMDB's pages is in them.

mod chunks;
mod load;
mod save;
#[cfg(test)]
mod tests;

pub(crate) use load::load;
pub use save::Dumped;
pub(crate) use save::{What, save};
