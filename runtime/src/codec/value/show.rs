//! Values as short text for people.

use std::fmt;

use super::{bytes::take, types::Value};
use crate::codec::{
    limits::VALUE_BYTES_MAX,
    reader::Reader,
    reference::{COLLECTION, STRONG, WEAK},
};

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::SomeNil(count) => {
                let count = usize::from(count.get());
                write!(f, "{}nil{}", "Some(".repeat(count), ")".repeat(count))
            }
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::UInt(value) => write!(f, "{value}"),
            // As Debug does it: 1.0 is not an integer.
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Float32(value) => write!(f, "{value:?}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Bytes(bytes) => {
                f.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("]")
            }
            Self::Map(entries) => {
                f.write_str("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{key}: {value}")?;
                }
                f.write_str("}")
            }
            Self::Reference(reference) => {
                let kind = match reference.ext().kind() {
                    STRONG => "strong",
                    WEAK => "weak",
                    COLLECTION => "collection",
                    _ => "reference",
                };
                write!(f, "&{kind}:")?;
                reference.ext().payload().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::Time(time) => write!(f, "@{}.{:09}", time.secs(), time.nanos()),
        }
    }
}

/// The first value of these bytes as text for a path: short, and never a fault of its own.
pub(crate) fn describe(bytes: &[u8]) -> String {
    const LENGTH_MAX: usize = 40;
    let mut room = VALUE_BYTES_MAX;
    let Ok(value) = take(&mut Reader::new(bytes), 0, &mut room) else { return "?".into() };
    let text = value.to_string();
    match text.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
