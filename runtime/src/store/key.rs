//! Row keys: short ones without an allocation, and those made of an oid.

use std::{borrow::Borrow, cmp::Ordering, fmt};

use super::{num::Oid, varint};

const INLINE: usize = 22;

/// The key of a row, ordered as its bytes.
#[derive(Clone)]
pub(crate) struct RowKey(Repr);

#[derive(Clone)]
enum Repr {
    Inline { len: u8, bytes: [u8; INLINE] },
    Heap(Box<[u8]>),
}

impl RowKey {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Repr::Heap(bytes) => bytes,
        }
    }
}

impl From<&[u8]> for RowKey {
    fn from(key: &[u8]) -> Self {
        if key.len() > INLINE {
            return Self(Repr::Heap(key.into()));
        }
        let mut bytes = [0; INLINE];
        bytes[..key.len()].copy_from_slice(key);
        Self(Repr::Inline { len: key.len() as u8, bytes })
    }
}

impl Borrow<[u8]> for RowKey {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for RowKey {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for RowKey {}

impl PartialOrd for RowKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RowKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl fmt::Debug for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(self.as_bytes()))
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
#[derive(Clone, Copy)]
pub(crate) struct OidKey {
    bytes: [u8; 9],
    len: u8,
}

impl OidKey {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// The key of `oid`'s own rows, and the front of those below it.
pub(crate) fn oid_key(oid: Oid) -> OidKey {
    let skip = oid.0.leading_zeros() as usize / 8;
    let mut bytes = [0; 9];
    bytes[0] = (8 - skip) as u8;
    bytes[1..9 - skip].copy_from_slice(&oid.0.to_be_bytes()[skip..]);
    OidKey { bytes, len: (9 - skip) as u8 }
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
    }
}
