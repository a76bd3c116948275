//! Tags of objects: put on, taken off, and listed.

pub(crate) mod all_tags;
pub(crate) mod tags;
