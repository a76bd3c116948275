//! The rows in which the names of tags and their numbers stand.
//!
//! ```text
//! 1, name   → number varint, name
//! 2, number → name
//! 3, number → state varint: since then nothing has borne it, or something does again
//! ```
//! A name too long for a key stands there by its front and its hash, and whole in the row.

use xxhash_rust::xxh3::xxh3_128;

use crate::store::{TagId, put_ordered, put_varint, take_ordered, take_varint};

pub(super) const BY_NAME: u8 = 1;
const BY_NUMBER: u8 = 2;
pub(super) const UNBORNE: u8 = 3;
/// The longest name that is a key by itself.
const NAME_MAX: usize = 400;
pub(super) const FRONT: usize = 256;

pub(super) fn name_key(name: &[u8]) -> Vec<u8> {
    let mut key = vec![BY_NAME];
    if name.len() <= NAME_MAX {
        key.extend_from_slice(name);
    } else {
        key.extend_from_slice(&name[..FRONT]);
        key.extend_from_slice(&xxh3_128(name).to_be_bytes());
    }
    key
}

pub(super) fn number_key(tag: TagId) -> Vec<u8> {
    numbered(BY_NUMBER, tag)
}

pub(super) fn numbered(kind: u8, tag: TagId) -> Vec<u8> {
    let mut key = vec![kind];
    put_ordered(&mut key, tag.0.into());
    key
}

/// The row of a name.
pub(super) fn name_row(tag: TagId, name: &[u8]) -> Vec<u8> {
    let mut row = Vec::with_capacity(name.len() + 5);
    put_varint(&mut row, tag.0.into());
    row.extend_from_slice(name);
    row
}

/// A row, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagNameRow<'r> {
    /// The number of a name.
    ByName(TagId, &'r [u8]),
    /// The name of a number.
    ByNumber(TagId, &'r [u8]),
    /// A number that nothing bears.
    Unborne(TagId),
}

impl<'r> TagNameRow<'r> {
    /// Takes a row apart; `None` if it makes no sense.
    pub(crate) fn parse(key: &[u8], mut row: &'r [u8]) -> Option<Self> {
        let (&kind, mut rest) = key.split_first()?;
        let tag = |number: u64| u32::try_from(number).ok().map(TagId);
        if kind == BY_NAME {
            let tag = take_varint(&mut row).and_then(tag)?;
            return (name_key(row) == key).then_some(Self::ByName(tag, row));
        }
        let tag = take_ordered(&mut rest).and_then(tag).filter(|_| rest.is_empty())?;
        match kind {
            BY_NUMBER => Some(Self::ByNumber(tag, row)),
            UNBORNE => take_varint(&mut row).map(|_| Self::Unborne(tag)),
            _ => None,
        }
    }

    /// The key of the row that there must be beside this one.
    pub(crate) fn other_key(self) -> Vec<u8> {
        match self {
            Self::ByName(tag, _) | Self::Unborne(tag) => number_key(tag),
            Self::ByNumber(_, name) => name_key(name),
        }
    }

    /// The key of the note that nothing bears a number; its name may have got another one then.
    pub(crate) fn unborne_key(self) -> Vec<u8> {
        let (Self::ByName(tag, _) | Self::ByNumber(tag, _) | Self::Unborne(tag)) = self;
        numbered(UNBORNE, tag)
    }

    /// That row says the same.
    pub(crate) fn agrees_with(self, other: &[u8]) -> bool {
        match self {
            Self::ByName(_, name) => other == name,
            Self::ByNumber(tag, name) => other == name_row(tag, name),
            Self::Unborne(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_lead_to_each_other() {
        for name in [&b"\x01urgent"[..], &[7; 1000]] {
            let (tag, number_key, name_key) = (TagId(300), number_key(TagId(300)), name_key(name));
            let row = name_row(tag, name);
            let by_name = TagNameRow::parse(&name_key, &row).expect("it is sound");
            let by_number = TagNameRow::parse(&number_key, name).expect("it is sound");
            assert_eq!(by_name, TagNameRow::ByName(tag, name));
            assert_eq!((by_name.other_key(), by_number.other_key()), (number_key, name_key));
            assert!(by_name.agrees_with(name) && by_number.agrees_with(&row));
            assert!(!by_name.agrees_with(b"other") && !by_number.agrees_with(name));
        }
        assert_eq!(TagNameRow::parse(b"\x01other", &name_row(TagId(1), b"name")), None);
        assert_eq!(TagNameRow::parse(b"", b""), None);
    }
}
