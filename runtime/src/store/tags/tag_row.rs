//! The tags of an object as a row: numbers, ascending, each as the difference to the one before.
//!
//! Those that hold the object come first; then, if there are any, a 0 and those that don't.

use crate::store::{
    num::TagId,
    uncommitted::retag::Done,
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

    /// Puts a tag on, or takes it off. One that is put on is from then on as it was put on last:
    /// holding or not.
    pub(crate) fn set(&mut self, tag: TagId, done: Done) {
        let set = |list: &mut Vec<TagId>, is_in: bool| match list.binary_search(&tag) {
            Err(place) if is_in => list.insert(place, tag),
            Ok(place) if !is_in => drop(list.remove(place)),
            _ => {}
        };
        set(&mut self.holding, done == Done::Holding);
        set(&mut self.passive, done == Done::Passive);
    }

    /// Takes everything off.
    pub(crate) fn clear(&mut self) {
        self.holding.clear();
        self.passive.clear();
    }

    /// Appends the row; nothing if there are no tags.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        put_all(&self.holding, out);
        if !self.passive.is_empty() {
            // No number is 0, and so is no difference.
            out.push(0);
            put_all(&self.passive, out);
        }
    }

    /// `None` if the row is damaged.
    pub(crate) fn decode(row: &[u8]) -> Option<Self> {
        let mut tags = Self::default();
        tags.read(row).then_some(tags)
    }

    /// Adds the tags of a row to none; false if it is damaged.
    pub(crate) fn read(&mut self, row: &[u8]) -> bool {
        self.try_read(row).is_some()
    }

    fn try_read(&mut self, mut row: &[u8]) -> Option<()> {
        let (mut list, mut before, mut is_passive) = (&mut self.holding, 0u32, false);
        while !row.is_empty() {
            let step = u32::try_from(take_varint(&mut row)?).ok()?;
            if step == 0 {
                if is_passive {
                    return None;
                }
                (list, before, is_passive) = (&mut self.passive, 0, true);
                continue;
            }
            before = before.checked_add(step)?;
            list.push(TagId(before));
        }
        (is_passive != self.passive.is_empty()).then_some(())
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
            let mut row = Vec::new();
            tags.encode(&mut row);
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
