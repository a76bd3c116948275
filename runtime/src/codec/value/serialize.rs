//! Values into any serde format: as what they are in db0's own, in tagged forms elsewhere.

use std::{collections::HashSet, num::NonZero};

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeMap},
};

use super::{
    home,
    tagged::{self, f32_text, f64_text, looks_tagged, reference_text, to_hex},
    types::Value,
};
use crate::codec::{
    format::TIME_NAME,
    limits::DEPTH_MAX,
    reference::{AsBytes, is_codec, note_bare},
};

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if is_codec::<S::Error>() {
            self.check_size().map_err(S::Error::custom)?;
            return store(self, serializer);
        }
        Foreign { value: self, depth: 0 }.serialize(serializer)
    }
}

/// A part of a value whose size has been looked at.
struct Part<'a>(&'a Value);

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        store(self.0, serializer)
    }
}

fn store<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Value::Nil => serializer.serialize_unit(),
        Value::SomeNil(count) => {
            let inner = NonZero::new(count.get() - 1).map_or(Value::Nil, Value::SomeNil);
            serializer.serialize_some(&inner)
        }
        Value::Bool(value) => serializer.serialize_bool(*value),
        // Not as 128 bits where it can be helped: serde's buffer has no room for them.
        Value::Int(value) => match (u64::try_from(*value), i64::try_from(*value)) {
            (Ok(value), _) => serializer.serialize_u64(value),
            (_, Ok(value)) => serializer.serialize_i64(value),
            _ => serializer.serialize_i128(*value),
        },
        Value::UInt(value) => match u64::try_from(*value) {
            Ok(value) => serializer.serialize_u64(value),
            Err(_) => serializer.serialize_u128(*value),
        },
        Value::Float(value) => serializer.serialize_f64(*value),
        Value::Float32(value) => serializer.serialize_f32(*value),
        Value::Text(text) => serializer.serialize_str(text),
        Value::Bytes(bytes) => serializer.serialize_bytes(bytes),
        Value::List(items) => serializer.collect_seq(items.iter().map(Part)),
        Value::Map(entries) => {
            serializer.collect_map(entries.iter().map(|(key, value)| (Part(key), Part(value))))
        }
        Value::Reference(reference) => {
            note_bare();
            home::check(reference.home(), reference.ext()).map_err(S::Error::custom)?;
            reference.ext().serialize(serializer)
        }
        Value::Time(time) => {
            serializer.serialize_newtype_struct(TIME_NAME, &AsBytes(&time.to_bytes()))
        }
    }
}

/// A value on its way into a format of others.
struct Foreign<'a> {
    value: &'a Value,
    depth: usize,
}

impl<'a> Foreign<'a> {
    fn inner(&self, value: &'a Value) -> Self {
        Self { value, depth: self.depth + 1 }
    }

    fn map<S: Serializer>(
        &self,
        entries: &'a [(Value, Value)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        if is_plain(entries) {
            let entries = entries
                .iter()
                .map(|(key, value)| (key.as_str().unwrap_or_default(), self.inner(value)));
            return serializer.collect_map(entries);
        }
        let flat: Vec<_> =
            entries.iter().flat_map(|(key, value)| [self.inner(key), self.inner(value)]).collect();
        tag(serializer, tagged::MAP, &flat)
    }
}

/// Whether these entries can be a map of texts that is not taken for anything else.
fn is_plain(entries: &[(Value, Value)]) -> bool {
    if let [(Value::Text(key), _)] = entries {
        return !looks_tagged(key);
    }
    let mut keys = HashSet::with_capacity(entries.len());
    entries.iter().all(|(key, _)| key.as_str().is_some_and(|key| keys.insert(key)))
}

fn tag<S: Serializer, T: Serialize + ?Sized>(
    serializer: S,
    tag: &'static str,
    content: &T,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(tag, content)?;
    map.end()
}

impl Serialize for Foreign<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.depth > DEPTH_MAX {
            return Err(S::Error::custom(format_args!("nesting over {DEPTH_MAX}")));
        }
        match self.value {
            Value::SomeNil(count) => tag(serializer, tagged::SOME, count),
            Value::Int(value)
                if i64::try_from(*value).is_err() && u64::try_from(*value).is_err() =>
            {
                tag(serializer, tagged::INT, &value.to_string())
            }
            Value::UInt(value) if u64::try_from(*value).is_err() => {
                tag(serializer, tagged::INT, &value.to_string())
            }
            Value::Float(value) if !value.is_finite() => {
                tag(serializer, tagged::F64, &f64_text(*value))
            }
            Value::Float32(value) => tag(serializer, tagged::F32, &f32_text(*value)),
            Value::Bytes(bytes) if serializer.is_human_readable() => {
                tag(serializer, tagged::BYTES, &to_hex(bytes))
            }
            Value::List(items) => serializer.collect_seq(items.iter().map(|item| self.inner(item))),
            Value::Map(entries) => self.map(entries, serializer),
            Value::Reference(reference) => tag(serializer, tagged::REF, &reference_text(reference)),
            Value::Time(time) => tag(serializer, tagged::TIME, &(time.secs(), time.nanos())),
            plain => store(plain, serializer),
        }
    }
}
