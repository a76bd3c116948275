//! What is kept of declared fields, as objects change and when a declaration does.

pub(in crate::object) mod building;
pub(in crate::object) mod progress;
pub(in crate::object) mod typed;
pub(in crate::object) mod untyped;
