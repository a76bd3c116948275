//! Arrays and maps while they are being written.

use rmp::encode as mp;
use serde::{
    Serialize,
    ser::{
        SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::encoder::{Encoder, insert_header, length32};
use crate::codec::{
    fault::{Error, Step},
    reader::{Reader, Token},
    value::describe,
};

/// Tuples and structs: how many values follow is part of the type.
pub(super) struct Fixed<'a, 'o> {
    encoder: &'a mut Encoder<'o>,
    /// Values announced and not yet written.
    left: usize,
    length: usize,
    named: bool,
    levels: usize,
}

impl<'a, 'o> Fixed<'a, 'o> {
    #[inline]
    pub(super) fn array(encoder: &'a mut Encoder<'o>, length: usize) -> Result<Self, Error> {
        encoder.array(length)?;
        Ok(Self { encoder, left: length, length, named: false, levels: 1 })
    }

    #[inline]
    pub(super) fn map(encoder: &'a mut Encoder<'o>, length: usize) -> Result<Self, Error> {
        encoder.map(length)?;
        Ok(Self { encoder, left: length, length, named: true, levels: 1 })
    }

    /// The variant's name stands in a map of its own.
    pub(super) fn of_variant(self) -> Self {
        Self { levels: 2, ..self }
    }

    #[inline]
    fn element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        let index = self.length.wrapping_sub(self.left);
        self.left = self.left.wrapping_sub(1);
        self.encoder.put(value).map_err(|error| error.at_index(index))
    }

    #[inline]
    fn field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.left = self.left.wrapping_sub(1);
        if self.named {
            self.encoder.text(name)?;
        }
        self.encoder.put(value).map_err(|error| error.at_field(name))
    }

    fn skip(&mut self, name: &'static str) -> Result<(), Error> {
        // Serde has already counted without it; in an array its place would be the next one's.
        if self.named {
            return Ok(());
        }
        Err(Error::new("a class's own field can't be skipped").at_field(name))
    }

    #[inline]
    fn close(self) -> Result<(), Error> {
        if self.left != 0 {
            return Err(miscounted(self.length, self.length.wrapping_sub(self.left)));
        }
        self.encoder.leave(self.levels);
        Ok(())
    }
}

#[cold]
fn miscounted(announced: usize, written: usize) -> Error {
    Error::new(format!("its Serialize announced {announced} elements and wrote {written}"))
}

impl SerializeTuple for Fixed<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        self.element(value)
    }

    #[inline]
    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

macro_rules! positional {
    ($($trait:ident),*) => {
        $(impl $trait for Fixed<'_, '_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn serialize_field<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
                self.element(value)
            }

            #[inline]
            fn end(self) -> Result<(), Error> {
                self.close()
            }
        })*
    };
}

macro_rules! named {
    ($($trait:ident),*) => {
        $(impl $trait for Fixed<'_, '_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn serialize_field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
                self.field(name, value)
            }

            fn skip_field(&mut self, name: &'static str) -> Result<(), Error> {
                self.skip(name)
            }

            #[inline]
            fn end(self) -> Result<(), Error> {
                self.close()
            }
        })*
    };
}

positional!(SerializeTupleStruct, SerializeTupleVariant);
named!(SerializeStruct, SerializeStructVariant);

/// Sequences and maps: how many values follow may turn out at the end only.
pub(super) struct Open<'a, 'o> {
    encoder: &'a mut Encoder<'o>,
    announced: Option<usize>,
    /// Elements, or keys and values, written.
    count: usize,
    /// Where the first element stands, before which the header may still be missing.
    body: usize,
    /// Where the last key stands.
    key: usize,
}

impl<'a, 'o> Open<'a, 'o> {
    #[inline]
    pub(super) fn array(
        encoder: &'a mut Encoder<'o>,
        length: Option<usize>,
    ) -> Result<Self, Error> {
        match length {
            Some(length) => encoder.array(length)?,
            None => encoder.enter()?,
        }
        Ok(Self::new(encoder, length))
    }

    #[inline]
    pub(super) fn map(encoder: &'a mut Encoder<'o>, length: Option<usize>) -> Result<Self, Error> {
        match length {
            Some(length) => encoder.map(length)?,
            None => encoder.enter()?,
        }
        Ok(Self::new(encoder, length))
    }

    #[inline]
    fn new(encoder: &'a mut Encoder<'o>, announced: Option<usize>) -> Self {
        let body = encoder.out().len();
        Self { encoder, announced, count: 0, body, key: body }
    }

    pub(super) fn out(&mut self) -> &mut Vec<u8> {
        self.encoder.out()
    }

    pub(super) fn position(&mut self) -> usize {
        self.out().len()
    }

    /// The step to the value whose key was written last.
    #[cold]
    fn step(&mut self) -> Step {
        // Fields of a struct into which something is flattened come as a map too.
        let of_struct = self.announced.is_none();
        let key = self.key;
        let key = &self.out()[key..];
        match Reader::new(key).token() {
            Ok(Token::Text(name)) if of_struct => {
                Step::Field(String::from_utf8_lossy(name).into_owned().into())
            }
            _ => Step::Key(describe(key)),
        }
    }
}

impl SerializeSeq for Open<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        let index = self.count;
        self.count += 1;
        self.encoder.put(value).map_err(|error| error.at_index(index))
    }

    #[inline]
    fn end(self) -> Result<(), Error> {
        match self.announced {
            Some(announced) if announced != self.count => {
                return Err(miscounted(announced, self.count));
            }
            Some(_) => {}
            None => {
                let length = length32(self.count)?;
                insert_header(self.encoder.out(), self.body, |out| {
                    drop(mp::write_array_len(out, length));
                });
            }
        }
        self.encoder.leave(1);
        Ok(())
    }
}

impl SerializeMap for Open<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Error> {
        self.count += 1;
        self.key = self.position();
        self.encoder.put(key)
    }

    #[inline]
    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Error> {
        self.count += 1;
        self.encoder.put(value).map_err(|error| error.at(self.step()))
    }

    #[inline]
    fn end(self) -> Result<(), Error> {
        match self.announced {
            Some(announced) if announced.saturating_mul(2) != self.count => {
                return Err(miscounted(announced, self.count / 2));
            }
            None if self.count % 2 == 1 => {
                return Err(Error::new("its Serialize wrote a key without a value"));
            }
            Some(_) => {}
            None => {
                let length = length32(self.count / 2)?;
                insert_header(self.encoder.out(), self.body, |out| {
                    drop(mp::write_map_len(out, length));
                });
            }
        }
        self.encoder.leave(1);
        Ok(())
    }
}
