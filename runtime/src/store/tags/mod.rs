//! Who bears what: sets of neighbouring numbers on disk, and the tags of each object.

pub(in crate::store) mod bearers;
pub(in crate::store) mod checked;
pub(in crate::store) mod chunk;
pub(in crate::store) mod container;
pub(in crate::store) mod containers;
pub(in crate::store) mod members;
pub(in crate::store) mod tag_row;
pub(in crate::store) mod tag_view;
pub(in crate::store) mod tally;
pub(in crate::store) mod unborne;
