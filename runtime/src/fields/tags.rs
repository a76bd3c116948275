//! The row of tags that an object's fields give it, beside the row of those that were put on it.

use crate::store::{Oid, oid_key};

const OF_FIELDS: u8 = 1;

/// The key of the row with the tags that fields give.
pub(crate) fn field_tags_key(oid: Oid) -> Vec<u8> {
    [oid_key(oid).as_bytes(), &[OF_FIELDS]].concat()
}
