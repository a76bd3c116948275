//! Objects of classes that this program has no Rust type for: their rows as they are.

use std::any::{Any, TypeId};

use serde::{Deserialize, Serialize};

use crate::class::{Class, ClassInfo, Shape};

/// The fields of an object as they are stored, and the version of the class that says which.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::object) struct Untyped {
    pub(in crate::object) schema: u32,
    pub(in crate::object) fields: Box<[u8]>,
}

impl Class for Untyped {
    const INFO: &'static ClassInfo = &ClassInfo {
        name: "an object without a Rust type",
        rust_path: "db0::AnyMemo",
        renamed_from: &[],
        prefix: None,
        singleton: false,
        keep: false,
        plain: false,
        shape: Shape::Named,
        fields: &[],
        keys: &[],
    };
}

impl Untyped {
    /// `T` is this type. Folds to a constant.
    pub(in crate::object) fn is<T: 'static>() -> bool {
        TypeId::of::<T>() == TypeId::of::<Self>()
    }

    /// The value as an untyped one, if `T` is that. Folds to a constant.
    pub(in crate::object) fn of<T: 'static>(value: &T) -> Option<&Self> {
        (value as &dyn Any).downcast_ref()
    }

    /// This as a `T`, if that is the same type.
    pub(in crate::object) fn into_class<T: 'static>(self) -> Option<T> {
        let mut this = Some(self);
        (&mut this as &mut dyn Any).downcast_mut::<Option<T>>().and_then(Option::take)
    }
}
