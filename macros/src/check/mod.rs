//! Refuses what can't work, each mistake on the user's own token.

mod all;
mod class;
mod field;
mod keys;
mod names;
mod serde;

pub(crate) use all::class as check;
pub(crate) use class::is_memo;
