//! Takes keys out of encoded values by their kind alone, for programs that lack the Rust type.
//!
//! What comes out is what the type would have written. Where the encoded form doesn't settle that
//! (dates, types with a serde of their own, a value of another type), nothing is guessed.

use super::{
    FieldKind, Key, KeyFault, KeyKind, KeySink, desc::write_reversed, escape, int::Int, moment,
    option,
};
use crate::codec::{
    STRONG,
    format::{self, Time, Wide},
    reader::{Reader, Token},
    varint,
};

/// Whether a key could be taken out of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// The key has been written.
    Key {
        /// It is 'no value' to a unique key.
        is_null: bool,
    },
    /// Only the Rust type knows: the index has to be rebuilt by a program that has it.
    Unknown,
}

const NOT_NULL: Outcome = Outcome::Key { is_null: false };

type Taken = Result<Outcome, KeyFault>;

impl KeyKind {
    /// Appends to `out` the key that `raw`, one encoded value, stands for; unless there is one,
    /// `out` is left as it was.
    ///
    /// ```
    /// use db0_runtime::codec::key::{Key, Outcome, encode_key};
    ///
    /// let mut key = Vec::new();
    /// let raw = [0x92, 0xA1, b'a', 0x07]; // ["a", 7]
    /// let outcome = <(String, u64)>::kind().key_of_msgpack(&raw, &mut key)?;
    /// assert_eq!(outcome, Outcome::Key { is_null: false });
    /// assert_eq!(key, encode_key(&("a".to_string(), 7_u64)));
    /// # Ok::<(), db0_runtime::codec::key::KeyFault>(())
    /// ```
    pub fn key_of_msgpack(&self, raw: &[u8], out: &mut Vec<u8>) -> Taken {
        let start = out.len();
        let taken = take_whole(self, raw, out);
        if !matches!(taken, Ok(Outcome::Key { .. })) {
            out.truncate(start);
        }
        taken
    }
}

impl FieldKind {
    /// Adds to `sink` the keys of an object whose declared fields, in their order, are encoded as
    /// `raws`: one field, or those of a composite. Tells whether the keys could be taken; if not,
    /// `sink` is left as it was.
    pub fn keys_of_msgpack(
        &self,
        ordinal: u16,
        raws: &[&[u8]],
        sink: &mut KeySink,
    ) -> Result<bool, KeyFault> {
        let before = sink.len();
        let taken = match (self, raws) {
            (Self::One(kind), [raw]) => sink.try_push(ordinal, |out| take_whole(kind, raw, out)),
            (Self::Each(kind), [raw]) => take_each(kind, ordinal, raw, sink),
            (Self::One(KeyKind::Tuple(kinds)), raws) if kinds.len() == raws.len() => sink
                .try_push(ordinal, |out| {
                    all(kinds.iter().zip(raws), |(kind, raw)| take_whole(kind, raw, out))
                }),
            _ => Ok(Outcome::Unknown),
        };
        let is_taken = matches!(taken, Ok(Outcome::Key { .. }));
        if !is_taken {
            sink.truncate(before);
        }
        taken.map(|_| is_taken)
    }
}

fn take_each(kind: &KeyKind, ordinal: u16, raw: &[u8], sink: &mut KeySink) -> Taken {
    let mut input = Reader::new(raw);
    let Token::Array(len) = token(&mut input)? else {
        return Ok(Outcome::Unknown);
    };
    let taken = all(0..len, |_| sink.try_push(ordinal, |out| take(kind, &mut input, out)))?;
    end(input, taken)
}

fn take_whole(kind: &KeyKind, raw: &[u8], out: &mut Vec<u8>) -> Taken {
    let mut input = Reader::new(raw);
    let taken = take(kind, &mut input, out)?;
    end(input, taken)
}

/// A value that was understood must be all there was.
fn end(input: Reader<'_>, taken: Outcome) -> Taken {
    match taken {
        Outcome::Key { .. } => input.finish().map(|()| taken).map_err(|_| KeyFault::Value),
        Outcome::Unknown => Ok(taken),
    }
}

/// Takes part after part, as long as each can be taken.
fn all<P>(parts: impl Iterator<Item = P>, mut take: impl FnMut(P) -> Taken) -> Taken {
    let mut any_null = false;
    for part in parts {
        match take(part)? {
            Outcome::Key { is_null } => any_null |= is_null,
            Outcome::Unknown => return Ok(Outcome::Unknown),
        }
    }
    Ok(Outcome::Key { is_null: any_null })
}

fn token<'a>(input: &mut Reader<'a>) -> Result<Token<'a>, KeyFault> {
    input.token().map_err(|_| KeyFault::Value)
}

fn take(kind: &KeyKind, input: &mut Reader<'_>, out: &mut Vec<u8>) -> Taken {
    match token(input)? {
        Token::Nil => nil(kind, 0, out),
        Token::Ext([format::SOME, somes]) => nil(kind, *somes, out),
        other => value(kind, other, input, out),
    }
}

/// Nil inside as many `Some`s.
fn nil(kind: &KeyKind, somes: u8, out: &mut Vec<u8>) -> Taken {
    match (kind, somes.checked_sub(1)) {
        (KeyKind::Option(_), None) => {
            option::write_head(false, out);
            Ok(Outcome::Key { is_null: true })
        }
        (KeyKind::Option(inner), Some(fewer)) => {
            option::write_head(true, out);
            nil(inner, fewer, out)
        }
        (KeyKind::Desc(inner), _) => write_reversed(out, |out| nil(inner, somes, out)),
        (KeyKind::Unit, None) => Ok(NOT_NULL),
        _ => Ok(Outcome::Unknown),
    }
}

/// The value that `token` begins.
fn value(kind: &KeyKind, token: Token<'_>, input: &mut Reader<'_>, out: &mut Vec<u8>) -> Taken {
    match (kind, token) {
        (KeyKind::Option(inner), _) => {
            option::write_head(true, out);
            value(inner, token, input, out)
        }
        (KeyKind::Desc(inner), _) => write_reversed(out, |out| value(inner, token, input, out)),
        (KeyKind::Tuple(kinds), Token::Array(len)) if len == kinds.len() => {
            all(kinds.iter(), |kind| take(kind, input, out))
        }
        (KeyKind::Array(element, expected), Token::Array(len)) if len as u64 == *expected => {
            all(0..len, |_| take(element, input, out))
        }
        (KeyKind::Array(element, expected), Token::Bytes(bytes))
            if **element == KeyKind::Int && bytes.len() as u64 == *expected =>
        {
            all(bytes.iter(), |byte| Ok(written(byte, out)))
        }
        (KeyKind::Bytes, Token::Array(len)) => take_bytes(len, input, out),
        (KeyKind::Duration, Token::Map(2)) => take_named_duration(input, out),
        (KeyKind::Duration, Token::Array(2)) => {
            let parts = (self::token(input)?, self::token(input)?);
            Ok(duration(parts, out))
        }
        _ => leaf(kind, token, out),
    }
}

/// A value without parts.
fn leaf(kind: &KeyKind, token: Token<'_>, out: &mut Vec<u8>) -> Taken {
    match (kind, token) {
        (KeyKind::Bool, Token::Bool(value)) => Ok(written(&value, out)),
        (KeyKind::Int, _) => match int(token)? {
            Some(int) => {
                int.write(out);
                Ok(NOT_NULL)
            }
            None => Ok(Outcome::Unknown),
        },
        (KeyKind::Float32, Token::F32(value)) => Ok(written(&value, out)),
        (KeyKind::Float64, Token::F64(value)) => Ok(written(&value, out)),
        (KeyKind::Char, Token::Text(text)) => {
            let mut chars = utf8(text)?.chars();
            match (chars.next(), chars.next()) {
                (Some(only), None) => Ok(written(&only, out)),
                _ => Ok(Outcome::Unknown),
            }
        }
        (KeyKind::Text, Token::Text(text)) => {
            escape::write(utf8(text)?.as_bytes(), out);
            Ok(NOT_NULL)
        }
        (KeyKind::Bytes, Token::Bytes(bytes)) => {
            escape::write(bytes, out);
            Ok(NOT_NULL)
        }
        (KeyKind::Uuid, Token::Bytes(bytes)) if bytes.len() == 16 => {
            out.extend_from_slice(bytes);
            Ok(NOT_NULL)
        }
        (KeyKind::Memo, Token::Ext([STRONG, payload @ ..])) => {
            let mut rest = payload;
            let number = varint::take_ordered(&mut rest).filter(|_| rest.is_empty());
            Ok(written(&number.ok_or(KeyFault::Value)?, out))
        }
        (KeyKind::Instant, Token::Ext([format::TIME, payload @ ..])) => {
            let time = Time::from_payload(payload).map_err(|_| KeyFault::Value)?;
            Ok(written(&(time.secs(), time.nanos()), out))
        }
        _ => Ok(Outcome::Unknown),
    }
}

fn written(key: &impl Key, out: &mut Vec<u8>) -> Outcome {
    key.write_key(out);
    NOT_NULL
}

fn utf8(text: &[u8]) -> Result<&str, KeyFault> {
    str::from_utf8(text).map_err(|_| KeyFault::Value)
}

fn int(token: Token<'_>) -> Result<Option<Int>, KeyFault> {
    Ok(match token {
        Token::UInt(value) => Some(Int::Positive(value.into())),
        Token::Int(value) => Some(Int::from(i128::from(value))),
        Token::Ext([kind @ (format::INT | format::UINT), payload @ ..]) => {
            match Wide::from_payload(*kind, payload).map_err(|_| KeyFault::Value)? {
                Wide::Int(value) => Some(Int::from(value)),
                Wide::UInt(value) => Some(Int::Positive(value)),
            }
        }
        _ => None,
    })
}

/// Bytes as serde writes a `Vec<u8>` by itself: an array of integers.
fn take_bytes(len: usize, input: &mut Reader<'_>, out: &mut Vec<u8>) -> Taken {
    let mut bytes = Vec::with_capacity(len);
    for _ in 0..len {
        match token(input)? {
            Token::UInt(byte @ 0..=0xFF) => bytes.push(byte.to_le_bytes()[0]),
            _ => return Ok(Outcome::Unknown),
        }
    }
    escape::write(&bytes, out);
    Ok(NOT_NULL)
}

/// The standard library's `Duration`: a struct of `secs` and `nanos`.
fn take_named_duration(input: &mut Reader<'_>, out: &mut Vec<u8>) -> Taken {
    let (first, seconds) = (token(input)?, token(input)?);
    let (second, nanos) = (token(input)?, token(input)?);
    match (first, second) {
        (Token::Text(b"secs"), Token::Text(b"nanos")) => Ok(duration((seconds, nanos), out)),
        _ => Ok(Outcome::Unknown),
    }
}

/// Seconds and nanoseconds, rounded down or both of one sign.
fn duration((seconds, nanos): (Token<'_>, Token<'_>), out: &mut Vec<u8>) -> Outcome {
    let number = |token| match token {
        Token::UInt(value) => Some(i128::from(value)),
        Token::Int(value) => Some(i128::from(value)),
        _ => None,
    };
    let nanos = number(nanos).filter(|nanos| nanos.unsigned_abs() < 1_000_000_000);
    match (number(seconds), nanos.and_then(|nanos| i32::try_from(nanos).ok())) {
        (Some(seconds), Some(nanos)) => {
            moment::rounded_down(seconds, nanos).write_key(out);
            NOT_NULL
        }
        _ => Outcome::Unknown,
    }
}
