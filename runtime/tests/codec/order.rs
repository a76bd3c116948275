//! Equal hash maps and hash sets are equal bytes, whatever they are wrapped in.

use std::{
    collections::{HashMap, HashSet, hash_map::RandomState},
    hash::Hash,
};

use proptest::prelude::*;
use serde::Serialize;

use crate::common::bytes_of;

type Keyed = HashMap<(u8, String), Vec<u8>>;

#[derive(Serialize)]
#[serde(transparent)]
struct Wrapped<T>(T);

#[derive(Serialize)]
struct Deep<'a> {
    option: Option<&'a HashMap<String, HashSet<u16>>>,
    boxed: Box<Wrapped<Keyed>>,
}

/// The same entries, in the opposite order of insertion and under another hash.
fn map_again<K: Hash + Eq + Clone, V: Clone>(map: &HashMap<K, V>) -> HashMap<K, V> {
    let mut entries: Vec<(K, V)> = map.clone().into_iter().collect();
    entries.reverse();
    let mut other = HashMap::with_capacity_and_hasher(1000, RandomState::new());
    other.extend(entries);
    other
}

fn set_again<T: Hash + Eq + Clone>(set: &HashSet<T>) -> HashSet<T> {
    let mut items: Vec<T> = set.iter().cloned().collect();
    items.reverse();
    items.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn equal_is_equal(
        map in prop::collection::hash_map(any::<(u8, String)>(), any::<Vec<u8>>(), 0..20),
        sets in prop::collection::hash_map(".{0,3}", prop::collection::hash_set(any::<u16>(), 0..20), 0..20),
    ) {
        let mut others = map_again(&sets);
        for set in others.values_mut() {
            *set = set_again(set);
        }
        let first = Deep { option: Some(&sets), boxed: Box::new(Wrapped(map.clone())) };
        let second = Deep { option: Some(&others), boxed: Box::new(Wrapped(map_again(&map))) };
        prop_assert_eq!(bytes_of(&first), bytes_of(&second));
    }

    #[test]
    fn parts_that_come_in_no_order_are_sorted_too(
        map in prop::collection::hash_map(any::<u32>(), any::<u8>(), 0..20),
    ) {
        #[derive(Serialize)]
        struct Keys<'a>(#[serde(serialize_with = "keys")] &'a HashMap<u32, u8>);
        fn keys<S: serde::Serializer>(map: &&HashMap<u32, u8>, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(map.keys())
        }
        prop_assert_eq!(bytes_of(&Keys(&map)), bytes_of(&Keys(&map_again(&map))));
    }
}
