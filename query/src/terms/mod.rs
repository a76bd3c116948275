//! What may be asked for: tags, conditions on fields, and how they are put together.

pub(crate) mod condition;
pub(crate) mod criteria;
pub(crate) mod dyn_memo;
pub(crate) mod expr;
pub(crate) mod field;
pub(crate) mod findable;
mod letters;
pub(crate) mod of;
pub(crate) mod tag;
pub(crate) mod words;
