//! The row of an entry: its value, and its key where the element key is not enough.
//!
//! ```text
//! 91 value                     the element key is the key
//! 92 value key                 a long key, as MessagePack bytes
//! 93 value key [reference…]    a key that refers to objects; nil, if the element key is the key
//! ```
//!
//! A row is one MessagePack value, so that references in it, also those in the key, are found
//! without knowing what it is.

use db0_runtime::codec::{RefExt, encode, skip_values};

use super::row_key;

const VALUE: u8 = 0x91;
const WITH_KEY: u8 = 0x92;
const WITH_REFERENCES: u8 = 0x93;
const NIL: u8 = 0xc0;

/// So many bytes come before the value in every row.
pub(super) const FRONT: usize = 1;

/// Begins the row of an entry whose key is the element key and refers to nothing.
pub(super) fn put_front(row: &mut Vec<u8>) {
    row.push(VALUE);
}

/// An entry's row, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'r> {
    pub(crate) value: &'r [u8],
    /// The key, if it is too long to be the element key.
    pub(super) key: Option<&'r [u8]>,
}

impl<'r> Entry<'r> {
    #[inline]
    pub(crate) fn parse(row: &'r [u8]) -> Option<Self> {
        match row {
            [VALUE, value @ ..] => Some(Self { value, key: None }),
            [WITH_KEY | WITH_REFERENCES, rest @ ..] => {
                let (value, rest) = rest.split_at(skip_values(rest, 1).ok()?);
                Some(Self { value, key: parse_key(rest)? })
            }
            _ => None,
        }
    }
}

/// The key of an entry with its suffix, and its value, by its row; none if the row makes no sense.
pub(crate) fn full_entry(row_key: &[u8], row: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let entry = Entry::parse(row)?;
    let key = match entry.key {
        None => row_key.to_vec(),
        Some(long) => [long, row_key::suffix_of_long(row_key)?].concat(),
    };
    Some((key, entry.value.to_vec()))
}

/// A row is that of an entry, and stands under the key that it should.
pub(crate) fn is_entry(row_key: &[u8], row: &[u8]) -> bool {
    let Some(entry) = Entry::parse(row) else { return false };
    entry.key.is_none_or(|key| {
        let suffix = row_key::suffix_of_long(row_key);
        suffix.is_some_and(|suffix| *row_key::of(key, suffix) == *row_key)
    })
}

/// Bytes or nil, at the beginning of `rest`.
fn parse_key(rest: &[u8]) -> Option<Option<&[u8]>> {
    let (len, rest) = match rest {
        [NIL, ..] => return Some(None),
        [0xc4, len, rest @ ..] => (u32::from(*len), rest),
        [0xc5, a, b, rest @ ..] => (u32::from_be_bytes([0, 0, *a, *b]), rest),
        [0xc6, a, b, c, d, rest @ ..] => (u32::from_be_bytes([*a, *b, *c, *d]), rest),
        _ => return None,
    };
    rest.get(..usize::try_from(len).ok()?).map(Some)
}

/// The row of an entry.
pub(super) fn row(key: Option<&[u8]>, references: &[RefExt], value: &[u8]) -> Vec<u8> {
    let mut row = Vec::with_capacity(1 + value.len() + key.map_or(0, |key| key.len() + 5));
    put_row(key, references, &mut row, |row| {
        row.extend_from_slice(value);
        true
    });
    row
}

/// Appends the row of an entry, whose value `put_value` appends; false if that said so.
pub(super) fn put_row(
    key: Option<&[u8]>,
    references: &[RefExt],
    row: &mut Vec<u8>,
    put_value: impl FnOnce(&mut Vec<u8>) -> bool,
) -> bool {
    row.push(match (key, references) {
        (None, []) => VALUE,
        (Some(_), []) => WITH_KEY,
        _ => WITH_REFERENCES,
    });
    if !put_value(row) {
        return false;
    }
    match key {
        Some(key) => {
            let len = u32::try_from(key.len()).unwrap_or_else(|_| unreachable!("checked before"));
            row.push(0xc6);
            row.extend_from_slice(&len.to_be_bytes());
            row.extend_from_slice(key);
        }
        None if !references.is_empty() => row.push(NIL),
        None => {}
    }
    if !references.is_empty() {
        encode(references, row).unwrap_or_else(|_| unreachable!("references are bytes"));
    }
    true
}

#[cfg(test)]
mod tests {
    use db0_runtime::codec::{STRONG, for_each_reference};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn entries_come_apart_and_show_their_references(
            value: u64,
            key: Option<Vec<u8>>,
            references in prop::collection::vec(any::<[u8; 3]>(), 0..20),
        ) {
            let references: Vec<_> =
                references.into_iter().map(|payload| RefExt::new(STRONG, payload)).collect();
            let mut expected = Vec::new();
            encode(&value, &mut expected).unwrap();
            let row = super::row(key.as_deref(), &references, &expected);
            let entry = Entry { value: &expected, key: key.as_deref() };
            prop_assert_eq!(Entry::parse(&row), Some(entry));
            let mut found = Vec::new();
            for_each_reference(&row, |_, payload| found.push(payload.to_vec())).unwrap();
            let payloads: Vec<_> = references.iter().map(|reference| reference.payload().to_vec()).collect();
            prop_assert_eq!(found, payloads);
        }

        #[test]
        fn no_bytes_make_it_panic(mut row: Vec<u8>, first in 0x90..0x95_u8) {
            let _ = Entry::parse(&row);
            row.insert(0, first);
            let _ = Entry::parse(&row);
        }
    }
}
