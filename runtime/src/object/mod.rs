//! Objects: handles, guards, and the places in memory where versions are published.

mod cells;
mod collection;
mod handles;
mod keeping;
mod loading;
mod objects;
mod publishing;
mod shared;
mod untyped;
mod views;

pub use crate::codec::varint;
pub use cells::cache::CacheStats;
pub(crate) use cells::{
    any_cell::{AnyCell, Encoded},
    version::Outcome,
};
pub use collection::{
    anchor::Anchor,
    roots::Root,
    row_writer::RowWriter,
    rows::{RowReader, Stamp},
};
pub(crate) use handles::{
    context::runs_users_code,
    guards::{holds_guards, refuse_in_child, refuse_in_commit},
    hold::{Grip, Token},
};
pub use handles::{
    context::{asking, decoding_for, is_checking},
    handle::{Found, Handle},
    memo::Memo,
    read::Read,
    weak::WeakMemo,
    write::Write,
};
pub(crate) use keeping::{progress::Progress, typed::check_unique};
pub(crate) use loading::row::header as row_header;
pub use loading::{ahead::Ahead, plain::is_plain};
pub use objects::Objects;
pub(crate) use publishing::{
    freeze::Killing,
    pending::{Collected, Condemned, Frozen, Undecided, find as find_cell},
    publish::VERSION_BYTES,
    young::Young,
};
pub(crate) use shared::{Frame, Shared};
pub use untyped::{
    any::AnyMemo,
    attrs::Attrs,
    export::Export,
    kind::{ByTrait, Cast, Kind},
};
pub(crate) use views::{
    still::{Still, holds_still},
    together::{PATIENCE, busy},
};
