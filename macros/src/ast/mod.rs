//! A class as it was written: the item itself, and what its attributes say beside it.

mod class;
mod constant;
mod field;

pub(crate) use class::{Body, Class, Shape};
pub(crate) use field::{Field, Variant};
