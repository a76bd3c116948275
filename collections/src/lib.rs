//! db0's durable collections. Programs use the `db0` crate, which re-exports what is public here.

pub mod dict;
mod handle;
mod header;
pub mod index;
pub mod list;
mod misuse;
pub mod set;
mod sorted;

pub use dict::Dict;
pub use index::Index;
pub use list::List;
pub use set::Set;
