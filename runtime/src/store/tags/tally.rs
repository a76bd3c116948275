//! How many bear a tag, all together: a row before the tag's containers.
//!
//! ```text
//! class  varint  which all of them are of; 0 if they are of several, or that is not known
//! count  varint
//! ```

use super::bearers::Bearers;
use crate::store::{
    num::TagId,
    varint::{put as put_varint, put_ordered, take as take_varint, take_ordered},
};

/// What is known of all who bear a tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    pub(crate) bearers: Bearers,
}

impl Tally {
    /// Appends the row; nothing if nobody bears the tag.
    pub(in crate::store) fn encode(self, out: &mut Vec<u8>) {
        if self.count > 0 {
            put_varint(out, self.bearers.number().into());
            put_varint(out, self.count);
        }
    }

    /// `None` if the row is damaged.
    pub(crate) fn decode(mut row: &[u8]) -> Option<Self> {
        let class = u32::try_from(take_varint(&mut row)?).ok()?;
        let count = take_varint(&mut row).filter(|count| *count > 0)?;
        row.is_empty().then_some(Self { count, bearers: Bearers::of_number(class) })
    }

    /// With so many more, or fewer, of whom this is known.
    pub(in crate::store) fn changed(self, by: i64, bearers: Bearers) -> Option<Self> {
        let count = self.count.checked_add_signed(by)?;
        Some(Self { count, bearers: self.bearers.and(bearers) })
    }
}

/// The key of a tag's row: it is the front of those of its containers.
pub(crate) fn tally_key(tag: TagId, out: &mut Vec<u8>) {
    out.clear();
    put_ordered(out, tag.0.into());
}

/// The tag of a row key.
pub(crate) fn of_tally_key(mut key: &[u8]) -> Option<TagId> {
    let tag = u32::try_from(take_ordered(&mut key)?).ok()?;
    key.is_empty().then_some(TagId(tag))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_round_trip(tag: u32, class: u32, count: u64, garbage: Vec<u8>) {
            let tally = Tally { count, bearers: Bearers::of_number(class) };
            let (mut row, mut key) = (Vec::new(), Vec::new());
            tally.encode(&mut row);
            prop_assert_eq!(Tally::decode(&row), (count > 0).then_some(tally));
            tally_key(TagId(tag), &mut key);
            prop_assert_eq!(of_tally_key(&key), Some(TagId(tag)));
            if let Some(tally) = Tally::decode(&garbage) {
                prop_assert!(tally.count > 0);
            }
        }
    }
}
