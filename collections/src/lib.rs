//! db0's durable collections. Programs use the `db0` crate, which re-exports what is public here.

pub mod array;
pub mod changes;
mod check;
pub mod dict;
mod handle;
mod header;
pub mod index;
pub mod list;
mod misuse;
mod number_key;
mod range;
mod root;
pub mod set;
mod sorted;
pub mod weak_set;
#[cfg(any(feature = "json", feature = "cbor", feature = "compress"))]
mod wrap;

pub use array::{Array, Bytes};
pub use changes::{Changes, EntryChange, Kind, Moment, Splice};
pub use check::begin_check;
pub use dict::Dict;
pub use index::Index;
pub use list::List;
pub use root::{Collection, find_root, root};
pub use set::Set;
pub use weak_set::WeakSet;
#[cfg(feature = "cbor")]
pub use wrap::Cbor;
#[cfg(feature = "compress")]
pub use wrap::Compressed;
#[cfg(feature = "json")]
pub use wrap::Json;
