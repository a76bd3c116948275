//! Tags of an object as a row: numbers, ascending, each as the difference to the one before.
//!
//! ```text
//! oid        → tags that were put on the object, which hold it
//! oid, 01    → tags that its fields give it, which hold nothing
//! oid, 02    → passive tags, which were put on it and hold nothing
//! ```

use crate::store::{Oid, TagId, oid_key, oid_of_key, put_varint, take_varint};

const OF_FIELDS: u8 = 1;
const PASSIVE: u8 = 2;

fn key_of(oid: Oid, which: u8) -> Vec<u8> {
    [oid_key(oid).as_bytes(), &[which]].concat()
}

/// The key of the row with the tags that fields give.
pub(crate) fn field_tags_key(oid: Oid) -> Vec<u8> {
    key_of(oid, OF_FIELDS)
}

/// The key of the row with passive tags.
pub(crate) fn passive_tags_key(oid: Oid) -> Vec<u8> {
    key_of(oid, PASSIVE)
}

/// The object whose passive tags a row has, by the row's key.
pub(crate) fn passively_tagged(key: &[u8]) -> Option<Oid> {
    oid_of_key(key).filter(|(_, rest)| *rest == [PASSIVE]).map(|(oid, _)| oid)
}

/// The row of ascending tags.
pub(crate) fn encode(tags: &[TagId]) -> Vec<u8> {
    let mut out = Vec::with_capacity(2 * tags.len());
    let mut last = 0;
    for tag in tags {
        put_varint(&mut out, u64::from(tag.0 - last));
        last = tag.0;
    }
    out
}

/// The tags of a row; `None` if it is damaged.
pub(crate) fn decode(mut row: &[u8]) -> Option<Vec<TagId>> {
    let mut tags = Vec::new();
    let mut last = 0u32;
    while !row.is_empty() {
        last = last.checked_add(u32::try_from(take_varint(&mut row)?).ok()?)?;
        tags.push(TagId(last));
    }
    Some(tags)
}
