//! What a tag is called: text, a variant of an enum, an object or a class.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use uuid::Uuid;

use super::enum_tag::EnumTag;
use crate::{Error, Result, codec::ROW_BYTES_MAX, store::RowKey};

const TEXT: u8 = 1;
const VARIANT: u8 = 2;
const OBJECT: u8 = 3;
const CLASS: u8 = 4;

/// The identity of a tag, as bytes: its kind, and what it is within that.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagName(RowKey);

impl Hash for TagName {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write(self.as_bytes());
    }
}

impl TagName {
    fn new(kind: u8, name: &[u8]) -> Self {
        Self(RowKey::of_parts(&[&[kind], name]))
    }

    /// A tag of text. There is no empty one.
    pub fn text(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(Error::Invalid("the empty text is not a tag".into()));
        }
        if text.len() > ROW_BYTES_MAX {
            let why = format!("a tag of {} bytes is too long: {ROW_BYTES_MAX} at most", text.len());
            return Err(Error::Invalid(why));
        }
        Ok(Self::new(TEXT, text.as_bytes()))
    }

    /// A value of an enum.
    pub fn variant<E: EnumTag>(value: &E) -> Self {
        let (of, variant) = (E::TYPE.as_bytes(), value.variant().as_bytes());
        Self(RowKey::of_parts(&[&[VARIANT], of, &[0], variant]))
    }

    /// An object.
    pub fn object(uuid: Uuid) -> Self {
        Self::new(OBJECT, uuid.as_bytes())
    }

    /// Membership in a class.
    pub fn class(name: &str) -> Self {
        Self::new(CLASS, name.as_bytes())
    }

    /// The text, if it is a tag of text.
    pub fn as_text(&self) -> Option<&str> {
        let (kind, rest) = self.as_bytes().split_first()?;
        std::str::from_utf8(rest).ok().filter(|_| *kind == TEXT)
    }

    /// The object's identity, if it is an object.
    pub fn as_object(&self) -> Option<Uuid> {
        let (kind, rest) = self.as_bytes().split_first()?;
        Uuid::from_slice(rest).ok().filter(|_| *kind == OBJECT)
    }

    /// What the names of all tags of text begin with that begin with this text.
    #[doc(hidden)]
    pub fn front_of_text(text: &str) -> Vec<u8> {
        [&[TEXT], text.as_bytes()].concat()
    }

    /// The identity as bytes.
    #[doc(hidden)]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The identity that these bytes are, if they are one.
    #[doc(hidden)]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let is_text = !rest.is_empty() && std::str::from_utf8(rest).is_ok();
        let is_name = match *kind {
            TEXT | CLASS => is_text,
            VARIANT => is_text && rest.contains(&0),
            OBJECT => rest.len() == 16,
            _ => false,
        };
        is_name.then(|| Self(bytes.into()))
    }

    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Display for TagName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, rest) = self.as_bytes().split_first().unwrap_or((&0, &[]));
        match *kind {
            OBJECT => match Uuid::from_slice(rest) {
                Ok(uuid) => uuid.fmt(f),
                Err(_) => f.write_str("(damaged)"),
            },
            VARIANT => f.write_str(&String::from_utf8_lossy(rest).replacen('\0', "::", 1)),
            _ => f.write_str(&String::from_utf8_lossy(rest)),
        }
    }
}

impl fmt::Debug for TagName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}
