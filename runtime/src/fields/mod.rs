//! What is kept of declared fields: definitions, entries in key order, and tags that fields give.

mod change;
mod definition;
mod entry;
mod scan;
mod tags;

pub(crate) use change::{Change, Claim};
pub(crate) use definition::{Definition, Definitions};
pub(crate) use entry::{entry_of, entry_row};
pub(crate) use scan::{holders, scan};
pub(crate) use tags::field_tags_key;
