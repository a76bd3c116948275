//! Objects: handles, guards, and the places in memory where versions are published.

mod anchor;
mod bonds;
mod cache;
mod cell;
mod context;
mod find;
mod follow;
mod freeze;
mod health;
mod hold;
mod identity;
mod inside;
mod memo;
mod memo_key;
mod memory;
mod objects;
mod pending;
mod plain;
mod publish;
mod read;
mod reference;
mod row;
mod rows;
mod shared;
mod version;
mod weak;
mod write;

pub use crate::codec::varint;
pub use anchor::Anchor;
pub use cache::CacheStats;
pub(crate) use cell::{AnyCell, Encoded};
pub(crate) use find::{reference_list, touch_cell};

pub(crate) use freeze::Killing;
pub(crate) use hold::Token;
pub use memo::Memo;
pub use objects::Objects;
pub(crate) use pending::{Frozen, find as find_cell};
pub use plain::is_plain;
pub use read::Read;
pub(crate) use row::header as row_header;
pub use rows::{RowReader, RowWriter, Stamp};
pub(crate) use shared::{Frame, Shared};
pub(crate) use version::Outcome;
pub use weak::WeakMemo;
pub use write::Write;
