//! Things by oid, in its order: what is noted of neighbours, one after the other, costs next to nothing.

use std::collections::BTreeMap;

use super::num::Oid;

/// So many low bits of an oid are where it stands among its neighbours, which are kept together.
const TOGETHER: u32 = 6;

/// An ordered map from oids.
#[derive(Clone, Debug)]
pub(crate) struct InOrder<V> {
    /// Some neighbours, ascending; no block is empty.
    blocks: BTreeMap<u64, Vec<(Oid, V)>>,
    len: usize,
}

impl<V> Default for InOrder<V> {
    fn default() -> Self {
        Self { blocks: BTreeMap::new(), len: 0 }
    }
}

impl<V> InOrder<V> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn get(&self, oid: Oid) -> Option<&V> {
        let block = self.blocks.get(&(oid.0 >> TOGETHER))?;
        block.binary_search_by_key(&oid, |(oid, _)| *oid).ok().map(|place| &block[place].1)
    }

    /// What is noted of an oid, and whether that is new.
    pub(crate) fn entry(&mut self, oid: Oid) -> (&mut V, bool)
    where
        V: Default,
    {
        let block = self.blocks.entry(oid.0 >> TOGETHER).or_default();
        let is_last = block.last().is_none_or(|(last, _)| *last < oid);
        let found = if is_last {
            Err(block.len())
        } else {
            block.binary_search_by_key(&oid, |(oid, _)| *oid)
        };
        let place = found.unwrap_or_else(|place| {
            block.insert(place, (oid, V::default()));
            self.len += 1;
            place
        });
        (&mut block[place].1, found.is_err())
    }

    /// Everything, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Oid, &V)> {
        self.blocks.values().flatten().map(|(oid, value)| (*oid, value))
    }
}

impl<V> IntoIterator for InOrder<V> {
    type Item = (Oid, V);
    type IntoIter = std::iter::Flatten<std::collections::btree_map::IntoValues<u64, Vec<(Oid, V)>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.blocks.into_values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_an_ordered_map(
            noted in prop::collection::vec((prop_oneof![0..300_u64, any::<u64>()], any::<u8>()), 0..200),
            asked in prop::collection::vec(0..300_u64, 0..50),
        ) {
            let (mut map, mut model) = (InOrder::default(), BTreeMap::new());
            for (oid, value) in noted {
                let (place, is_new) = map.entry(Oid(oid));
                prop_assert_eq!(is_new, model.insert(oid, value).is_none());
                *place = value;
            }
            prop_assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
            prop_assert!(map.iter().map(|(oid, value)| (oid.0, *value)).eq(model.clone()));
            for oid in asked.iter().chain(model.keys()) {
                prop_assert_eq!(map.get(Oid(*oid)), model.get(oid));
            }
            prop_assert!(map.into_iter().map(|(oid, value)| (oid.0, value)).eq(model));
        }
    }
}
