//! Values from stored bytes and to them, and by way of bytes from Rust types and to them.

use std::num::NonZero;

use serde::{Serialize, de::DeserializeOwned};

use super::types::{Reference, Value};
use crate::{
    codec::{
        decode::decode,
        encode::encode,
        fault::{Error, Fault},
        format::{self, REFERENCE_KINDS, Time, Wide},
        limits::{DEPTH_MAX, VALUE_BYTES_MAX},
        reader::{Reader, Token, utf8},
        reference::RefExt,
    },
    error,
};

impl Value {
    /// Any value of Rust as it would be stored.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> error::Result<Self> {
        to_value(value).map_err(refused)
    }

    /// This value as a Rust type, as if it were read from where it is stored.
    pub fn to<T: DeserializeOwned>(&self) -> error::Result<T> {
        from_value(self).map_err(|fault| misfit("this value does not fit", &fault))
    }

    /// The value that these stored bytes are.
    pub fn from_bytes(bytes: &[u8]) -> error::Result<Self> {
        decode(bytes).map_err(|fault| misfit("these bytes are no value", &fault))
    }

    /// The bytes as which this value is stored.
    pub fn to_bytes(&self) -> error::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        encode(self, &mut bytes).map_err(refused)?;
        Ok(bytes)
    }

    pub(super) fn from_raw(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let mut room = VALUE_BYTES_MAX;
        let value = take(&mut reader, 0, &mut room)?;
        reader.finish()?;
        Ok(value)
    }

    /// `Some` around a value.
    pub(super) fn some(self) -> Self {
        match self {
            Self::Nil => Self::SomeNil(NonZero::<u8>::MIN),
            Self::SomeNil(count) => Self::SomeNil(count.saturating_add(1)),
            other => other,
        }
    }
}

/// [`Value::of`] for callers that say themselves what is at fault.
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Fault> {
    let mut bytes = Vec::new();
    encode(value, &mut bytes)?;
    decode(&bytes)
}

/// [`Value::to`] for callers that say themselves what is at fault.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Fault> {
    let mut bytes = Vec::new();
    encode(value, &mut bytes)?;
    decode(&bytes)
}

fn misfit(what: &str, fault: &Fault) -> error::Error {
    error::Error::Invalid(format!("{what}: {fault}"))
}

fn refused(fault: Fault) -> error::Error {
    let what = if fault.path.is_empty() { "the value".into() } else { fault.path };
    error::Error::Encode { what, why: fault.why }
}

/// The value at the cursor, which is `depth` arrays and maps down, if there is room for it.
pub(super) fn take(
    reader: &mut Reader<'_>,
    depth: usize,
    room: &mut usize,
) -> Result<Value, Error> {
    let token = reader.token()?;
    let own = match token {
        Token::Text(bytes) | Token::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    *room = room.checked_sub(size_of::<Value>() + own).ok_or_else(too_large)?;
    Ok(match token {
        Token::Nil => Value::Nil,
        Token::Bool(value) => Value::Bool(value),
        Token::UInt(value) => Value::Int(value.into()),
        Token::Int(value) => Value::Int(value.into()),
        Token::F32(value) => Value::Float32(value),
        Token::F64(value) => Value::Float(value),
        Token::Text(text) => Value::Text(utf8(text)?.to_owned()),
        Token::Bytes(bytes) => Value::Bytes(bytes.to_owned()),
        Token::Array(_) | Token::Map(_) if depth == DEPTH_MAX => return Err(Error::too_deep()),
        Token::Array(length) => {
            let mut items = Vec::with_capacity(cautious::<Value>(length));
            for index in 0..length {
                items.push(take(reader, depth + 1, room).map_err(|error| error.at_index(index))?);
            }
            Value::List(items)
        }
        Token::Map(length) => {
            let mut entries = Vec::with_capacity(cautious::<(Value, Value)>(length));
            for _ in 0..length {
                let key = take(reader, depth + 1, room)?;
                entries.push((key, take(reader, depth + 1, room)?));
            }
            Value::Map(entries)
        }
        Token::Ext(ext) => take_ext(ext)?,
    })
}

fn too_large() -> Error {
    Error::new(format!("a value that takes more than {VALUE_BYTES_MAX} bytes of memory"))
}

impl Value {
    /// The bytes of memory that it takes, as reading it counts them.
    fn bytes_in_memory(&self) -> usize {
        let own = match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::List(items) => items.iter().map(Self::bytes_in_memory).sum(),
            Self::Map(entries) => entries
                .iter()
                .map(|(key, value)| key.bytes_in_memory() + value.bytes_in_memory())
                .sum(),
            _ => 0,
        };
        size_of::<Self>() + own
    }

    /// Counts this value towards what one row may take.
    pub(crate) fn take_room(&self, room: &mut usize) -> error::Result<()> {
        *room = room
            .checked_sub(self.bytes_in_memory())
            .ok_or_else(|| misfit("these fields are too large", &Fault::from(too_large())))?;
        Ok(())
    }

    /// Refuses what could not be read again.
    pub(super) fn check_size(&self) -> Result<(), Error> {
        if self.bytes_in_memory() > VALUE_BYTES_MAX { Err(too_large()) } else { Ok(()) }
    }
}

fn take_ext(ext: &[u8]) -> Result<Value, Error> {
    let (kind, payload) =
        ext.split_first().ok_or_else(|| Error::new("an extension without a kind"))?;
    let malformed = || Error::new(format!("a malformed extension of kind {kind}"));
    Ok(match *kind {
        format::INT | format::UINT => match Wide::from_payload(*kind, payload)? {
            Wide::Int(value) => Value::Int(value),
            Wide::UInt(value) => Value::UInt(value),
        },
        format::SOME => match *payload {
            [count] if usize::from(count) <= DEPTH_MAX => {
                Value::SomeNil(NonZero::new(count).ok_or_else(malformed)?)
            }
            _ => return Err(malformed()),
        },
        format::TIME => Value::Time(Time::from_payload(payload)?),
        kind if REFERENCE_KINDS.contains(&kind) => {
            Value::Reference(RefExt::from_bytes(ext).map(Reference::from).ok_or_else(malformed)?)
        }
        kind => {
            return Err(Error::new(format!(
                "unknown extension kind {kind}: written by a newer version?"
            )));
        }
    })
}

/// A capacity that a mere claim can't make huge: what is really there grows the vector.
fn cautious<T>(length: usize) -> usize {
    length.min((1 << 20) / size_of::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many elements as fit.
    const COUNT: usize = VALUE_BYTES_MAX / size_of::<Value>() - 1;

    fn encoded(count: usize) -> Vec<u8> {
        let mut bytes = vec![0xdd];
        bytes.extend_from_slice(&u32::try_from(count).expect("it fits").to_be_bytes());
        bytes.resize(5 + count, 0xc0);
        bytes
    }

    #[test]
    fn what_small_bytes_grow_to_is_bounded_and_what_is_written_can_be_read() {
        let full = Value::List(vec![Value::Nil; COUNT]);
        let bytes = full.to_bytes().expect("it fits");
        assert_eq!(bytes, encoded(COUNT));
        assert_eq!(Value::from_bytes(&bytes).expect("it was written"), full);
        let told = Value::from_bytes(&encoded(COUNT + 1)).expect_err("it is larger").to_string();
        assert!(told.contains("bytes of memory"), "{told}");
        let larger = Value::List(vec![Value::Nil; COUNT + 1]);
        let refused = larger.to_bytes().expect_err("it could not be read");
        assert!(refused.to_string().contains("bytes of memory"), "{refused}");
        let within = Value::List(vec![Value::List(vec![larger])]);
        assert!(within.to_bytes().is_err(), "nesting makes it no smaller");
    }
}
