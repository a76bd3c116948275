//! The tags of an object as a row: numbers, ascending, each as the difference to the one before.
//!
//! Those that hold the object come first; then, if there are any, a 0 and those that don't.

use super::{
    num::TagId,
    varint::{put as put_varint, take as take_varint},
};

/// The tags that were put on an object, each list ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PutOn {
    pub(crate) holding: Vec<TagId>,
    pub(crate) passive: Vec<TagId>,
}

impl PutOn {
    pub(crate) fn all(&self) -> impl Iterator<Item = TagId> {
        self.holding.iter().chain(&self.passive).copied()
    }

    pub(crate) fn has(&self, tag: TagId) -> bool {
        self.holding.binary_search(&tag).is_ok() || self.passive.binary_search(&tag).is_ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.holding.is_empty() && self.passive.is_empty()
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(2 * (self.holding.len() + self.passive.len()));
        put_all(&self.holding, &mut out);
        if !self.passive.is_empty() {
            // No number is 0, and so is no difference.
            out.push(0);
            put_all(&self.passive, &mut out);
        }
        out
    }

    /// `None` if the row is damaged.
    pub(crate) fn decode(mut row: &[u8]) -> Option<Self> {
        let mut tags = Self::default();
        let (mut list, mut before, mut is_passive) = (&mut tags.holding, 0u32, false);
        while !row.is_empty() {
            let step = u32::try_from(take_varint(&mut row)?).ok()?;
            if step == 0 {
                if is_passive {
                    return None;
                }
                (list, before, is_passive) = (&mut tags.passive, 0, true);
                continue;
            }
            before = before.checked_add(step)?;
            list.push(TagId(before));
        }
        (is_passive != tags.passive.is_empty()).then_some(tags)
    }
}

/// Some tag of a row holds the object.
pub(crate) fn tags_hold(row: &[u8]) -> bool {
    row.first().is_some_and(|first| *first != 0)
}

fn put_all(tags: &[TagId], out: &mut Vec<u8>) {
    let mut last = 0;
    for tag in tags {
        put_varint(out, u64::from(tag.0 - last));
        last = tag.0;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn tags() -> impl Strategy<Value = Vec<TagId>> {
        let set = prop::collection::btree_set(1..u32::MAX, 0..9);
        set.prop_map(|set: BTreeSet<u32>| set.into_iter().map(TagId).collect())
    }

    proptest! {
        #[test]
        fn rows_round_trip(holding in tags(), passive in tags()) {
            let tags = PutOn { holding, passive };
            let row = tags.encode();
            prop_assert_eq!(tags_hold(&row), !tags.holding.is_empty());
            prop_assert_eq!(PutOn::decode(&row), Some(tags));
        }

        #[test]
        fn what_is_decoded_is_in_order(row: Vec<u8>) {
            if let Some(tags) = PutOn::decode(&row) {
                prop_assert!(tags.holding.is_sorted() && tags.passive.is_sorted());
                prop_assert!(tags.all().all(|tag| tag.0 > 0));
            }
        }
    }
}
