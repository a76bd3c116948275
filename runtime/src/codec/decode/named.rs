//! Reads a class from the named fields of a row that another schema version wrote.

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor,
        value::BorrowedStrDeserializer,
    },
    forward_to_deserialize_any,
};

use super::decoder::{Decoder, Outermost};
use crate::codec::fault::{Error, Fault};

/// Reads a class from the bytes of its fields, whichever there are and in whatever order.
///
/// Missing ones are left to serde's defaults, and those that the class does not have are ignored.
/// The fields of tuple structs are named "0", "1" and so on.
///
/// ```
/// use db0_runtime::codec::{decode_fields_named, encode};
/// use serde::Deserialize;
///
/// #[derive(Debug, PartialEq, Deserialize)]
/// struct Person {
///     name: String,
///     #[serde(default)]
///     age: u32,
///     email: Option<String>,
/// }
///
/// let (mut name, mut shoe) = (Vec::new(), Vec::new());
/// encode("Alice", &mut name)?;
/// encode(&43, &mut shoe)?;
/// let person: Person = decode_fields_named([("shoe", &shoe[..]), ("name", &name[..])].into_iter())?;
/// assert_eq!(person, Person { name: "Alice".into(), age: 0, email: None });
/// # Ok::<(), db0_runtime::codec::Fault>(())
/// ```
pub fn decode_fields_named<'a, T: DeserializeOwned>(
    fields: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> Result<T, Fault> {
    Ok(T::deserialize(Named { fields: fields.collect() })?)
}

/// A struct as its named fields.
struct Named<'de> {
    fields: Vec<(&'de str, &'de [u8])>,
}

impl<'de> Named<'de> {
    fn get(&self, index: usize) -> Option<(&'de str, &'de [u8])> {
        self.fields.iter().copied().find(|(name, _)| name.parse() == Ok(index))
    }

    fn seq(&self, length: usize) -> Result<Seq<'de>, Error> {
        let present: Vec<_> = (0..length).map_while(|index| self.get(index)).collect();
        // A place can't be left out; what stands behind it would be lost.
        if (present.len()..length).any(|index| self.get(index).is_some()) {
            return Err(Error::new("missing").at_index(present.len()));
        }
        Ok(Seq { fields: present.into_iter() })
    }
}

fn read<'de, S: DeserializeSeed<'de>>(
    (name, bytes): (&'de str, &'de [u8]),
    seed: S,
) -> Result<S::Value, Error> {
    let mut decoder = Decoder::new(bytes, Outermost::Value);
    let value = decoder.seed(seed).and_then(|value| decoder.finish().map(|()| value));
    value.map_err(|error| error.at_field(name.to_owned()))
}

impl<'de> Deserializer<'de> for Named<'de> {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Map { fields: self.fields.into_iter(), value: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        // Also for classes that deny unknown fields: they say so of input, not of their own past.
        self.fields.retain(|(name, _)| names.contains(name));
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_seq(self.seq(length)?)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (name, bytes) = self.get(0).ok_or_else(|| Error::new("missing").at_index(0))?;
        let mut decoder = Decoder::new(bytes, Outermost::Value);
        let value = visitor
            .visit_newtype_struct(&mut decoder)
            .and_then(|value| decoder.finish().map(|()| value));
        value.map_err(|error| error.at_field(name.to_owned()))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        Err(Error::new(format!("the rows of {name}, an enum, have no fields")))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit seq tuple map identifier ignored_any
    }
}

struct Seq<'de> {
    fields: std::vec::IntoIter<(&'de str, &'de [u8])>,
}

impl<'de> SeqAccess<'de> for Seq<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        self.fields.next().map(|field| read(field, seed)).transpose()
    }
}

struct Map<'de> {
    fields: std::vec::IntoIter<(&'de str, &'de [u8])>,
    /// The field whose name was read last.
    value: Option<(&'de str, &'de [u8])>,
}

impl<'de> MapAccess<'de> for Map<'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        self.value = self.fields.next();
        let name = self.value.map(|(name, _)| BorrowedStrDeserializer::new(name));
        name.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let field =
            self.value.take().ok_or_else(|| Error::new("a value was asked for before its key"))?;
        read(field, seed)
    }
}
