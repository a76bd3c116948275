//! How many fields of a value are left out: formats that begin with a length have to know before.

use std::fmt;

use serde::{
    Serialize, Serializer,
    ser::{self, Impossible, SerializeStruct, SerializeStructVariant},
};

use super::excluding::leaves_out;

/// How many fields of `value`, an object of `class`, are among those that are to be left out.
pub(in crate::object) fn count<T: Serialize>(value: &T, class: &str, without: &[String]) -> usize {
    if without.is_empty() {
        return 0;
    }
    value.serialize(Names { class, without, count: 0 }).unwrap_or(0)
}

/// Looks at the names of the fields, and at nothing else.
struct Names<'e> {
    class: &'e str,
    without: &'e [String],
    count: usize,
}

/// There are no names.
#[derive(Debug)]
struct Nameless;

impl fmt::Display for Nameless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no struct")
    }
}

impl std::error::Error for Nameless {}

impl ser::Error for Nameless {
    fn custom<M: fmt::Display>(_: M) -> Self {
        Self
    }
}

macro_rules! nameless {
    ($($method:ident $(<$generic:ident>)? ($($argument:ty),*) -> $result:ty;)*) => {
        $(fn $method $(<$generic: Serialize + ?Sized>)? (
            self, $(_: $argument),*
        ) -> Result<$result, Nameless> {
            Err(Nameless)
        })*
    };
}

type None = Impossible<usize, Nameless>;

impl Serializer for Names<'_> {
    type Ok = usize;
    type Error = Nameless;
    type SerializeSeq = None;
    type SerializeTuple = None;
    type SerializeTupleStruct = None;
    type SerializeTupleVariant = None;
    type SerializeMap = None;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    nameless! {
        serialize_bool(bool) -> usize;
        serialize_i8(i8) -> usize;
        serialize_i16(i16) -> usize;
        serialize_i32(i32) -> usize;
        serialize_i64(i64) -> usize;
        serialize_u8(u8) -> usize;
        serialize_u16(u16) -> usize;
        serialize_u32(u32) -> usize;
        serialize_u64(u64) -> usize;
        serialize_f32(f32) -> usize;
        serialize_f64(f64) -> usize;
        serialize_char(char) -> usize;
        serialize_str(&str) -> usize;
        serialize_bytes(&[u8]) -> usize;
        serialize_none() -> usize;
        serialize_some<V>(&V) -> usize;
        serialize_unit() -> usize;
        serialize_unit_struct(&'static str) -> usize;
        serialize_unit_variant(&'static str, u32, &'static str) -> usize;
        serialize_newtype_struct<V>(&'static str, &V) -> usize;
        serialize_newtype_variant<V>(&'static str, u32, &'static str, &V) -> usize;
        serialize_seq(Option<usize>) -> None;
        serialize_tuple(usize) -> None;
        serialize_tuple_struct(&'static str, usize) -> None;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> None;
        serialize_map(Option<usize>) -> None;
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Nameless> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Nameless> {
        Ok(self)
    }
}

macro_rules! counts {
    ($($compound:ident),*) => {
        $(impl $compound for Names<'_> {
            type Ok = usize;
            type Error = Nameless;

            fn serialize_field<V: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                _: &V,
            ) -> Result<(), Nameless> {
                self.count += usize::from(leaves_out(self.without, self.class, key));
                Ok(())
            }

            fn end(self) -> Result<usize, Nameless> {
                Ok(self.count)
            }
        })*
    };
}

counts!(SerializeStruct, SerializeStructVariant);
