//! References to objects and collections, found in any row without knowing its type.

use std::{cell::Cell, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    ser,
};

use super::{
    fault::{Error, Fault},
    format::{REFERENCE_KINDS, REFERENCE_NAME},
    reader::Reader,
};
use crate::sync::thread_local;

/// A reference that keeps its object alive.
pub const STRONG: u8 = 1;
/// A reference that does not.
pub const WEAK: u8 = 2;
/// A collection, owned by whoever refers to it.
pub const COLLECTION: u8 = 3;

/// How long a payload may be.
pub const PAYLOAD_MAX: usize = 32;

/// Parts the reference that bytes begin with from what is behind it.
#[inline]
pub fn split_reference(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let len = match bytes {
        [marker @ 0xd4..=0xd8, ..] => 2 + (1 << (marker - 0xd4)),
        [0xc7, payload, ..] => 3 + usize::from(*payload),
        _ => return None,
    };
    bytes.split_at_checked(len)
}

/// The kind and the payload of a value that is a reference, and nothing else.
#[inline]
pub fn sole_reference(value: &[u8]) -> Option<(u8, &[u8])> {
    let (reference, []) = split_reference(value)? else { return None };
    let front = if reference[0] == 0xc7 { 2 } else { 1 };
    let (&kind, payload) = reference[front..].split_first()?;
    let is_one = REFERENCE_KINDS.contains(&kind) && payload.len() <= PAYLOAD_MAX;
    is_one.then_some((kind, payload))
}

/// Appends a reference with a payload of up to [`PAYLOAD_MAX`] bytes, as [`RefExt`] is encoded.
#[inline]
pub fn put_reference(kind: u8, payload: &[u8], out: &mut Vec<u8>) {
    let len = payload.len();
    debug_assert!(len <= PAYLOAD_MAX && REFERENCE_KINDS.contains(&kind), "it is no reference");
    match len {
        1 | 2 | 4 | 8 | 16 => out.push(0xd4 + len.trailing_zeros() as u8),
        _ => out.extend_from_slice(&[0xc7, len as u8]),
    }
    out.push(kind);
    out.extend_from_slice(payload);
}

/// A reference as it is stored: a kind from 1 to 15, and what tells its target.
///
/// It is readable and writable only within this codec; other formats refuse it, since there it
/// would hold nothing alive.
///
/// ```
/// use db0_runtime::codec::{RefExt, STRONG, decode, encode};
///
/// let target = RefExt::new(STRONG, 7u64.to_be_bytes());
/// let mut bytes = Vec::new();
/// encode(&[Some(target), None], &mut bytes)?;
/// assert_eq!(decode::<[Option<RefExt>; 2]>(&bytes)?, [Some(target), None]);
/// # Ok::<(), db0_runtime::codec::Fault>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RefExt {
    length: u8,
    /// The kind, the payload, and then nothing but zeros.
    bytes: [u8; 1 + PAYLOAD_MAX],
}

impl RefExt {
    /// A reference of `kind` to what `payload` tells.
    ///
    /// # Panics
    /// Unless `kind` is one of 1 to 15.
    pub const fn new<const N: usize>(kind: u8, payload: [u8; N]) -> Self {
        const { assert!(N <= PAYLOAD_MAX, "the payload of a reference is too long") };
        match Self::from_parts(kind, &payload) {
            Some(reference) => reference,
            None => panic!("the kind of a reference is 1 to 15"),
        }
    }

    /// As [`new`](Self::new), for what is known at run time only; `None` beyond the bounds.
    pub const fn from_parts(kind: u8, payload: &[u8]) -> Option<Self> {
        if payload.len() > PAYLOAD_MAX
            || kind < *REFERENCE_KINDS.start()
            || kind > *REFERENCE_KINDS.end()
        {
            return None;
        }
        let mut bytes = [0; 1 + PAYLOAD_MAX];
        let (head, tail) = bytes.split_at_mut(1);
        head[0] = kind;
        tail.split_at_mut(payload.len()).0.copy_from_slice(payload);
        #[expect(clippy::cast_possible_truncation, reason = "33 at most")]
        Some(Self { length: 1 + payload.len() as u8, bytes })
    }

    /// What kind of reference this is.
    pub const fn kind(&self) -> u8 {
        self.bytes[0]
    }

    /// What tells its target.
    pub fn payload(&self) -> &[u8] {
        &self.bytes()[1..]
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length.into()]
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.split_first().and_then(|(&kind, payload)| Self::from_parts(kind, payload))
    }
}

impl fmt::Debug for RefExt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefExt")
            .field("kind", &self.kind())
            .field("payload", &self.payload())
            .finish()
    }
}

/// Whether a serde error type is this codec's own, however serde has wrapped the codec.
pub(crate) fn is_codec<E>() -> bool {
    typeid::of::<E>() == std::any::TypeId::of::<Error>()
}

thread_local! {
    /// A reference was written that is no handle's.
    static SAW_BARE: Cell<bool> = const { Cell::new(false) };
}

/// Notes that a reference is being written of which no handle tells.
pub(super) fn note_bare() {
    SAW_BARE.set(true);
}

/// Whether such a reference was written on this thread since this was asked last.
pub(crate) fn take_bare() -> bool {
    SAW_BARE.replace(false)
}

/// Bytes that serialize as such.
pub(super) struct AsBytes<'a>(pub(super) &'a [u8]);

impl Serialize for AsBytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl Serialize for RefExt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !is_codec::<S::Error>() {
            return Err(ser::Error::custom("a reference has a meaning only within its workspace"));
        }
        serializer.serialize_newtype_struct(REFERENCE_NAME, &AsBytes(self.bytes()))
    }
}

impl<'de> Deserialize<'de> for RefExt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !is_codec::<D::Error>() {
            return Err(de::Error::custom("a reference has a meaning only within its workspace"));
        }
        deserializer.deserialize_newtype_struct(REFERENCE_NAME, RefVisitor)
    }
}

struct RefVisitor;

impl<'de> Visitor<'de> for RefVisitor {
    type Value = RefExt;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reference")
    }

    /// From the decoder itself.
    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<RefExt, E> {
        RefExt::from_bytes(bytes).ok_or_else(|| E::custom("a malformed reference"))
    }

    /// From serde's buffer.
    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<RefExt, D::Error> {
        deserializer.deserialize_any(BufferedVisitor)
    }
}

/// A reference that went through serde's buffer: a map of one entry, which no bytes can be taken for.
struct BufferedVisitor;

impl<'de> Visitor<'de> for BufferedVisitor {
    type Value = RefExt;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reference")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RefExt, A::Error> {
        let malformed = || de::Error::custom("not a reference");
        let key: Option<String> = map.next_key()?;
        if key.as_deref() != Some(REFERENCE_NAME) {
            return Err(malformed());
        }
        map.next_value().map(|RefBytes(reference)| reference)
    }
}

/// Kind and payload as bytes.
pub(super) struct RefBytes(pub(super) RefExt);

impl<'de> Deserialize<'de> for RefBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(RefVisitor).map(RefBytes)
    }
}

/// Calls `each` with kind and payload of every reference in the bytes of one value.
///
/// No type is needed and nothing is decoded: texts and bytes are passed over by their length. What
/// is damaged is a fault, after the references before it.
///
/// ```
/// use db0_runtime::codec::{RefExt, STRONG, WEAK, encode, for_each_reference};
///
/// let mut bytes = Vec::new();
/// encode(&(RefExt::new(STRONG, [1]), "text", vec![RefExt::new(WEAK, [2])]), &mut bytes)?;
/// let mut found = Vec::new();
/// for_each_reference(&bytes, |kind, payload| found.push((kind, payload[0])))?;
/// assert_eq!(found, [(STRONG, 1), (WEAK, 2)]);
/// # Ok::<(), db0_runtime::codec::Fault>(())
/// ```
pub fn for_each_reference(bytes: &[u8], mut each: impl FnMut(u8, &[u8])) -> Result<(), Fault> {
    let mut reader = Reader::new(bytes);
    reader.skim(|ext| {
        if let [kind, payload @ ..] = ext
            && REFERENCE_KINDS.contains(kind)
        {
            each(*kind, payload);
        }
    })?;
    Ok(reader.finish()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codec::encode;

    proptest! {
        #[test]
        fn a_reference_alone_comes_apart(kind in 1..=15_u8, payload in prop::collection::vec(any::<u8>(), 1..=PAYLOAD_MAX)) {
            let reference = RefExt::from_parts(kind, &payload).expect("within the bounds");
            let mut value = Vec::new();
            encode(&reference, &mut value).expect("it is bytes");
            prop_assert_eq!(sole_reference(&value), Some((kind, &payload[..])));
            let mut put = Vec::new();
            put_reference(kind, &payload, &mut put);
            prop_assert_eq!(&put, &value);
            let longer = [&value[..], &payload].concat();
            prop_assert_eq!(split_reference(&longer), Some((&value[..], &payload[..])));
            for other in [&value[1..], &[&value[..], &[0]].concat(), &[&[0x91], &value[..]].concat()] {
                prop_assert_eq!(sole_reference(other), None);
            }
        }

        #[test]
        fn no_bytes_make_it_panic(mut value: Vec<u8>, first in 0xc5..0xda_u8) {
            let _ = (split_reference(&value), sole_reference(&value));
            value.insert(0, first);
            let _ = (split_reference(&value), sole_reference(&value));
        }
    }
}
