//! Arrays: plain data in chunks, such as numbers and bytes.

mod check;
mod chunks;
mod cursor;
mod handle;
mod iter;
mod read;
mod slices;
mod write;

pub(crate) use check::ArrayCheck;
pub use cursor::Cursor;
pub use handle::{Array, Bytes};
pub use iter::{Iter, TryIter};
