//! Sets: keys, in key order.

mod algebra;
mod handle;
mod read;
mod write;

pub use algebra::{Merge, TryMerge};
pub use handle::{Iter, Set, TryIter};
