//! The serializer: leaves go to rmp-serde, the rest to the files beside this one.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{
    collect,
    compound::{Fixed, Open},
    encoder::Encoder,
    entry::{Trust, too_large},
};
use crate::codec::{fault::Error, format, limits::ROW_BYTES_MAX};

macro_rules! leaves {
    ($($method:ident: $type:ty,)*) => {
        $(#[inline]
        fn $method(self, value: $type) -> Result<(), Error> {
            Ok(self.rmp.$method(value)?)
        })*
    };
}

impl<'a, 'o> Serializer for &'a mut Encoder<'o> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Open<'a, 'o>;
    type SerializeTuple = Fixed<'a, 'o>;
    type SerializeTupleStruct = Fixed<'a, 'o>;
    type SerializeTupleVariant = Fixed<'a, 'o>;
    type SerializeMap = Open<'a, 'o>;
    type SerializeStruct = Fixed<'a, 'o>;
    type SerializeStructVariant = Fixed<'a, 'o>;

    leaves! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
    }

    fn is_human_readable(&self) -> bool {
        // Serde's buffer says yes to the same question, so the type may not know itself again.
        self.trust.set(Trust::Doubt);
        false
    }

    fn serialize_i128(self, value: i128) -> Result<(), Error> {
        self.trust.set(Trust::Doubt);
        if let Ok(value) = u64::try_from(value) {
            self.serialize_u64(value)
        } else if let Ok(value) = i64::try_from(value) {
            self.serialize_i64(value)
        } else {
            self.ext(format::INT, &value.to_be_bytes())
        }
    }

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        if let Ok(value) = i128::try_from(value) {
            return self.serialize_i128(value);
        }
        self.trust.set(Trust::Doubt);
        self.ext(format::UINT, &value.to_be_bytes())
    }

    #[inline]
    fn serialize_str(self, text: &str) -> Result<(), Error> {
        self.text(text)
    }

    #[inline]
    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() > ROW_BYTES_MAX {
            return Err(too_large());
        }
        Ok(self.rmp.serialize_bytes(bytes)?)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Error> {
        self.wrapped(|encoder| {
            let start = encoder.out().len();
            encoder.put(value)?;
            encoder.mark_some(start)
        })
    }

    #[inline]
    fn serialize_unit(self) -> Result<(), Error> {
        Ok(self.rmp.serialize_unit()?)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.array(0)?;
        self.leave(1);
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let start = self.out().len();
        match name {
            format::REFERENCE_NAME => {
                value.serialize(&mut *self)?;
                self.bytes_to_ext(start)
            }
            format::TIME_NAME => {
                value.serialize(&mut *self)?;
                self.bytes_to_time(start)
            }
            _ if self.is_row() => {
                self.array(1)?;
                self.put_newtype(value).map_err(|error| error.at_index(0))?;
                self.leave(1);
                Ok(())
            }
            _ => self.wrapped(|encoder| encoder.put_newtype(value)),
        }
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.map(1)?;
        self.text(variant)?;
        self.put(value).map_err(|error| error.at_field(variant))?;
        self.leave(1);
        Ok(())
    }

    #[inline]
    fn serialize_seq(self, length: Option<usize>) -> Result<Open<'a, 'o>, Error> {
        Open::array(self, length)
    }

    #[inline]
    fn serialize_tuple(self, length: usize) -> Result<Fixed<'a, 'o>, Error> {
        Fixed::array(self, length)
    }

    #[inline]
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        length: usize,
    ) -> Result<Fixed<'a, 'o>, Error> {
        Fixed::array(self, length)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Fixed<'a, 'o>, Error> {
        self.map(1)?;
        self.text(variant)?;
        Ok(Fixed::array(self, length)?.of_variant())
    }

    #[inline]
    fn serialize_map(self, length: Option<usize>) -> Result<Open<'a, 'o>, Error> {
        Open::map(self, length)
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Fixed<'a, 'o>, Error> {
        if self.is_row() { Fixed::array(self, length) } else { Fixed::map(self, length) }
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Fixed<'a, 'o>, Error> {
        self.map(1)?;
        self.text(variant)?;
        Ok(Fixed::map(self, length)?.of_variant())
    }

    #[inline]
    fn collect_seq<I>(self, items: I) -> Result<(), Error>
    where
        I: IntoIterator,
        I::Item: Serialize,
    {
        collect::seq(self, items)
    }

    fn collect_map<K, V, I>(self, entries: I) -> Result<(), Error>
    where
        K: Serialize,
        V: Serialize,
        I: IntoIterator<Item = (K, V)>,
    {
        collect::map(self, entries)
    }

    fn collect_str<T: ?Sized + fmt::Display>(self, value: &T) -> Result<(), Error> {
        collect::text(self, value)
    }
}
