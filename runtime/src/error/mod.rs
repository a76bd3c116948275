//! What can go wrong, and the words for it.

mod types;
mod words;

pub use types::{Error, Result};
pub(crate) use words::system_cause;
