//! What collections stand on: their places, and their rows below an object's number.

pub(in crate::object) mod anchor;
pub(in crate::object) mod default_of;
pub(in crate::object) mod place;
pub(in crate::object) mod roots;
pub(in crate::object) mod row_changes;
pub(in crate::object) mod row_writer;
pub(in crate::object) mod rows;
pub(in crate::object) mod rows_short;
pub(in crate::object) mod staging;
pub(in crate::object) mod upsert;
