//! What attributes say, read into values; whether it makes sense is asked in `check`.

mod class;
mod conditional;
mod field;
pub(crate) mod list;
mod rename;
mod serde;

pub(crate) use class::{ClassOptions, Composite, krate};
pub(crate) use conditional::{Cfgs, hidden};
pub(crate) use field::{DefaultValue, FieldOptions};
pub(crate) use rename::RenameRule;
pub(crate) use serde::SerdeOptions;
