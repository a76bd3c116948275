//! What users hold: handles, the guards that they give, and what a handle is inside a value.

pub(in crate::object) mod context;
pub(in crate::object) mod guards;
pub(in crate::object) mod handle;
pub(in crate::object) mod hold;
pub(in crate::object) mod inside;
pub(in crate::object) mod memo;
pub(in crate::object) mod memo_key;
pub(in crate::object) mod memo_tag;
pub(in crate::object) mod read;
pub(in crate::object) mod reference;
pub(in crate::object) mod weak;
pub(in crate::object) mod write;
