//! Objects whose Rust type is not named, or not known: handles, attributes, export.

pub(in crate::object) mod any;
pub(in crate::object) mod any_serde;
pub(in crate::object) mod attrs;
pub(in crate::object) mod content;
pub(in crate::object) mod erased;
pub(in crate::object) mod excluding;
pub(in crate::object) mod export;
pub(in crate::object) mod kind;
pub(in crate::object) mod left_out;
