//! Arrays: plain data in chunks, such as numbers and bytes.

mod chunks;
mod cursor;
mod handle;
mod iter;
mod read;
mod slices;
mod write;

pub use cursor::Cursor;
pub use handle::{Array, Bytes};
pub use iter::{Iter, TryIter};
