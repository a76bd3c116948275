//! Rows in key order: what dicts, sets and indexes are made of.

mod batch;
mod bounds;
mod change;
mod cursor;
mod entry;
mod iter;
mod many;
mod row_key;

pub(crate) use batch::Item;
pub(crate) use bounds::Span;
pub(crate) use change::{Change, Stored, encode_value, put_plain, put_where_known};
pub(crate) use cursor::Cursor;
pub(crate) use entry::{Entry, full_entry};
pub(crate) use iter::{Iter, TryIter};
pub(crate) use iter::{Keys, Pairs, Values, find, find_plain};
pub(crate) use many::Many;
