//! Rows with history: tables, envelopes, layers, views, commits, the log.

mod num;
mod varint;
mod table;
mod key;
mod envelope;
mod head;
mod container;
mod postings;
mod layer;
mod log;
mod stack;
mod scan;
mod past;
mod view;
mod writer;
mod engine;
#[cfg(test)]
mod model;

pub(crate) use container::CHUNK_BITS;
pub use container::Chunk;
pub(crate) use postings::{oid_at, place};
pub(crate) use engine::Store;
pub(crate) use key::{OidKey, RowKey, oid_key, oid_of_key};
pub(crate) use layer::{Entry, Layer, LayerRows};
pub(crate) use log::StateRow;
pub(crate) use num::{ClassId, Oid, PrefixId, StateNum, TagId};
pub(crate) use scan::{Direction, KeyRange, successor};
pub(crate) use table::Table;
pub(crate) use varint::{put as put_varint, put_ordered, take as take_varint, take_ordered};
pub(crate) use view::View;
pub(crate) use writer::{Before, Wrote, Writer};
