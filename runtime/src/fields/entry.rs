//! The row of an entry: which object has a key.
//!
//! ```text
//! index ordered, key, oid        → nothing          a key of up to 448 bytes
//! index ordered, start, hash, oid → the key          a longer one: its first 448 bytes, and its XXH3-128
//! oid: a length, so many bytes BE, the length again
//! ```
//! No key is the beginning of another one, so entries sort by key, and those of one key by oid.

use xxhash_rust::xxh3::xxh3_128;

use crate::store::{IndexId, Oid, RowKey, oid_key, put_ordered, take_ordered, varint::ordered};

/// The longest key that stands for itself; with all that the log puts before it, it fits LMDB.
pub(super) const PLAIN_MAX: usize = 448;

/// The front of all entries of an index.
pub(super) fn front(index: IndexId) -> Vec<u8> {
    let mut front = Vec::with_capacity(48);
    put_ordered(&mut front, index.0.into());
    front
}

/// A key is too long to stand for itself.
pub(super) fn is_long(key: &[u8]) -> bool {
    key.len() > PLAIN_MAX
}

/// The front of all entries of one key; of a long one, also of others that hash as it does.
pub(super) fn key_front(index: IndexId, key: &[u8]) -> Vec<u8> {
    let mut out = front(index);
    if is_long(key) {
        out.extend_from_slice(&key[..PLAIN_MAX]);
        out.extend_from_slice(&xxh3_128(key).to_be_bytes());
    } else {
        out.extend_from_slice(key);
    }
    out
}

/// Appends the number at the end of an entry's key.
pub(super) fn put_oid(oid: Oid, out: &mut Vec<u8>) {
    let number = oid_key(oid);
    out.extend_from_slice(number.as_bytes());
    out.push(number.as_bytes()[0]);
}

/// Keys up to this length need no allocation on the way to a layer.
const SHORT_MAX: usize = 32;
/// What stands around a key: an index's number, and an oid with two lengths.
const AROUND_MAX: usize = 16;

/// Key and body of an entry's row.
pub(crate) fn entry_row(index: IndexId, key: &[u8], oid: Oid) -> (RowKey, Vec<u8>) {
    if key.len() <= SHORT_MAX {
        return (short_key(index, key, oid), Vec::new());
    }
    let mut row_key = key_front(index, key);
    put_oid(oid, &mut row_key);
    (RowKey::from(&row_key[..]), if is_long(key) { key.to_vec() } else { Vec::new() })
}

fn short_key(index: IndexId, key: &[u8], oid: Oid) -> RowKey {
    let mut bytes = [0; SHORT_MAX + AROUND_MAX];
    let mut len = 0;
    let mut put = |part: &[u8]| {
        bytes[len..len + part.len()].copy_from_slice(part);
        len += part.len();
    };
    let (front, front_len) = ordered(index.0.into());
    let number = oid_key(oid);
    let number = number.as_bytes();
    [&front[..front_len], key, number, &number[..1]].into_iter().for_each(&mut put);
    RowKey::from(&bytes[..len])
}

/// The key and the object of an entry; `None` if the row makes no sense.
pub(crate) fn entry_of<'r>(mut row_key: &'r [u8], body: &'r [u8]) -> Option<(&'r [u8], Oid)> {
    take_ordered(&mut row_key)?;
    let (&len, rest) = row_key.split_last()?;
    let (key, mut number) = rest.split_at_checked(rest.len().checked_sub(usize::from(len) + 1)?)?;
    let oid = Oid(take_ordered(&mut number)?);
    if !number.is_empty() {
        return None;
    }
    if body.is_empty() {
        return (key.len() <= PLAIN_MAX).then_some((key, oid));
    }
    let fits = is_long(body) && key.len() == PLAIN_MAX + 16 && body.starts_with(&key[..PLAIN_MAX]);
    fits.then_some((body, oid))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn entries_come_apart(index: u32, oid: u64, mut key: Vec<u8>, long: bool) {
            if long {
                key.resize(PLAIN_MAX + 1 + key.len(), 7);
            }
            let (row_key, body) = entry_row(IndexId(index), &key, Oid(oid));
            let row_key = row_key.as_bytes();
            prop_assert!(row_key.len() <= 490);
            prop_assert!(row_key.starts_with(&key_front(IndexId(index), &key)));
            prop_assert_eq!(entry_of(row_key, &body), Some((&key[..], Oid(oid))));
        }

        #[test]
        fn entries_of_a_key_sort_by_oid(a: u64, b: u64) {
            let row = |oid| entry_row(IndexId(1), b"k\0", Oid(oid)).0;
            prop_assert_eq!(row(a).as_bytes().cmp(row(b).as_bytes()), a.cmp(&b));
        }

        #[test]
        fn no_bytes_make_it_panic(row_key: Vec<u8>, body: Vec<u8>) {
            let _ = entry_of(&row_key, &body);
        }
    }
}
