//! Equality and hashing: as those of the stored bytes.

use std::hash::{Hash, Hasher};

use super::types::Value;

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::SomeNil(a), Self::SomeNil(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::UInt(a), Self::UInt(b)) => a == b,
            (Self::Int(int), Self::UInt(uint)) | (Self::UInt(uint), Self::Int(int)) => {
                u128::try_from(*int) == Ok(*uint)
            }
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Float32(a), Self::Float32(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Reference(a), Self::Reference(b)) => a == b,
            (Self::Time(a), Self::Time(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // An `Int` and a `UInt` may be equal.
        let kind = match self {
            Self::UInt(_) => &Self::Int(0),
            other => other,
        };
        std::mem::discriminant(kind).hash(state);
        match self {
            Self::Nil => {}
            Self::SomeNil(count) => count.hash(state),
            Self::Bool(value) => value.hash(state),
            Self::Int(value) => value.cast_unsigned().hash(state),
            Self::UInt(value) => value.hash(state),
            Self::Float(value) => value.to_bits().hash(state),
            Self::Float32(value) => value.to_bits().hash(state),
            Self::Text(text) => text.hash(state),
            Self::Bytes(bytes) => bytes.hash(state),
            Self::List(items) => items.hash(state),
            Self::Map(entries) => entries.hash(state),
            Self::Reference(reference) => reference.hash(state),
            Self::Time(time) => time.hash(state),
        }
    }
}
