//! Writing a state, and a commit as a value.

pub(in crate::store) mod changes;
pub(in crate::store) mod committing;
pub(in crate::store) mod create;
pub(in crate::store) mod ends;
pub(in crate::store) mod filling;
pub(in crate::store) mod put;
pub(in crate::store) mod recording;
pub(in crate::store) mod writer;
