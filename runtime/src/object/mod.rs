//! Objects: handles, guards, and the places in memory where versions are published.

mod context;
mod version;
mod cell;
mod identity;
mod pending;
mod shared;
mod objects;
mod row;
mod hold;
mod memo;
mod reference;
mod read;
mod write;
mod find;
mod weak;
mod anchor;
mod rows;

pub(crate) use cell::{AnyCell, Encoded};
pub(crate) use hold::Token;
pub use anchor::Anchor;
pub use memo::Memo;
pub use objects::Objects;
pub(crate) use pending::Frozen;
pub use read::Read;
pub use rows::{RowReader, RowWriter};
pub(crate) use row::header as row_header;
pub(crate) use shared::{Frame, Shared};
pub(crate) use version::Outcome;
pub use weak::WeakMemo;
pub use write::Write;
