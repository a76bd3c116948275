//! Writes the code of a class that passed every check.

mod class;
mod constants;
mod defaults;
mod info;
pub(crate) mod item;
mod keys;
mod ordinal;

pub(crate) use class::class as expand;
pub(crate) use constants::expand as constants;
