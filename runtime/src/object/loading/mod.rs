//! Finding objects, and making values of their rows.

pub(in crate::object) mod ahead;
pub(in crate::object) mod evolve;
pub(in crate::object) mod find;
pub(in crate::object) mod plain;
pub(in crate::object) mod row;
