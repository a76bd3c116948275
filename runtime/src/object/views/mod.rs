//! Other moments than now: holding still, and following another process.

pub(in crate::object) mod follow;
pub(in crate::object) mod neighbours;
pub(in crate::object) mod stepping;
pub(in crate::object) mod still;
pub(in crate::object) mod together;
pub(in crate::object) mod watch;
