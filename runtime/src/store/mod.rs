//! Rows with history: tables, envelopes, layers, views, commits, the log.

mod ahead;
mod board;
mod by_oid;
mod changes;
mod committing;
mod container;
mod create;
mod engine;
mod envelope;
mod head;
mod inline;
mod keeping;
mod kept;
mod key;
mod keys;
mod layer;
mod log;
mod many;
#[cfg(test)]
mod model;
mod num;
mod others;
mod owners;
mod past;
mod pinned;
mod pins;
mod postings;
mod prune;
mod recording;
mod retention;
mod row_bytes;
mod scan;
mod stack;
mod state_log;
mod table;
mod tag_row;
mod unborne;
mod view;
mod writer;

pub(crate) use crate::codec::varint::{
    self, put as put_varint, put_ordered, take as take_varint, take_ordered,
};
pub(crate) use ahead::Ahead as ChunksAhead;
pub(crate) use board::FOLDER as PINS_FOLDER;
pub(crate) use by_oid::{OidHasher, OidSet};
pub(crate) use changes::{Changes, Happened};
pub(crate) use committing::NotCommitted;
pub(crate) use container::CHUNK_BITS;
pub use container::Chunk;
pub(crate) use engine::Store;
pub(crate) use head::Head;
pub(crate) use key::{OidKey, RowKey, oid_key, oid_of_key};
pub(crate) use layer::{Entry, Layer, LayerRows};
pub(crate) use log::StateRow;
pub(crate) use num::{ClassId, IndexId, Oid, PrefixId, StateNum, TagId};
pub(crate) use others::OnlyWriter;
pub(crate) use pins::Pin;
pub(crate) use postings::{Postings, oid_at, place};
pub(crate) use recording::Commit;
pub(crate) use row_bytes::RowBytes;
pub(crate) use scan::{Direction, KeyRange, successor};
pub(crate) use table::Table;
pub(crate) use tag_row::{PutOn, tags_hold};
pub(crate) use view::View;
pub(crate) use writer::{Before, Prepared, Writer, Wrote};
