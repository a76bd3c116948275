//! Arrays and maps while they are being read.

use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use super::decoder::Decoder;
use crate::codec::{
    fault::{Error, Step},
    reader::{Reader, Token},
    value::describe,
};

/// The elements of an array.
pub(super) struct Items<'a, 'de> {
    decoder: &'a mut Decoder<'de>,
    left: usize,
    length: usize,
    /// The names of the elements, where the array is a struct.
    names: &'static [&'static str],
}

impl<'a, 'de> Items<'a, 'de> {
    #[inline]
    pub(super) fn new(
        decoder: &'a mut Decoder<'de>,
        length: usize,
        names: &'static [&'static str],
    ) -> Self {
        Self { decoder, left: length, length, names }
    }

    #[inline]
    pub(super) fn finish(&self) -> Result<(), Error> {
        if self.left == 0 { Ok(()) } else { Err(too_many(self.left)) }
    }

    #[cold]
    fn step(&self) -> Step {
        let index = self.length - self.left - 1;
        // With aliases there are more names than elements, and which is whose can't be told.
        match self.names.get(index) {
            Some(&name) if self.names.len() == self.length => Step::Field(name.into()),
            _ => Step::Index(index),
        }
    }
}

#[cold]
fn too_many(left: usize) -> Error {
    Error::new(format!("{left} elements too many"))
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        match self.decoder.seed(seed) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(error.at(self.step())),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// What a map stands for, which is how its paths read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Struct,
    Map,
}

/// The entries of a map.
pub(super) struct Entries<'a, 'de> {
    decoder: &'a mut Decoder<'de>,
    left: usize,
    of: Of,
    /// What was still to be read at the last key.
    key: Reader<'de>,
}

impl<'a, 'de> Entries<'a, 'de> {
    #[inline]
    pub(super) fn new(decoder: &'a mut Decoder<'de>, length: usize, of: Of) -> Self {
        let key = decoder.reader();
        Self { decoder, left: length, of, key }
    }

    #[inline]
    pub(super) fn finish(&self) -> Result<(), Error> {
        if self.left == 0 { Ok(()) } else { Err(too_many(self.left)) }
    }

    #[cold]
    fn step(&self) -> Step {
        match (self.of, Reader::clone(&self.key).token()) {
            (Of::Struct, Ok(Token::Text(name))) => {
                Step::Field(String::from_utf8_lossy(name).into_owned().into())
            }
            _ => Step::Key(describe(self.key.rest())),
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.key = self.decoder.reader();
        self.decoder.seed(seed).map(Some)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.decoder.seed(seed).map_err(|error| error.at(self.step()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}
