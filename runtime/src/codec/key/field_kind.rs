//! What a field's declared key is kept as.

use std::{
    fmt::{self, Display, Formatter},
    marker::PhantomData,
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{KeyFault, KeyKind, parse::FromText};

const EACH: &str = "each ";

/// Whether a field gives one key or many, and of which kind.
///
/// In the catalogue it is text, the same as `Display` shows and `FromStr` reads:
///
/// ```
/// use db0_runtime::codec::key::{FieldKeys, FieldKind};
///
/// assert_eq!(<Vec<String>>::field_kind().to_string(), "each text");
/// assert_eq!(<Vec<u8>>::field_kind().to_string(), "bytes");
/// assert_eq!("each text".parse(), Ok(<Vec<String>>::field_kind()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// The field is a key.
    One(KeyKind),
    /// The field is a collection, each element of which is a key.
    Each(KeyKind),
}

impl FieldKind {
    /// The kind of each key.
    pub fn key(&self) -> &KeyKind {
        let (Self::One(kind) | Self::Each(kind)) = self;
        kind
    }

    /// Whether keys stored as `stored` need no rebuilding; see [`KeyKind::extends`].
    pub fn extends(&self, stored: &Self) -> bool {
        match (self, stored) {
            (Self::One(mine), Self::One(stored)) | (Self::Each(mine), Self::Each(stored)) => {
                mine.extends(stored)
            }
            _ => false,
        }
    }
}

impl Display for FieldKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(kind) => kind.fmt(f),
            Self::Each(kind) => write!(f, "{EACH}{kind}"),
        }
    }
}

impl FromStr for FieldKind {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        match text.strip_prefix(EACH) {
            Some(text) => text.parse().map(Self::Each),
            None => text.parse().map(Self::One),
        }
    }
}

impl Serialize for FieldKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.key().check_depth()?;
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(FromText(PhantomData))
    }
}
