//! What may be asked for: tags, conditions on fields, how they are put together, and orders.

mod asking;
pub(crate) mod condition;
pub(crate) mod core;
pub(crate) mod criteria;
pub(crate) mod dyn_memo;
pub(crate) mod expr;
pub(crate) mod field;
pub(crate) mod field_key;
pub(crate) mod field_test;
pub(crate) mod findable;
pub(crate) mod keys;
mod letters;
pub(crate) mod of;
pub(crate) mod order;
pub(crate) mod source;
pub(crate) mod tag;
pub(crate) mod tuples;
pub(crate) mod words;
