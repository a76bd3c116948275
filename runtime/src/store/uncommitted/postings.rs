//! Changes of memberships that a layer holds: which numbers joined and left each chunk.

use std::collections::BTreeMap;

use crate::store::{
    num::{ClassId, Oid, TagId},
    tags::{
        bearers::Bearers,
        chunk::{CHUNK_BITS, Chunk},
    },
    varint,
};

/// Up to this many changed members are listed; more become bits.
const FEW_MAX: usize = 48;

/// Where an oid stands among the chunks.
pub(crate) fn place(oid: Oid) -> (u64, u16) {
    (oid.0 >> CHUNK_BITS, (oid.0 & ((1 << CHUNK_BITS) - 1)) as u16)
}

/// The oid at a place.
pub(crate) fn oid_at(chunk: u64, n: u16) -> Oid {
    Oid(chunk << CHUNK_BITS | u64::from(n))
}

/// The row key of a container.
pub(crate) fn posting_key(tag: TagId, chunk: u64, out: &mut Vec<u8>) {
    out.clear();
    varint::put_ordered(out, u64::from(tag.0));
    varint::put_ordered(out, chunk);
}

/// The tag and chunk of a container's row key.
pub(crate) fn of_posting_key(mut key: &[u8]) -> Option<(TagId, u64)> {
    let tag = u32::try_from(varint::take_ordered(&mut key)?).ok()?;
    let chunk = varint::take_ordered(&mut key)?;
    key.is_empty().then_some((TagId(tag), chunk))
}

/// What changed in one container.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delta {
    /// Of which class those are that joined.
    joined: Bearers,
    changes: Changes,
}

#[derive(Clone, Debug)]
enum Changes {
    /// (number, joined), each number once.
    Few(Vec<(u16, bool)>),
    Many(Box<Bits>),
}

#[derive(Clone, Debug)]
struct Bits {
    joined: Chunk,
    left: Chunk,
}

impl Default for Changes {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Changes {
    fn set(&mut self, n: u16, joined: bool) {
        match self {
            Self::Few(list) => {
                if let Some(change) = list.iter_mut().find(|change| change.0 == n) {
                    change.1 = joined;
                } else if list.len() < FEW_MAX {
                    list.push((n, joined));
                } else {
                    self.as_bits().set(n, joined);
                }
            }
            Self::Many(bits) => bits.set(n, joined),
        }
    }

    /// The changes as bits, which they are from then on.
    fn as_bits(&mut self) -> &mut Bits {
        if let Self::Few(list) = self {
            let mut bits = Bits { joined: Chunk::EMPTY, left: Chunk::EMPTY };
            list.iter().for_each(|&(n, joined)| bits.set(n, joined));
            *self = Self::Many(Box::new(bits));
        }
        match self {
            Self::Many(bits) => bits,
            Self::Few(_) => unreachable!("they have just been made bits"),
        }
    }
}

impl Delta {
    /// Makes the changes to `chunk`; gives of which class its members are, if this was known before.
    pub(crate) fn apply(&self, chunk: &mut Chunk, before: Bearers) -> Bearers {
        match &self.changes {
            Changes::Few(list) => list
                .iter()
                .for_each(|&(n, joined)| if joined { chunk.insert(n) } else { chunk.remove(n) }),
            Changes::Many(bits) => {
                chunk.or(&bits.joined);
                chunk.and_not(&bits.left);
            }
        }
        before.and(self.joined)
    }

    /// Adds the changes of a newer layer.
    pub(in crate::store) fn merge(&mut self, newer: &Self) {
        self.joined = self.joined.and(newer.joined);
        match &newer.changes {
            Changes::Few(list) => {
                list.iter().for_each(|&(n, joined)| self.changes.set(n, joined));
            }
            Changes::Many(bits) => {
                bits.joined.iter().for_each(|n| self.changes.set(n, true));
                bits.left.iter().for_each(|n| self.changes.set(n, false));
            }
        }
    }
}

impl Bits {
    fn set(&mut self, n: u16, joined: bool) {
        let (to, from) = if joined {
            (&mut self.joined, &mut self.left)
        } else {
            (&mut self.left, &mut self.joined)
        };
        to.insert(n);
        from.remove(n);
    }
}

/// All changed containers of a layer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Postings {
    chunks: BTreeMap<(TagId, u64), Delta>,
}

impl Postings {
    /// An object, of a class that is known or not, joins a tag.
    pub(crate) fn join(&mut self, tag: TagId, (oid, class): (Oid, Option<ClassId>)) {
        let (chunk, n) = place(oid);
        let delta = self.chunks.entry((tag, chunk)).or_default();
        delta.joined = delta.joined.and(Bearers::of(class));
        delta.changes.set(n, true);
    }

    /// An object leaves a tag.
    pub(crate) fn leave(&mut self, tag: TagId, oid: Oid) {
        let (chunk, n) = place(oid);
        self.chunks.entry((tag, chunk)).or_default().changes.set(n, false);
    }

    /// Objects, ascending by and large, join a tag: those of one chunk that follow each other are found
    /// a place at once.
    pub(crate) fn join_all<T>(
        &mut self,
        tag: TagId,
        all: &[T],
        of: impl Fn(&T) -> (Oid, Option<ClassId>),
    ) {
        let place_of = |one: &T| place(of(one).0);
        for together in all.chunk_by(|a, b| place_of(a).0 == place_of(b).0) {
            let delta = self.chunks.entry((tag, place_of(&together[0]).0)).or_default();
            let bearers = together.iter().map(|one| Bearers::of(of(one).1));
            delta.joined = bearers.fold(delta.joined, Bearers::and);
            if together.len() > FEW_MAX {
                let bits = delta.changes.as_bits();
                together.iter().for_each(|one| bits.set(place_of(one).1, true));
            } else {
                together.iter().for_each(|one| delta.changes.set(place_of(one).1, true));
            }
        }
    }

    pub(crate) fn delta(&self, tag: TagId, chunk: u64) -> Option<&Delta> {
        self.chunks.get(&(tag, chunk))
    }

    /// The first changed chunk of `tag` at or after `from`.
    pub(crate) fn next_chunk(&self, tag: TagId, from: u64) -> Option<u64> {
        self.chunks.range((tag, from)..=(tag, u64::MAX)).next().map(|((_, chunk), _)| *chunk)
    }

    /// The changed chunks of a tag.
    pub(in crate::store) fn chunks(&self, tag: TagId) -> impl Iterator<Item = u64> {
        self.chunks.range((tag, 0)..=(tag, u64::MAX)).map(|((_, chunk), _)| *chunk)
    }

    fn places(&self) -> impl Iterator<Item = (TagId, u64)> {
        self.chunks.keys().copied()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    pub(in crate::store) fn merge(&mut self, newer: Self) {
        if self.chunks.is_empty() {
            self.chunks = newer.chunks;
            return;
        }
        for (place, delta) in newer.chunks {
            self.chunks.entry(place).and_modify(|old| old.merge(&delta)).or_insert(delta);
        }
    }
}

/// The containers that any of these change, ascending, each once.
pub(in crate::store) fn places(all: &[&Postings]) -> Vec<(TagId, u64)> {
    let mut places: Vec<_> = all.iter().flat_map(|postings| postings.places()).collect();
    places.sort_unstable();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn deltas_apply_like_single_changes(
            first in prop::collection::vec((0..300u64, any::<bool>()), 0..120),
            second in prop::collection::vec((0..300u64, any::<bool>()), 0..120),
            classes in prop::collection::vec(1..3u32, 2),
        ) {
            let (tag, first_class) = (TagId(1), Bearers::of(Some(ClassId(1))));
            let mut layers = [Postings::default(), Postings::default()];
            let mut model = BTreeMap::new();
            let mut bearers = first_class;
            for ((layer, changes), class) in layers.iter_mut().zip([first, second]).zip(classes) {
                let class = Some(ClassId(class));
                for (n, joins) in changes {
                    if joins { layer.join(tag, (Oid(n), class)) } else { layer.leave(tag, Oid(n)) }
                    bearers = if joins { bearers.and(Bearers::of(class)) } else { bearers };
                    model.insert(n as u16, joins);
                }
            }
            let [mut old, new] = layers;
            old.merge(new);
            let mut chunk = Chunk::EMPTY;
            chunk.insert(299);
            let delta = old.delta(tag, 0);
            let now = delta.map_or(first_class, |delta| delta.apply(&mut chunk, first_class));
            prop_assert_eq!(now, bearers);
            for n in 0..300 {
                prop_assert_eq!(chunk.contains(n), model.get(&n).copied().unwrap_or(n == 299));
            }
        }
    }
}
