//! The forms that values take in formats of others, such as JSON, where these lack one.
//!
//! A map of one entry whose key begins with `$`:
//!
//! | form | value |
//! | --- | --- |
//! | `{"$some": 1}` | so many `Some`s around nil |
//! | `{"$int": "340282366920938463463374607431768211455"}` | an integer beyond 64 bits |
//! | `{"$f32": "0.1"}` | a float of 32 bits |
//! | `{"$f64": "inf"}`, `{"$f64": "NaN:7ff8000000000001"}` | a float that is no number |
//! | `{"$bytes": "00ff"}` | bytes |
//! | `{"$ref": "1:00ff"}` | a reference: its kind and payload |
//! | `{"$time": [secs, nanos]}` | a time |
//! | `{"$map": [key, value, …]}` | a map with other keys than text, with a key twice, or that looks like one of these |

use std::{fmt::Write, num::NonZero};

use super::types::{Reference, Value};
use crate::codec::{format::Time, reference::RefExt};

pub(super) const SOME: &str = "$some";
pub(super) const INT: &str = "$int";
pub(super) const F32: &str = "$f32";
pub(super) const F64: &str = "$f64";
pub(super) const BYTES: &str = "$bytes";
pub(super) const REF: &str = "$ref";
pub(super) const TIME: &str = "$time";
pub(super) const MAP: &str = "$map";
/// As `serde_json` gives every number when its feature `arbitrary_precision` is on.
const JSON_NUMBER: &str = "$serde_json::private::Number";

/// Whether a map of this one key could be taken for one of the forms.
pub(super) fn looks_tagged(key: &str) -> bool {
    key.starts_with('$')
}

/// The value that `{tag: content}` stands for; the two again where it is just a map.
pub(super) fn untag(tag: String, content: Value) -> Value {
    let value = match (tag.as_str(), &content) {
        (SOME, Value::Int(count)) => {
            u8::try_from(*count).ok().and_then(NonZero::new).map(Value::SomeNil)
        }
        (INT, Value::Text(digits)) => integer(digits),
        (F32, Value::Text(text)) => {
            float(text, |bits| u32::try_from(bits).ok().map(f32::from_bits)).map(Value::Float32)
        }
        (F64, Value::Text(text)) => {
            float(text, |bits| Some(f64::from_bits(bits))).map(Value::Float)
        }
        (BYTES, Value::Text(hex)) => from_hex(hex).map(Value::Bytes),
        (REF, Value::Text(text)) => reference(text),
        (TIME, Value::List(parts)) => time(parts),
        (JSON_NUMBER, Value::Text(number)) => {
            integer(number).or_else(|| number.parse().ok().map(Value::Float))
        }
        (MAP, Value::List(items)) if items.len() % 2 == 0 => return pairs(content),
        _ => None,
    };
    value.unwrap_or_else(|| Value::Map(vec![(Value::Text(tag), content)]))
}

fn pairs(content: Value) -> Value {
    let Value::List(items) = content else { return content };
    let mut items = items.into_iter();
    let next = || items.next().zip(items.next());
    Value::Map(std::iter::from_fn(next).collect())
}

fn integer(digits: &str) -> Option<Value> {
    digits.parse().map(Value::Int).or_else(|_| digits.parse().map(Value::UInt)).ok()
}

fn time(parts: &[Value]) -> Option<Value> {
    let [secs, nanos] = parts else { return None };
    Time::new(secs.as_i64()?, u32::try_from(nanos.as_u64()?).ok()?).map(Value::Time)
}

fn reference(text: &str) -> Option<Value> {
    let (kind, payload) = text.split_once(':')?;
    RefExt::from_parts(kind.parse().ok()?, &from_hex(payload)?)
        .map(|ext| Value::Reference(ext.into()))
}

pub(super) fn reference_text(reference: &Reference) -> String {
    format!("{}:{}", reference.ext().kind(), to_hex(reference.ext().payload()))
}

fn float<F: std::str::FromStr>(text: &str, from_bits: impl Fn(u64) -> Option<F>) -> Option<F> {
    match text.strip_prefix("NaN:") {
        Some(bits) => u64::from_str_radix(bits, 16).ok().and_then(from_bits),
        None => text.parse().ok(),
    }
}

pub(super) fn f32_text(value: f32) -> String {
    if value.is_nan() { format!("NaN:{:x}", value.to_bits()) } else { value.to_string() }
}

pub(super) fn f64_text(value: f64) -> String {
    if value.is_nan() { format!("NaN:{:x}", value.to_bits()) } else { value.to_string() }
}

pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        // Writing to a String can't fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let nibble =
        |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, []) = hex.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|&[high, low]| Some(nibble(high)? << 4 | nibble(low)?)).collect()
}
