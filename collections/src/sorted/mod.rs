//! Rows in key order: what dicts, sets and indexes are made of.

mod batch;
mod bounds;
mod change;
mod cursor;
mod entry;
mod iter;
mod many;
mod row_key;

pub(crate) use batch::{Item, Taken};
pub(crate) use bounds::Span;
pub(crate) use change::{
    Change, Stored, delete_where, encode_value, insert_referring, put_plain, put_short,
};
pub(crate) use cursor::Cursor;
pub(crate) use entry::{Entry, full_entry, is_entry};
pub(crate) use iter::{Iter, TryIter};
pub(crate) use iter::{Keys, Pairs, Projection, Values, find, find_plain};
pub(crate) use many::{Many, OneOf};
