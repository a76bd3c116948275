//! The shape of a key's encoding, as the catalogue keeps it.

use std::{
    fmt::{self, Display, Formatter},
    marker::PhantomData,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

use super::parse::FromText;

/// Deepest nesting of a kind that the catalogue takes.
pub(super) const DEPTH_MAX: usize = 64;

/// What a key is made of: enough to sort, read and show its bytes without its Rust type.
///
/// Two types of one kind have the same encoding. In the catalogue it is text, the same as `Display`
/// shows and `FromStr` reads:
///
/// ```
/// use db0_runtime::codec::key::{Desc, Key, KeyKind};
///
/// let kind = <(String, Desc<u32>, Option<[f64; 2]>)>::kind();
/// assert_eq!(kind.to_string(), "(text, desc(int), option([f64; 2]))");
/// assert_eq!(kind.to_string().parse(), Ok(kind));
/// assert_eq!(u8::kind(), i128::kind());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// `()`
    Unit,
    /// `bool`
    Bool,
    /// Every integer type.
    Int,
    /// `f32`
    Float32,
    /// `f64`
    Float64,
    /// `char`
    Char,
    /// Text.
    Text,
    /// `Vec<u8>`
    Bytes,
    /// `Uuid`
    Uuid,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day and a time, of no particular time zone.
    DateTime,
    /// A point of time.
    Instant,
    /// A point of time, and the offset at which it was taken.
    ZonedInstant,
    /// A span of time.
    Duration,
    /// A handle on an object: its number, as an integer.
    Memo,
    /// `Option<K>`
    Option(Box<KeyKind>),
    /// `Desc<K>`
    Desc(Box<KeyKind>),
    /// `[K; N]`
    Array(Box<KeyKind>, u64),
    /// A tuple.
    Tuple(Vec<KeyKind>),
    /// A struct with `#[derive(db0::Key)]`: its fields, encoded as a tuple's.
    Struct(Vec<KeyKind>),
    /// An enum with `#[derive(db0::Key)]`: the fields of its variants.
    Enum(Vec<Vec<KeyKind>>),
}

impl KeyKind {
    /// Whether keys stored as `stored` are keys of this kind as they are, in the same order, so that
    /// an index need not be rebuilt: the kinds are equal, but for variants added at the end of an enum.
    ///
    /// ```
    /// use db0_runtime::codec::key::KeyKind;
    ///
    /// let today: KeyKind = "(enum(() | (int,)), text)".parse()?;
    /// assert!(today.extends(&"(enum(()), text)".parse()?));
    /// assert!(!today.extends(&"(enum(() | (text,)), text)".parse()?));
    /// # Ok::<(), db0_runtime::codec::key::KeyFault>(())
    /// ```
    pub fn extends(&self, stored: &Self) -> bool {
        match (self, stored) {
            (Self::Option(mine), Self::Option(stored)) | (Self::Desc(mine), Self::Desc(stored)) => {
                mine.extends(stored)
            }
            (Self::Array(mine, len), Self::Array(stored, stored_len)) => {
                len == stored_len && mine.extends(stored)
            }
            (Self::Tuple(mine), Self::Tuple(stored))
            | (Self::Struct(mine), Self::Struct(stored)) => all_extend(mine, stored),
            (Self::Enum(mine), Self::Enum(stored)) => {
                stored.len() <= mine.len()
                    && mine.iter().zip(stored).all(|(mine, stored)| all_extend(mine, stored))
            }
            _ => self == stored,
        }
    }

    /// How many levels this is nested.
    fn depth(&self) -> usize {
        let deepest = |kinds: &[Self]| kinds.iter().map(Self::depth).max().unwrap_or(0);
        1 + match self {
            Self::Option(kind) | Self::Desc(kind) | Self::Array(kind, _) => kind.depth(),
            Self::Tuple(kinds) | Self::Struct(kinds) => deepest(kinds),
            Self::Enum(variants) => variants.iter().map(|kinds| deepest(kinds)).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// Refuses to store what couldn't be read again.
    pub(super) fn check_depth<E: ser::Error>(&self) -> Result<(), E> {
        if self.depth() <= DEPTH_MAX {
            Ok(())
        } else {
            Err(E::custom("a key that is nested too deep"))
        }
    }

    /// The name of a kind that has no parts.
    fn name(&self) -> Option<&'static str> {
        Self::SIMPLE.iter().find(|(_, kind)| kind == self).map(|(name, _)| *name)
    }

    /// Every kind without parts, by its name.
    pub(super) const SIMPLE: &'static [(&'static str, KeyKind)] = &[
        ("bool", Self::Bool),
        ("int", Self::Int),
        ("f32", Self::Float32),
        ("f64", Self::Float64),
        ("char", Self::Char),
        ("text", Self::Text),
        ("bytes", Self::Bytes),
        ("uuid", Self::Uuid),
        ("date", Self::Date),
        ("time", Self::Time),
        ("datetime", Self::DateTime),
        ("instant", Self::Instant),
        ("zoned_instant", Self::ZonedInstant),
        ("duration", Self::Duration),
        ("memo", Self::Memo),
    ];
}

fn all_extend(mine: &[KeyKind], stored: &[KeyKind]) -> bool {
    mine.len() == stored.len() && mine.iter().zip(stored).all(|(mine, stored)| mine.extends(stored))
}

impl Display for KeyKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit => f.write_str("()"),
            Self::Option(kind) => write!(f, "option({kind})"),
            Self::Desc(kind) => write!(f, "desc({kind})"),
            Self::Array(kind, len) => write!(f, "[{kind}; {len}]"),
            Self::Tuple(kinds) => write_list(kinds, f),
            Self::Struct(kinds) => {
                f.write_str("struct")?;
                write_list(kinds, f)
            }
            Self::Enum(variants) => {
                f.write_str("enum(")?;
                for (at, kinds) in variants.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { " | " })?;
                    write_list(kinds, f)?;
                }
                f.write_str(")")
            }
            simple => f.write_str(simple.name().unwrap_or_default()),
        }
    }
}

/// Rust's own way to write tuples, in which `(a,)` is one of one.
fn write_list(kinds: &[KeyKind], f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str("(")?;
    for (at, kind) in kinds.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { ", " })?;
        kind.fmt(f)?;
    }
    f.write_str(if kinds.len() == 1 { ",)" } else { ")" })
}

impl Serialize for KeyKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.check_depth()?;
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(FromText(PhantomData))
    }
}
