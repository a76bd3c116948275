//! What stands in the row of an index entry.
//!
//! ```text
//! 92 reference number    a MessagePack array: the object, and how many entries came before
//! ```
//!
//! The number lets an iterator pass over what was added after it began: so an object whose key is
//! changed on the way is not met again further on.

use db0_runtime::{
    Result,
    codec::{STRONG, encode, sole_reference, split_reference},
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
        Some(Self { reference, number: take_number(number)? })
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

/// A whole number, and nothing else, in whichever form.
fn take_number(bytes: &[u8]) -> Option<u64> {
    let (marker, bytes) = bytes.split_first()?;
    let len = match marker {
        0..=0x7f => return bytes.is_empty().then_some(u64::from(*marker)),
        0xcc..=0xcf => 1 << (marker - 0xcc),
        _ => return None,
    };
    let number = || bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    (bytes.len() == len).then(number)
}

/// What tells the entries of a key apart, by the value: the payload of the reference in it.
#[inline]
pub(super) fn suffix(value: &[u8]) -> Option<&[u8]> {
    let [ARRAY, rest @ ..] = value else { return None };
    let (reference, _) = split_reference(rest)?;
    sole_reference(reference).filter(|(kind, _)| *kind == STRONG).map(|(_, payload)| payload)
}

/// The number of the object in the value of an entry.
#[inline]
pub(crate) fn member(value: &[u8]) -> Option<u64> {
    let mut payload = suffix(value)?;
    varint::take_ordered(&mut payload).filter(|_| payload.is_empty())
}

/// The number of an entry's object.
pub(super) fn object_number(reader: &RowReader, item: Item<'_>) -> Result<u64> {
    member(item.value).ok_or_else(|| reader.damaged("an entry of the index is damaged"))
}

#[cfg(test)]
mod tests {
    use db0_runtime::codec::RefExt;
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
            prop_assert_eq!(suffix(&value), Some(&payload[..]));
        }

        #[test]
        fn numbers_are_read_as_they_are_written(number: u64, short: u8) {
            for number in [number, number >> (short % 64)] {
                let mut bytes = Vec::new();
                encode(&number, &mut bytes).unwrap();
                prop_assert_eq!(take_number(&bytes), Some(number));
                bytes.push(short);
                prop_assert_eq!(take_number(&bytes), None);
            }
        }

        #[test]
        fn no_bytes_make_it_panic(mut value: Vec<u8>) {
            let _ = Place::parse(&value);
            value.insert(0, ARRAY);
            let _ = Place::parse(&value);
            let _ = (suffix(&value), member(&value));
        }
    }
}
