//! Objects in memory: one cell each, and the versions that follow each other in it.

pub(in crate::object) mod any_cell;
pub(in crate::object) mod cache;
pub(in crate::object) mod cell;
pub(in crate::object) mod chain;
pub(in crate::object) mod handles;
pub(in crate::object) mod identity;
pub(in crate::object) mod memory;
pub(in crate::object) mod moment;
pub(in crate::object) mod stale;
pub(in crate::object) mod version;
