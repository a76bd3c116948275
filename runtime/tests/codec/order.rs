//! Equal hash maps and hash sets are equal bytes, whatever they are wrapped in.

use std::collections::{HashMap, HashSet, hash_map::RandomState};

use proptest::prelude::*;
use serde::Serialize;

use crate::common::bytes_of;

#[derive(Serialize)]
#[serde(transparent)]
struct Wrapped<T>(T);

#[derive(Serialize)]
struct Deep<'a> {
    option: Option<&'a HashMap<String, HashSet<u16>>>,
    boxed: Box<Wrapped<Box<HashMap<(u8, String), Vec<u8>>>>>,
}

/// The same entries in the opposite order of insertion, under another hash.
fn again<K: std::hash::Hash + Eq + Clone, V: Clone>(map: &HashMap<K, V>) -> HashMap<K, V> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.reverse();
    let mut other = HashMap::with_capacity_and_hasher(1000, RandomState::new());
    other.extend(entries.into_iter().map(|(key, value)| (key.clone(), value.clone())));
    other
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn equal_is_equal(
        map in prop::collection::hash_map(any::<(u8, String)>(), any::<Vec<u8>>(), 0..20),
        sets in prop::collection::hash_map(".{0,3}", prop::collection::hash_set(any::<u16>(), 0..20), 0..20),
    ) {
        let sets_again: HashMap<_, HashSet<u16>> =
            again(&sets).into_iter().map(|(key, set)| (key, set.iter().rev_collect())).collect();
        let first = Deep { option: Some(&sets), boxed: Box::new(Wrapped(Box::new(map.clone()))) };
        let second = Deep { option: Some(&sets_again), boxed: Box::new(Wrapped(Box::new(again(&map)))) };
        prop_assert_eq!(bytes_of(&first), bytes_of(&second));
        let keys: Vec<_> = map.keys().collect();
        prop_assert_eq!(bytes_of(&keys.len()), bytes_of(&map.len()));
    }
}

trait RevCollect {
    fn rev_collect(self) -> HashSet<u16>;
}

impl<'a, I: Iterator<Item = &'a u16>> RevCollect for I {
    fn rev_collect(self) -> HashSet<u16> {
        let mut items: Vec<u16> = self.copied().collect();
        items.reverse();
        items.into_iter().collect()
    }
}
