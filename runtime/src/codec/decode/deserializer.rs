//! The deserializer.

use std::{any::TypeId, time::SystemTime};

#[cfg(feature = "chrono")]
use chrono::{DateTime, FixedOffset};
use serde::{
    Deserializer,
    de::{
        Visitor,
        value::{BorrowedStrDeserializer, SeqDeserializer},
    },
};

use super::{
    access::Of,
    decoder::{Decoder, Outermost},
    number::{exact_f32, exact_f64, inexact},
    some::Somes,
    variant::Variant,
};
use crate::{
    codec::{
        fault::Error,
        format::{self, REFERENCE_KINDS},
        limits::DEPTH_MAX,
        reader::{Token, utf8},
    },
    lmdb::same_type_owned,
};

const NIL: u8 = 0xc0;
const FALSE: u8 = 0xc2;
const TRUE: u8 = 0xc3;
const FIXEXT1: u8 = 0xd4;

macro_rules! integers {
    ($($method:ident)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            if let Some(value) = self.reader.uint() {
                return visitor.visit_u64(value);
            }
            if let Some(value) = self.reader.negative() {
                return visitor.visit_i64(value);
            }
            self.deserialize_any(visitor)
        })*
    };
}

macro_rules! texts {
    ($($method:ident)*) => {
        $(#[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            if let Some(text) = self.reader.short_text() {
                return visitor.visit_borrowed_str(utf8(text)?);
            }
            self.deserialize_any(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Decoder<'de> {
    type Error = Error;

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    texts! { deserialize_char deserialize_string deserialize_identifier }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        #[cfg(feature = "chrono")]
        if typeid::of::<V::Value>() == TypeId::of::<DateTime<FixedOffset>>()
            && let Some(time) = self.zoned()?
            && let Some(value) = same_type_owned(time)
        {
            return Ok(value);
        }
        self.deserialize_string(visitor)
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let token = self.token()?;
        self.visit(token, visitor)
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.reader.peek()? {
            marker @ (FALSE | TRUE) => {
                self.reader.advance(1);
                visitor.visit_bool(marker == TRUE)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.token()? {
            Token::F32(value) => visitor.visit_f32(value),
            token @ (Token::F64(_) | Token::UInt(_) | Token::Int(_)) => match exact_f32(token) {
                Some(value) => visitor.visit_f32(value),
                None => Err(inexact(token, "a number that f32 has exactly")),
            },
            other => self.visit(other, visitor),
        }
    }

    #[inline]
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(value) = self.reader.float() {
            return visitor.visit_f64(value);
        }
        match self.token()? {
            token @ (Token::F64(_) | Token::F32(_) | Token::UInt(_) | Token::Int(_)) => {
                match exact_f64(token) {
                    Some(value) => visitor.visit_f64(value),
                    None => Err(inexact(token, "a number that f64 has exactly")),
                }
            }
            other => self.visit(other, visitor),
        }
    }

    #[inline]
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.token()? {
            Token::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            other => self.visit(other, visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_bytes(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let next = self.reader.peek()?;
        if next == NIL {
            self.reader.advance(1);
            return visitor.visit_none();
        }
        if next == FIXEXT1
            && let Token::Ext([format::SOME, payload @ ..]) = self.reader().token()?
        {
            self.token()?;
            return Somes::from_payload(payload)?.visit(visitor);
        }
        if typeid::of::<V::Value>() == TypeId::of::<Option<SystemTime>>()
            && let Some(time) = self.time()?
            && let Some(value) = same_type_owned(Some(time))
        {
            return Ok(value);
        }
        self.wrapped(|decoder| visitor.visit_some(decoder))
    }

    #[inline]
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.token()? {
            Token::Array(0) => visitor.visit_unit(),
            other => self.visit(other, visitor),
        }
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == format::REFERENCE_NAME {
            return match self.token()? {
                Token::Ext(ext)
                    if ext.first().is_some_and(|kind| REFERENCE_KINDS.contains(kind)) =>
                {
                    visitor.visit_borrowed_bytes(ext)
                }
                // Also plain bytes, which the visitor could not tell from these.
                _ => Err(Error::new("not a reference")),
            };
        }
        if name == format::RAW_NAME {
            let raw = self.reader.raw_within(DEPTH_MAX - self.depth)?;
            return visitor.visit_borrowed_bytes(raw);
        }
        if self.depth == 0 && self.outermost == Outermost::Fields {
            return match self.token()? {
                Token::Array(1) => self.nested(|decoder| visitor.visit_newtype_struct(decoder)),
                _ => Err(Error::new("not an array of one field")),
            };
        }
        self.wrapped(|decoder| visitor.visit_newtype_struct(decoder))
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Some(length) = self.reader.short_array() {
            return self.array(length, &[], visitor);
        }
        match self.token()? {
            Token::Array(length) => self.array(length, &[], visitor),
            // What was stored as bytes may be a Vec<u8> now.
            Token::Bytes(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
            other => self.visit(other, visitor),
        }
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Some(length) = self.reader.short_array() {
            return self.array(length, fields, visitor);
        }
        match self.token()? {
            Token::Array(length) => self.array(length, fields, visitor),
            Token::Map(length) => self.map(length, visitor, Of::Struct),
            other => self.visit(other, visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.token()? {
            Token::Text(name) => visitor.visit_enum(BorrowedStrDeserializer::new(utf8(name)?)),
            Token::Map(1) => self.nested(|decoder| visitor.visit_enum(Variant::new(decoder))),
            Token::Map(_) => Err(Error::new("a variant is a map of one entry")),
            other => self.visit(other, visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.reader.skip()?;
        visitor.visit_unit()
    }
}
