//! States by time: the log, which of them are kept, and who uses them.

pub(in crate::store) mod board;
pub(in crate::store) mod keeping;
pub(in crate::store) mod kept;
pub(crate) mod log;
pub(in crate::store) mod pinned;
pub(in crate::store) mod pins;
pub(in crate::store) mod prune;
pub(in crate::store) mod retention;
pub(in crate::store) mod state_log;
