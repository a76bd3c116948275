//! Values from any serde format that tells what comes next.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use super::{
    tagged::{looks_tagged, untag},
    types::{Reference, Value},
};
use crate::codec::{
    fault::Fault,
    format::{RAW_NAME, REFERENCE_NAME, SERDE_NANOS, SERDE_SECS, Time},
    limits::DEPTH_MAX,
    reference::{RefExt, is_codec},
};

/// In formats of others a map may take two of their levels.
const LEVELS_MAX: usize = 2 * DEPTH_MAX + 2;

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if is_codec::<D::Error>() {
            return deserializer.deserialize_newtype_struct(RAW_NAME, StoredVisitor);
        }
        Any { depth: 0, source: Source::Foreign }.deserialize(deserializer)
    }
}

/// Where the parts of a value come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// db0's own bytes, by way of serde's buffer.
    Buffer,
    /// A format of others, in which tagged forms stand for what it lacks.
    Foreign,
}

/// The bytes themselves, or serde's buffer.
struct StoredVisitor;

impl<'de> Visitor<'de> for StoredVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bytes<E: de::Error>(self, raw: &[u8]) -> Result<Value, E> {
        Value::from_raw(raw).map_err(|error| E::custom(Fault::from(error)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        Any { depth: 0, source: Source::Buffer }.deserialize(deserializer)
    }
}

/// A value so many levels down.
#[derive(Clone, Copy)]
struct Any {
    depth: usize,
    source: Source,
}

impl Any {
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == LEVELS_MAX {
            return Err(E::custom(format_args!("nesting over {DEPTH_MAX}")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Any {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nil)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nil)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Ok(self.inner()?.deserialize(deserializer)?.some())
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        self.inner()?.deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f32<E>(self, value: f32) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(bytes.to_owned()))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Value, E> {
        Ok(Value::Bytes(bytes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(inner)? {
            entries.push((key, map.next_value_seed(inner)?));
        }
        Ok(match self.source {
            Source::Foreign => from_foreign(entries),
            Source::Buffer => from_buffer(entries),
        })
    }
}

fn from_foreign(mut entries: Vec<(Value, Value)>) -> Value {
    match entries.pop() {
        Some((Value::Text(key), content)) if entries.is_empty() && looks_tagged(&key) => {
            untag(key, content)
        }
        last => {
            entries.extend(last);
            Value::Map(entries)
        }
    }
}

/// What the decoder gives serde's buffer for references and times.
fn from_buffer(entries: Vec<(Value, Value)>) -> Value {
    let known = match entries.as_slice() {
        [(Value::Text(key), Value::Bytes(bytes))] if key == REFERENCE_NAME => {
            RefExt::from_bytes(bytes).map(|ext| Value::Reference(Reference::from(ext)))
        }
        [(Value::Text(first), nanos), (Value::Text(second), secs)]
            if first == SERDE_NANOS && second == SERDE_SECS =>
        {
            let nanos = nanos.as_u64().and_then(|nanos| u32::try_from(nanos).ok());
            secs.as_i64()
                .zip(nanos)
                .and_then(|(secs, nanos)| Time::new(secs, nanos))
                .map(Value::Time)
        }
        _ => None,
    };
    known.unwrap_or(Value::Map(entries))
}
