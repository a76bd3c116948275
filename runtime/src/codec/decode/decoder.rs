//! The state of reading one value: what is left to read, and how deep.

use std::{any::TypeId, marker::PhantomData, time::SystemTime};

#[cfg(feature = "chrono")]
use chrono::{DateTime, FixedOffset};
use serde::de::{DeserializeSeed, Visitor};

use super::{
    access::{Entries, Items, Of},
    ext::visit_ext,
};
#[cfg(feature = "chrono")]
use crate::codec::zoned;
use crate::{
    codec::{
        fault::Error,
        format::{self, Time},
        limits::{DEPTH_MAX, WRAPS_MAX},
        reader::{Reader, Token, utf8},
    },
    lmdb::same_type_owned,
};

/// How the outermost struct was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outermost {
    Value,
    /// As an array of its fields, also where it is a newtype.
    Fields,
}

/// Reads one value.
pub(super) struct Decoder<'de> {
    pub(super) reader: Reader<'de>,
    pub(super) depth: usize,
    wraps: usize,
    pub(super) outermost: Outermost,
}

impl<'de> Decoder<'de> {
    #[inline]
    pub(super) fn new(bytes: &'de [u8], outermost: Outermost) -> Self {
        Self { reader: Reader::new(bytes), depth: 0, wraps: 0, outermost }
    }

    #[inline]
    pub(super) fn finish(&self) -> Result<(), Error> {
        self.reader.finish()
    }

    #[inline]
    pub(super) fn reader(&self) -> Reader<'de> {
        self.reader
    }

    #[inline]
    pub(super) fn token(&mut self) -> Result<Token<'de>, Error> {
        self.reader.token()
    }

    /// Reads a value at a place where its type can be seen.
    #[inline]
    pub(super) fn seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        // By the type of the seed and not of its value: a seed of its own has a will of its own.
        if typeid::of::<S>() == TypeId::of::<PhantomData<SystemTime>>()
            && let Some(time) = self.time()?
            && let Some(value) = same_type_owned(time)
        {
            return Ok(value);
        }
        seed.deserialize(self)
    }

    /// The time that comes next, if there is one.
    pub(super) fn time(&mut self) -> Result<Option<SystemTime>, Error> {
        let mut ahead = self.reader;
        let Token::Ext([format::TIME, payload @ ..]) = ahead.token()? else { return Ok(None) };
        let time = Time::from_payload(payload)?;
        let time =
            time.system_time().ok_or_else(|| Error::new("a time beyond this machine's clock"))?;
        self.reader = ahead;
        Ok(Some(time))
    }

    /// The time that comes next, if it is one whose offset has seconds.
    #[cfg(feature = "chrono")]
    pub(super) fn zoned(&mut self) -> Result<Option<DateTime<FixedOffset>>, Error> {
        let mut ahead = self.reader;
        let Token::Text(text) = ahead.token()? else { return Ok(None) };
        let time = str::from_utf8(text).ok().and_then(zoned::read);
        if time.is_some() {
            self.reader = ahead;
        }
        Ok(time)
    }

    #[inline]
    pub(super) fn nested<R>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if self.depth == DEPTH_MAX {
            return Err(Error::too_deep());
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    #[inline]
    pub(super) fn wrapped<R>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<R, Error>,
    ) -> Result<R, Error> {
        if self.wraps == WRAPS_MAX {
            return Err(Error::too_deep());
        }
        self.wraps += 1;
        let value = read(self)?;
        self.wraps -= 1;
        Ok(value)
    }

    #[inline]
    pub(super) fn array<V: Visitor<'de>>(
        &mut self,
        length: usize,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.nested(|decoder| {
            let mut items = Items::new(decoder, length, names);
            let value = visitor.visit_seq(&mut items)?;
            items.finish()?;
            Ok(value)
        })
    }

    #[inline]
    pub(super) fn map<V: Visitor<'de>>(
        &mut self,
        length: usize,
        visitor: V,
        of: Of,
    ) -> Result<V::Value, Error> {
        self.nested(|decoder| {
            let mut entries = Entries::new(decoder, length, of);
            let value = visitor.visit_map(&mut entries)?;
            entries.finish()?;
            Ok(value)
        })
    }

    /// Gives the visitor whatever the token is.
    pub(super) fn visit<V: Visitor<'de>>(
        &mut self,
        token: Token<'de>,
        visitor: V,
    ) -> Result<V::Value, Error> {
        match token {
            Token::Nil => visitor.visit_unit(),
            Token::Bool(value) => visitor.visit_bool(value),
            Token::UInt(value) => visitor.visit_u64(value),
            Token::Int(value) => visitor.visit_i64(value),
            Token::F32(value) => visitor.visit_f32(value),
            Token::F64(value) => visitor.visit_f64(value),
            Token::Text(text) => visitor.visit_borrowed_str(utf8(text)?),
            Token::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Token::Array(length) => self.array(length, &[], visitor),
            Token::Map(length) => self.map(length, visitor, Of::Map),
            Token::Ext(ext) => visit_ext(ext, visitor),
        }
    }
}
