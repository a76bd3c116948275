//! What `#[db0::memo]` and `#[derive(db0::Tag)]` make of a type.

mod conditions;
mod constants;
mod defaults;
mod enums;
mod info;
mod keys;
mod names;
mod places;
mod tags;
mod traits;
mod tuples;

use db0::plumbing::{Class, ClassInfo, FieldInfo, KeyUse};
use serde::{Deserialize, Serialize};

/// Stands for a handle: a type of which nothing is known at compile time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Handle<T>(pub(crate) Vec<T>);

pub(crate) fn info<C: Class>() -> &'static ClassInfo {
    C::INFO
}

pub(crate) fn field_names<C: Class>() -> Vec<&'static str> {
    info::<C>().fields.iter().map(|field| field.name).collect()
}

pub(crate) fn field<C: Class>(name: &str) -> &'static FieldInfo {
    info::<C>().fields.iter().find(|field| field.name == name).expect("a stored field")
}

pub(crate) fn keys<C: Class>() -> Vec<(&'static str, KeyUse)> {
    info::<C>().keys.iter().map(|key| (key.name, key.kind)).collect()
}

pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data")
}
