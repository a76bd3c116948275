//! `Some` around what is written as nil: `Some(None)`, `Some(())` and deeper.

use serde::{Deserializer, de::Visitor, forward_to_deserialize_any};

use crate::codec::{fault::Error, limits::DEPTH_MAX};

/// A nil with so many `Some`s around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Somes {
    left: usize,
}

impl Somes {
    pub(super) fn from_payload(payload: &[u8]) -> Result<Self, Error> {
        match *payload {
            [count] if count > 0 && usize::from(count) <= DEPTH_MAX => {
                Ok(Self { left: count.into() })
            }
            _ => Err(Error::new("a malformed option")),
        }
    }

    /// Gives the visitor the outermost `Some`, or the nil inside all of them.
    pub(super) fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.left.checked_sub(1) {
            Some(left) => visitor.visit_some(Self { left }),
            // The unit and not `visit_none`: serde's buffer gives it to either of the two.
            None => visitor.visit_unit(),
        }
    }
}

impl<'de> Deserializer<'de> for Somes {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.left == 0 { visitor.visit_none() } else { self.visit(visitor) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
