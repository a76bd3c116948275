//! Indexes: objects by their keys, in key order, any number of objects to a key.

mod handle;
mod iter;
mod many;
mod part;
mod read;
mod row;
mod write;

pub use handle::Index;
pub use iter::{Entries, Keys, Memos, TryEntries, TryKeys, TryMemos};
pub use part::{Part, Ranked};
pub(crate) use row::member;
