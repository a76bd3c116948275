//! Values from what they hold, and back.

use std::{borrow::Cow, collections::BTreeMap, time::SystemTime};

use super::types::{Reference, Value};
use crate::{
    codec::{
        format::{Time, TimeRange},
        reference::RefExt,
    },
    error::Error,
};

macro_rules! from {
    ($($type:ty: $name:ident => $value:expr,)*) => {
        $(impl From<$type> for Value {
            fn from($name: $type) -> Self {
                $value
            }
        })*
    };
}

from! {
    (): _unit => Self::Nil,
    bool: value => Self::Bool(value),
    i8: value => Self::Int(value.into()),
    i16: value => Self::Int(value.into()),
    i32: value => Self::Int(value.into()),
    i64: value => Self::Int(value.into()),
    i128: value => Self::Int(value),
    isize: value => Self::Int(value as i128),
    u8: value => Self::Int(value.into()),
    u16: value => Self::Int(value.into()),
    u32: value => Self::Int(value.into()),
    u64: value => Self::Int(value.into()),
    u128: value => i128::try_from(value).map_or(Self::UInt(value), Self::Int),
    usize: value => Self::Int(value as i128),
    f32: value => Self::Float32(value),
    f64: value => Self::Float(value),
    char: value => Self::Text(value.into()),
    &str: value => Self::Text(value.into()),
    String: value => Self::Text(value),
    Cow<'_, str>: value => Self::Text(value.into()),
    Reference: value => Self::Reference(value),
    RefExt: value => Self::Reference(value.into()),
    Time: value => Self::Time(value),
}

impl TryFrom<SystemTime> for Value {
    type Error = TimeRange;

    fn try_from(time: SystemTime) -> Result<Self, TimeRange> {
        Time::try_from(time).map(Self::Time)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(option: Option<T>) -> Self {
        option.map_or(Self::Nil, |value| Self::some(value.into()))
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl<T: Clone + Into<Value>> From<&[T]> for Value {
    fn from(items: &[T]) -> Self {
        items.iter().cloned().collect()
    }
}

/// A map; for a hash map use [`Value::of`], which gives it the order in which it is stored.
impl<K: Into<Value>, V: Into<Value>> From<BTreeMap<K, V>> for Value {
    fn from(entries: BTreeMap<K, V>) -> Self {
        map(entries)
    }
}

/// A map, as `BTreeMap::from` takes it.
impl<K: Into<Value>, V: Into<Value>, const N: usize> From<[(K, V); N]> for Value {
    fn from(entries: [(K, V); N]) -> Self {
        map(entries)
    }
}

fn map<K: Into<Value>, V: Into<Value>>(entries: impl IntoIterator<Item = (K, V)>) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
}

/// A list.
impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

macro_rules! try_into {
    ($($type:ty)*) => {
        $(impl TryFrom<Value> for $type {
            type Error = Error;

            fn try_from(value: Value) -> Result<Self, Error> {
                value.to()
            }
        })*
    };
}

try_into! { bool i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 char String }
