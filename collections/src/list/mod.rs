//! Lists: a counted tree of packed leaves, and a tail that appending goes to.

mod check;
mod find;
mod finder;
mod handle;
mod head;
mod inner;
mod iter;
mod leaf;
mod leaves;
mod many;
mod marks;
mod nodes;
mod order;
mod read;
mod rebuild;
mod rows;
mod search;
mod tree;
mod write;

pub(crate) use check::ListCheck;
pub use handle::List;
pub use iter::{Iter, TryIter};
pub(crate) use leaves::{Place, Roots, children, differing, leaf_elements, leaf_row, roots};
pub(crate) use rows::TAIL;
