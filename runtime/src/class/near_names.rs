//! Tags that were looked up before, found without a lock.

use std::hash::BuildHasher;

use super::{name_hash::Seed, tag::TagName};
use crate::{
    store::TagId,
    sync::slots::{Counted, Place},
};

/// So many at most; of those that share a place the first stays.
const PLACES: usize = 256;

/// Some names and their numbers.
pub(super) struct NearNames {
    seed: Seed,
    places: Box<[Place<(TagName, TagId)>]>,
}

impl Default for NearNames {
    fn default() -> Self {
        let places = (0..PLACES).map(|_| Place::empty()).collect();
        Self { seed: Seed::default(), places }
    }
}

impl NearNames {
    #[inline]
    fn place(&self, name: &TagName) -> &Place<(TagName, TagId)> {
        &self.places[self.seed.hash_one(name) as usize % PLACES]
    }

    #[inline]
    pub(super) fn find(&self, name: &TagName) -> Option<TagId> {
        let known = self.place(name).look()?;
        (known.0 == *name).then_some(known.1)
    }

    pub(super) fn add(&self, name: &TagName, tag: TagId) {
        let place = self.place(name);
        if place.is_empty() {
            place.set_if_empty(Counted::new((name.clone(), tag), 0));
        }
    }

    pub(super) fn forget(&self, name: &TagName) {
        drop(self.place(name).swap(None));
    }

    pub(super) fn clear(&self) {
        self.places.iter().for_each(|place| drop(place.swap(None)));
    }
}

impl std::fmt::Debug for NearNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NearNames").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_until_it_is_forgotten() {
        let near = NearNames::default();
        let names: Vec<_> =
            (0..1000).map(|n| TagName::text(&format!("tag {n}")).expect("a tag")).collect();
        for (name, n) in names.iter().zip(0..) {
            near.add(name, TagId(n));
        }
        let found = || names.iter().zip(0..).filter(|(name, n)| near.find(name) == Some(TagId(*n)));
        let wrong = |(name, n)| near.find(name).is_some_and(|tag| tag != TagId(n));
        assert!((1..=PLACES).contains(&found().count()));
        assert!(!names.iter().zip(0..).any(wrong));
        let (first, _) = found().next().expect("some are near");
        near.forget(first);
        assert_eq!(near.find(first), None);
        near.clear();
        assert_eq!(found().count(), 0);
    }
}
