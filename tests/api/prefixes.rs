//! Entries by the text that their keys begin with, whatever stands around it.

use db0::{Desc, Dict, Error, Index, Key, Memo, Set};

use crate::common::World;

#[db0::memo]
struct Thing {
    n: u32,
}

#[derive(Clone, Debug, PartialEq, db0::Key)]
struct Place {
    country: String,
    zip: u32,
}

/// Which of the keys start with "ab".
#[track_caller]
fn starting<K: Key, const N: usize>(keys: [K; N]) -> Vec<usize> {
    let dict: Dict<K, usize> = keys.into_iter().zip(0..).collect();
    dict.prefix("ab").map(|(_, n)| n).collect()
}

#[test]
fn the_text_may_be_within_other_keys() {
    let _world = World::new();
    let texts = ["a", "ab", "abc", "b"].map(String::from);
    assert_eq!(starting(texts.clone()), [1, 2]);
    assert_eq!(starting(texts.clone().map(String::into_bytes)), [1, 2]);
    assert_eq!(starting(texts.clone().map(Desc)), [2, 1]);
    assert_eq!(starting(texts.clone().map(|text| (text, 7_u8))), [1, 2]);
    assert_eq!(starting(texts.clone().map(|text| [text, String::new()])), [1, 2]);
    assert_eq!(starting(texts.clone().map(|country| Place { country, zip: 0 })), [1, 2]);
    assert_eq!(starting(texts.clone().map(|text| Desc((Some(text), 1_u8)))), [2, 1]);
    let [a, b, c, _] = texts.map(Some);
    assert_eq!(starting([None, a, b, c]), [2, 3]);
}

#[test]
fn keys_without_a_text_are_refused() {
    let _world = World::new();
    let numbers = Dict::from([(1_u32, 1), (2, 2)]);
    let refused = numbers.try_prefix("a").map(drop).expect_err("they are numbers");
    let Error::Invalid(why) = &refused else { panic!("{refused:?}") };
    assert!(why.contains("int"), "{why}");
    let set = Set::from([(1_u8, "a".to_string())]);
    assert!(matches!(set.try_prefix("a").map(drop), Err(Error::Invalid(_))));
    let index: Index<bool, Memo<Thing>> = Index::new();
    assert!(matches!(index.try_prefix("a").map(drop), Err(Error::Invalid(_))));
}
