//! Rows with history: tables, envelopes, layers, views, commits, the log.

mod by_oid;
mod engine;
mod envelope;
mod folder;
mod head;
mod history;
mod inline;
mod key;
#[cfg(test)]
mod model;
mod num;
mod reading;
mod row_bytes;
mod sealed;
mod sum;
mod table;
mod tags;
mod uncommitted;
mod writing;

pub(crate) use crate::codec::varint::{
    self, put as put_varint, put_ordered, take as take_varint, take_ordered,
};
pub(crate) use by_oid::{OidHasher, OidSet};
pub(crate) use engine::Store;
pub(crate) use envelope::Envelope;
pub use folder::space::Space;
pub(crate) use folder::{
    mark::{FILE as MARK_FILE, Mark},
    others::OnlyWriter,
    reserve::{FILE as RESERVE_FILE, Reserve},
    upkeep::{TENDED_EVERY, Upkeep},
};
pub(crate) use head::{HEAD_KEY, Head};
pub(crate) use history::{
    board::FOLDER as PINS_FOLDER,
    kept::parse as parse_kept_changes,
    log::{self, StateRow},
    pins::Pin,
};
pub(crate) use key::{OidKey, RowKey, hex, oid_key, oid_of_key};
pub(crate) use num::{ClassId, IndexId, Oid, PrefixId, StateNum, TagId};
pub(crate) use reading::{
    owners::each_collection,
    scan::{Direction, KeyRange, successor},
    view::View,
};
pub(crate) use row_bytes::RowBytes;
pub(crate) use sealed::{body_of, checked as checked_row};
pub(crate) use sum::weight;
pub(crate) use table::Table;
pub use tags::{bearers::Bearers, chunk::Chunk};
pub(crate) use tags::{
    chunk::CHUNK_BITS,
    container::Container,
    containers::{Containers, OfTag},
    tag_row::{PutOn, tags_hold},
    tag_view::OneByOne,
    tally::{Tally, of_tally_key, tally_key},
};
pub(crate) use uncommitted::{
    layer::{Entry, Layer, LayerRows},
    postings::{Postings, of_posting_key, oid_at, place, posting_key},
    retag::{Done, Retag},
    run::FOLDER as SCRATCH_FOLDER,
    upserted::{Below, Moment, Upserted},
};
pub(crate) use writing::{
    changes::{Changes, Happened},
    committing::NotCommitted,
    create::{place as place_new, rename},
    filling::Filling,
    put::{Before, Wrote},
    recording::Commit,
    writer::{Prepared, Writer},
};
