//! Row keys: short ones without an allocation, and those made of an oid.

use std::{cmp::Ordering, fmt};

use super::{inline::Inline, num::Oid, varint};

/// The key of a row, ordered as its bytes.
#[derive(Clone)]
pub(crate) struct RowKey(Repr);

#[derive(Clone)]
enum Repr {
    Inline(Inline),
    Heap(Box<[u8]>),
}

impl RowKey {
    /// A key that needs no allocation; none if it is too long for that.
    #[inline]
    pub(super) fn short(key: &[u8]) -> Option<Self> {
        Inline::of(key).map(|key| Self(Repr::Inline(key)))
    }

    /// The key of an element, below the oid of what it belongs to.
    #[inline]
    pub(crate) fn below(front: OidKey, key: &[u8]) -> Self {
        let mut inline = Inline::of_front(front.bytes, usize::from(front.len));
        if inline.push(key) {
            return Self(Repr::Inline(inline));
        }
        Self(Repr::Heap([front.as_bytes(), key].concat().into()))
    }

    /// The bytes of all parts, one after the other.
    pub(crate) fn of_parts(parts: &[&[u8]]) -> Self {
        let mut inline = Inline::default();
        if parts.iter().all(|part| inline.push(part)) {
            return Self(Repr::Inline(inline));
        }
        Self(Repr::Heap(parts.concat().into()))
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline(key) => key.as_bytes(),
            Repr::Heap(bytes) => bytes,
        }
    }
}

/// A key that is looked for among row keys.
pub(crate) struct Probe<'k> {
    bytes: &'k [u8],
    /// Made once, for all keys that it is compared with; none for a long one.
    order: Option<(u128, u64)>,
}

impl<'k> Probe<'k> {
    #[inline]
    pub(super) fn of(bytes: &'k [u8]) -> Self {
        Self { bytes, order: Inline::of(bytes).map(|key| key.order()) }
    }

    /// It is not smaller than another one.
    #[inline]
    pub(super) fn reaches(&self, other: &RowKey) -> bool {
        match (&self.order, &other.0) {
            (Some((front, back)), Repr::Inline(other)) => {
                let (other_front, other_back) = other.order();
                *front > other_front || *front == other_front && *back >= other_back
            }
            _ => self.bytes >= other.as_bytes(),
        }
    }

    /// It is the other one.
    #[inline]
    pub(super) fn is(&self, other: &RowKey) -> bool {
        match (&self.order, &other.0) {
            (Some(order), Repr::Inline(other)) => *order == other.order(),
            _ => self.bytes == other.as_bytes(),
        }
    }
}

impl RowKey {
    /// For looking for this key.
    #[inline]
    pub(super) fn probe(&self) -> Probe<'_> {
        let order = match &self.0 {
            Repr::Inline(key) => Some(key.order()),
            Repr::Heap(_) => None,
        };
        Probe { bytes: self.as_bytes(), order }
    }
}

impl From<&[u8]> for RowKey {
    #[inline]
    fn from(key: &[u8]) -> Self {
        Self::short(key).unwrap_or_else(|| Self(Repr::Heap(key.into())))
    }
}

impl PartialEq for RowKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for RowKey {}

impl PartialOrd for RowKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RowKey {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Inline(a), Repr::Inline(b)) => a.order().cmp(&b.order()),
            _ => self.as_bytes().cmp(other.as_bytes()),
        }
    }
}

impl fmt::Debug for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(self.as_bytes()))
    }
}

impl From<OidKey> for RowKey {
    #[inline]
    fn from(key: OidKey) -> Self {
        Self(Repr::Inline(Inline::of_front(key.bytes, usize::from(key.len))))
    }
}

/// Key bytes as messages show them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The row key of an oid: its bytes sort as the numbers do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OidKey {
    bytes: [u8; 9],
    len: u8,
}

impl OidKey {
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// The key of `oid`'s own rows, and the front of those below it.
#[inline]
pub(crate) fn oid_key(oid: Oid) -> OidKey {
    let (bytes, len) = varint::ordered(oid.0);
    OidKey { bytes, len: len as u8 }
}

/// The oid that a key starts with, and the rest of the key.
pub(crate) fn oid_of_key(mut key: &[u8]) -> Option<(Oid, &[u8])> {
    let oid = varint::take_ordered(&mut key)?;
    Some((Oid(oid), key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oid_keys_are_ordered_numbers() {
        for n in [0, 1, 255, 256, 65_535, 1 << 40, u64::MAX] {
            let mut expected = Vec::new();
            varint::put_ordered(&mut expected, n);
            assert_eq!(oid_key(Oid(n)).as_bytes(), expected);
            expected.extend_from_slice(b"rest");
            assert_eq!(oid_of_key(&expected), Some((Oid(n), &b"rest"[..])));
        }
    }

    #[test]
    fn long_and_short_keys_compare_as_bytes() {
        let long = RowKey::from(&[1; 40][..]);
        let short = RowKey::from(&[1; 22][..]);
        assert!(short < long);
        assert_eq!(long.as_bytes(), [1; 40]);
        for len in 0..40 {
            let own = vec![7; len];
            let key = RowKey::below(oid_key(Oid(300)), &own);
            assert_eq!(key, RowKey::from(&[&[2, 1, 44], &own[..]].concat()[..]));
            assert_eq!(key, RowKey::of_parts(&[&[2, 1], &[44], &own]));
        }
    }
}
