//! What stands in the row of an index entry.
//!
//! ```text
//! 92 reference number    a MessagePack array: the object, and how many entries came before
//! ```
//!
//! The number lets an iterator pass over what was added after it began: so an object whose key is
//! changed on the way is not met again further on.

use db0_runtime::{
    Error, Result,
    codec::{RefExt, STRONG, decode, encode, sole_reference, split_reference},
    object::{RowReader, varint},
};

use crate::sorted::Item;

const ARRAY: u8 = 0x92;

/// The value of an entry, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place<'r> {
    /// The bytes of the reference.
    pub(super) reference: &'r [u8],
    pub(super) number: u64,
}

impl<'r> Place<'r> {
    pub(super) fn parse(value: &'r [u8]) -> Option<Self> {
        let [ARRAY, rest @ ..] = value else { return None };
        let (reference, number) = split_reference(rest)?;
        Some(Self { reference, number: decode(number).ok()? })
    }

    pub(super) fn encode(&self, value: &mut Vec<u8>) {
        value.push(ARRAY);
        value.extend_from_slice(self.reference);
        encode(&self.number, value).unwrap_or_else(|_| unreachable!("it is a number"));
    }
}

/// Whether an entry was there before number `began` was given. What is damaged is told when it is read.
pub(super) fn is_before(value: &[u8], began: u64) -> bool {
    Place::parse(value).is_none_or(|place| place.number < began)
}

/// The strong reference that the value under a key is: its payload tells entries of a key apart.
pub(super) fn suffix(reference: &[u8]) -> Result<RefExt> {
    let found = sole_reference(reference).filter(|(kind, _)| *kind == STRONG);
    found.and_then(|(kind, payload)| RefExt::from_parts(kind, payload)).ok_or_else(|| {
        Error::Invalid(
            "an index holds handles of objects, as in Index<String, Memo<Person>>".into(),
        )
    })
}

/// The reference in the value of an entry.
pub(crate) fn reference(value: &[u8]) -> Option<&[u8]> {
    Place::parse(value).map(|place| place.reference)
}

/// The number of the object in the value of an entry.
pub(crate) fn member(value: &[u8]) -> Option<u64> {
    let reference = suffix(reference(value)?).ok()?;
    varint::take_ordered(&mut reference.payload())
}

/// The number of an entry's object.
pub(super) fn object_number(reader: &RowReader, item: Item<'_>) -> Result<u64> {
    member(item.value).ok_or_else(|| reader.damaged("an entry of the index is damaged"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn places_round_trip(number: u64, payload: [u8; 9]) {
            let mut reference = Vec::new();
            encode(&RefExt::new(STRONG, payload), &mut reference).unwrap();
            let mut value = Vec::new();
            Place { reference: &reference, number }.encode(&mut value);
            prop_assert_eq!(Place::parse(&value), Some(Place { reference: &reference, number }));
            prop_assert!(!is_before(&value, number) && (number == u64::MAX || is_before(&value, number + 1)));
            let found = suffix(&reference).unwrap();
            prop_assert_eq!(found.payload(), &payload[..]);
        }

        #[test]
        fn no_bytes_make_it_panic(mut value: Vec<u8>) {
            let _ = Place::parse(&value);
            value.insert(0, ARRAY);
            let _ = Place::parse(&value);
            let _ = suffix(&value);
        }
    }
}
