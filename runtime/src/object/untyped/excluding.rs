//! A serializer that leaves out fields of the struct it is given, and passes all else on.

use serde::{
    Serialize, Serializer,
    ser::{SerializeStruct, SerializeStructVariant},
};

/// See the module.
pub(in crate::object) struct Excluding<'e, S> {
    pub(in crate::object) serializer: S,
    pub(in crate::object) class: &'e str,
    /// Names of fields, some with their class before them.
    pub(in crate::object) without: &'e [String],
    /// How many fields these are.
    pub(in crate::object) left_out: usize,
}

/// Whether a field of a class is one of those to be left out.
pub(in crate::object) fn leaves_out(without: &[String], class: &str, field: &str) -> bool {
    without.iter().any(|name| match name.rsplit_once('.') {
        Some((of, name)) => of == class && name == field,
        None => name == field,
    })
}

/// The struct that is being written.
pub(in crate::object) struct Fields<'e, C> {
    compound: C,
    class: &'e str,
    without: &'e [String],
}

macro_rules! pass_on {
    ($($method:ident $(<$generic:ident>)? ($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        $(fn $method $(<$generic: Serialize + ?Sized>)? (
            self, $($argument: $type),*
        ) -> Result<$result, S::Error> {
            self.serializer.$method($($argument),*)
        })*
    };
}

impl<'e, S: Serializer> Serializer for Excluding<'e, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = S::SerializeSeq;
    type SerializeTuple = S::SerializeTuple;
    type SerializeTupleStruct = S::SerializeTupleStruct;
    type SerializeTupleVariant = S::SerializeTupleVariant;
    type SerializeMap = S::SerializeMap;
    type SerializeStruct = Fields<'e, S::SerializeStruct>;
    type SerializeStructVariant = Fields<'e, S::SerializeStructVariant>;

    pass_on! {
        serialize_bool(value: bool) -> S::Ok;
        serialize_i8(value: i8) -> S::Ok;
        serialize_i16(value: i16) -> S::Ok;
        serialize_i32(value: i32) -> S::Ok;
        serialize_i64(value: i64) -> S::Ok;
        serialize_i128(value: i128) -> S::Ok;
        serialize_u8(value: u8) -> S::Ok;
        serialize_u16(value: u16) -> S::Ok;
        serialize_u32(value: u32) -> S::Ok;
        serialize_u64(value: u64) -> S::Ok;
        serialize_u128(value: u128) -> S::Ok;
        serialize_f32(value: f32) -> S::Ok;
        serialize_f64(value: f64) -> S::Ok;
        serialize_char(value: char) -> S::Ok;
        serialize_str(value: &str) -> S::Ok;
        serialize_bytes(value: &[u8]) -> S::Ok;
        serialize_none() -> S::Ok;
        serialize_some<V>(value: &V) -> S::Ok;
        serialize_unit() -> S::Ok;
        serialize_unit_struct(name: &'static str) -> S::Ok;
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) -> S::Ok;
        serialize_newtype_struct<V>(name: &'static str, value: &V) -> S::Ok;
        serialize_newtype_variant<V>(
            name: &'static str, index: u32, variant: &'static str, value: &V
        ) -> S::Ok;
        serialize_seq(len: Option<usize>) -> S::SerializeSeq;
        serialize_tuple(len: usize) -> S::SerializeTuple;
        serialize_tuple_struct(name: &'static str, len: usize) -> S::SerializeTupleStruct;
        serialize_tuple_variant(
            name: &'static str, index: u32, variant: &'static str, len: usize
        ) -> S::SerializeTupleVariant;
        serialize_map(len: Option<usize>) -> S::SerializeMap;
    }

    fn serialize_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        let compound = self.serializer.serialize_struct(name, len.saturating_sub(self.left_out))?;
        Ok(Fields { compound, class: self.class, without: self.without })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let len = len.saturating_sub(self.left_out);
        let compound = self.serializer.serialize_struct_variant(name, index, variant, len)?;
        Ok(Fields { compound, class: self.class, without: self.without })
    }

    fn is_human_readable(&self) -> bool {
        self.serializer.is_human_readable()
    }
}

macro_rules! leave_out {
    ($compound:ident) => {
        impl<C: $compound> $compound for Fields<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn serialize_field<V: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &V,
            ) -> Result<(), C::Error> {
                if leaves_out(self.without, self.class, key) {
                    self.compound.skip_field(key)
                } else {
                    self.compound.serialize_field(key, value)
                }
            }

            fn skip_field(&mut self, key: &'static str) -> Result<(), C::Error> {
                self.compound.skip_field(key)
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.compound.end()
            }
        }
    };
}

leave_out!(SerializeStruct);
leave_out!(SerializeStructVariant);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::left_out;
    use super::*;

    #[derive(Serialize)]
    struct Person {
        name: String,
        secret: String,
        town: String,
    }

    #[derive(Serialize)]
    enum Login {
        Password { name: String, secret: String },
    }

    fn without_secret<T: Serialize>(value: &T) -> Vec<u8> {
        let without = ["secret".to_owned(), "Other.name".to_owned()];
        let mut bytes = Vec::new();
        let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
        let left_out = left_out::count(value, "Person", &without);
        let (serializer, without) = (&mut serializer, &without[..]);
        let excluding = Excluding { serializer, class: "Person", without, left_out };
        value.serialize(excluding).expect("it can be written");
        bytes
    }

    #[test]
    fn a_format_that_counts_is_told_the_right_number() {
        let [name, secret, town] = ["Ann", "abc", "Rome"].map(str::to_owned);
        let bytes = without_secret(&Person { name: name.clone(), secret: secret.clone(), town });
        let fields: BTreeMap<String, String> = rmp_serde::from_slice(&bytes).expect("it is whole");
        assert_eq!(fields.into_values().collect::<Vec<_>>(), ["Ann", "Rome"]);
        let bytes = without_secret(&Login::Password { name, secret });
        let variants: BTreeMap<String, BTreeMap<String, String>> =
            rmp_serde::from_slice(&bytes).expect("it is whole");
        assert_eq!(variants["Password"].len(), 1);
        assert_eq!(without_secret(&7), [7]);
    }
}
