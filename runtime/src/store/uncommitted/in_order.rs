//! Things by oid, in its order: what is noted of neighbours, one after the other, costs next to nothing.

use std::collections::BTreeMap;

use crate::store::num::Oid;

/// So many low bits of an oid are where it stands among its neighbours, which are kept together.
const TOGETHER: u32 = 6;

/// Some neighbours, ascending; no block is empty.
type Block<V> = Vec<(Oid, V)>;

/// An ordered map from oids.
#[derive(Clone, Debug)]
pub(crate) struct InOrder<V> {
    /// Where each block is, by its number.
    places: BTreeMap<u64, usize>,
    blocks: Vec<Block<V>>,
    /// The number and the place of the block that was changed last: mostly the next one's too.
    last: Option<(u64, usize)>,
    len: usize,
}

impl<V> Default for InOrder<V> {
    fn default() -> Self {
        Self { places: BTreeMap::new(), blocks: Vec::new(), last: None, len: 0 }
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
        let block = &self.blocks[*self.places.get(&number_of(oid))?];
        block.binary_search_by_key(&oid, |(oid, _)| *oid).ok().map(|place| &block[place].1)
    }

    /// What is noted of an oid, and whether that is new.
    pub(crate) fn entry(&mut self, oid: Oid) -> (&mut V, bool)
    where
        V: Default,
    {
        let at = self.block_of(oid);
        let block = &mut self.blocks[at];
        let found = place_in(block, oid);
        let place = found.unwrap_or_else(|place| {
            block.insert(place, (oid, V::default()));
            self.len += 1;
            place
        });
        (&mut block[place].1, found.is_err())
    }

    /// Notes something of each of these; neighbours that follow each other are found at once. What is
    /// noted already is given to `change`; of others there is `new`. Gives how many these are.
    pub(crate) fn note_all<T>(
        &mut self,
        all: &[T],
        oid_of: impl Fn(&T) -> Oid,
        mut change: impl FnMut(&mut V, &T),
        mut new: impl FnMut(&T) -> V,
    ) -> usize {
        let before = self.len;
        for together in all.chunk_by(|a, b| number_of(oid_of(a)) == number_of(oid_of(b))) {
            let at = self.block_of(oid_of(&together[0]));
            let block = &mut self.blocks[at];
            for one in together {
                match place_in(block, oid_of(one)) {
                    Ok(place) => change(&mut block[place].1, one),
                    Err(place) => {
                        block.insert(place, (oid_of(one), new(one)));
                        self.len += 1;
                    }
                }
            }
        }
        self.len - before
    }

    /// Everything, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Oid, &V)> {
        let blocks = self.places.values().flat_map(|at| &self.blocks[*at]);
        blocks.map(|(oid, value)| (*oid, value))
    }

    /// Where the block is that an oid is in; its caller puts something into a new one.
    #[inline]
    fn block_of(&mut self, oid: Oid) -> usize {
        let number = number_of(oid);
        match self.last {
            Some((last, at)) if last == number => at,
            _ => self.look_for(number),
        }
    }

    fn look_for(&mut self, number: u64) -> usize {
        let new = self.blocks.len();
        let at = *self.places.entry(number).or_insert(new);
        if at == new {
            self.blocks.push(Vec::new());
        }
        self.last = Some((number, at));
        at
    }
}

/// The number of the block that an oid is in.
fn number_of(oid: Oid) -> u64 {
    oid.0 >> TOGETHER
}

/// Where an oid is in its block, or belongs.
fn place_in<V>(block: &[(Oid, V)], oid: Oid) -> Result<usize, usize> {
    if block.last().is_none_or(|(last, _)| *last < oid) {
        return Err(block.len());
    }
    block.binary_search_by_key(&oid, |(oid, _)| *oid)
}

impl<V> IntoIterator for InOrder<V> {
    type Item = (Oid, V);
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Block<V>>>;

    fn into_iter(mut self) -> Self::IntoIter {
        let in_order = self.places.values().map(|at| std::mem::take(&mut self.blocks[*at]));
        in_order.collect::<Vec<_>>().into_iter().flatten()
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
            together in prop::collection::vec((0..300_u64, any::<u8>()), 0..100),
            asked in prop::collection::vec(0..300_u64, 0..50),
        ) {
            let (mut map, mut model) = (InOrder::default(), BTreeMap::new());
            for (oid, value) in noted {
                let (place, is_new) = map.entry(Oid(oid));
                prop_assert_eq!(is_new, model.insert(oid, value).is_none());
                *place = value;
            }
            let known = model.len();
            let new = map.note_all(
                &together,
                |(oid, _)| Oid(*oid),
                |noted, (_, value)| *noted = noted.wrapping_add(*value),
                |(_, value)| *value,
            );
            for (oid, value) in together {
                let change = |noted: &mut u8| *noted = noted.wrapping_add(value);
                model.entry(oid).and_modify(change).or_insert(value);
            }
            prop_assert_eq!(new, model.len() - known);
            prop_assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
            prop_assert!(map.iter().map(|(oid, value)| (oid.0, *value)).eq(model.clone()));
            for oid in asked.iter().chain(model.keys()) {
                prop_assert_eq!(map.get(Oid(*oid)), model.get(oid));
            }
            prop_assert!(map.into_iter().map(|(oid, value)| (oid.0, value)).eq(model));
        }
    }
}
