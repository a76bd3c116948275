//! The classes that the program has Rust types for, whether or not it ever names them.

use std::any::TypeId;

use super::info::{Class, ClassInfo};

/// A class of the program. The linker gathers them.
#[derive(Debug)]
pub struct Known {
    pub(crate) kind: TypeId,
    pub(crate) info: &'static ClassInfo,
}

inventory::collect!(Known);

impl Known {
    /// What generated code says of its class.
    pub const fn of<T: Class>() -> Self {
        Self { kind: TypeId::of::<T>(), info: T::INFO }
    }

    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        inventory::iter::<Self>.into_iter()
    }
}
