//! Dicts: values by their keys, in key order.

mod handle;
mod many;
mod read;
mod write;

pub use handle::{Dict, Iter, Keys, TryIter, TryKeys, TryValues, Values};
