//! The element key of an entry: its own key, or what stands for one that is too long for LMDB.
//!
//! ```text
//! key, suffix                  a key of up to 448 bytes
//! start, hash, suffix          a longer one: its first 448 bytes, and the XXH3-128 of all, big-endian
//! ```
//!
//! The suffix is what tells entries of one key apart: the number of an index entry's object, and
//! nothing elsewhere. No key is the beginning of another one, so entries of long keys that start
//! alike stand together, with nothing in between; only among themselves they are not in order.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_128;

/// The longest key that stands for itself. With hash and suffix, and with what the log of old rows
/// puts before it, an element key stays within what LMDB takes.
pub(super) const PLAIN_MAX: usize = 448;
const HASH: usize = 16;

/// Whether a key has to be stored in its row.
pub(super) fn is_long(key: &[u8]) -> bool {
    key.len() > PLAIN_MAX
}

/// The element key of an entry.
pub(super) fn of<'k>(key: &'k [u8], suffix: &[u8]) -> Cow<'k, [u8]> {
    if is_long(key) {
        let hash = xxh3_128(key).to_be_bytes();
        Cow::Owned([&key[..PLAIN_MAX], &hash, suffix].concat())
    } else if suffix.is_empty() {
        Cow::Borrowed(key)
    } else {
        Cow::Owned([key, suffix].concat())
    }
}

/// What all entries that may stand among those of a long key have in common.
pub(super) fn start_of_long(row_key: &[u8]) -> &[u8] {
    &row_key[..PLAIN_MAX.min(row_key.len())]
}

/// The suffix of an entry with a long key; none if the element key is too short for one.
pub(super) fn suffix_of_long(row_key: &[u8]) -> Option<&[u8]> {
    row_key.get(PLAIN_MAX + HASH..)
}
