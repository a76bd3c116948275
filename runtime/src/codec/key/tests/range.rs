//! Ranges infer from literals, and ranges of one beginning hold exactly what begins so.

use std::{
    marker::PhantomData,
    ops::{Bound, RangeBounds},
};

use proptest::{collection::vec, prelude::*};

use super::scalars::text;
use crate::codec::key::{
    Desc, Key, KeyBounds, KeyRange, bytes_prefix_range, encode_key, successor, text_prefix_range,
};

fn range<K: Key>(_keys: PhantomData<K>, range: impl KeyRange<K>) -> KeyBounds {
    range.bounds()
}

fn at<K: Key>(key: &K) -> Bound<Vec<u8>> {
    Bound::Included(encode_key(key))
}

fn before<K: Key>(key: &K) -> Bound<Vec<u8>> {
    Bound::Excluded(encode_key(key))
}

#[test]
fn literals_infer() {
    let numbers = PhantomData::<u64>;
    assert_eq!(range(numbers, 1..3), (at(&1_u64), before(&3_u64)));
    assert_eq!(range(numbers, 1..=3), (at(&1_u64), at(&3_u64)));
    assert_eq!(range(numbers, ..3), (Bound::Unbounded, before(&3_u64)));
    assert_eq!(range(numbers, ..=3), (Bound::Unbounded, at(&3_u64)));
    assert_eq!(range(numbers, 1..), (at(&1_u64), Bound::Unbounded));
    assert_eq!(range(numbers, ..), (Bound::Unbounded, Bound::Unbounded));
    assert_eq!(
        range(numbers, (Bound::Excluded(1), Bound::Unbounded)),
        (before(&1_u64), Bound::Unbounded)
    );
    assert_eq!(range(PhantomData::<f64>, -1.0..=2.0), (at(&-1.0_f64), at(&2.0_f64)));
}

#[test]
fn borrowed_ends_infer() {
    let (a, b) = ("a".to_string(), "b".to_string());
    let expected = (at(&a), before(&b));
    assert_eq!(range(PhantomData::<String>, "a".."b"), expected);
    assert_eq!(range(PhantomData::<String>, &a..&b), expected);
    assert_eq!(range(PhantomData::<String>, a.as_str()..b.as_str()), expected);
    assert_eq!(range(PhantomData::<String>, a.clone()..b.clone()), expected);
    assert_eq!(range(PhantomData::<String>, &("a".."b")), expected);
    let pairs = PhantomData::<(String, u32)>;
    assert_eq!(range(pairs, ("a", 1)..("b", 2)), (at(&(a, 1_u32)), before(&(b, 2_u32))));
    assert_eq!(range(PhantomData::<Desc<u8>>, Desc(5)..), (at(&Desc(5_u8)), Bound::Unbounded));
}

#[test]
fn the_successor_of_bytes() {
    assert_eq!(successor(&[]), None);
    assert_eq!(successor(&[0xFF, 0xFF]), None);
    assert_eq!(successor(&[7]), Some(vec![8]));
    assert_eq!(successor(&[7, 0xFF, 0xFF]), Some(vec![8]));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_prefix_range_holds_what_starts_so(prefix in text(), rest in text(), other in text(), more in any::<i64>()) {
        let range = text_prefix_range(&prefix);
        for text in [format!("{prefix}{rest}"), prefix.clone(), other] {
            let inside = text.starts_with(&prefix);
            prop_assert_eq!(range.contains(&encode_key(&text)), inside);
            prop_assert_eq!(range.contains(&encode_key(&(text, more))), inside);
        }
    }

    #[test]
    fn a_bytes_prefix_range_holds_what_starts_so(prefix in bytes(), other in bytes(), rest in bytes()) {
        let range = bytes_prefix_range(prefix.clone());
        prop_assert!(range.contains(&[prefix.as_slice(), &rest].concat()));
        prop_assert_eq!(range.contains(&other), other.starts_with(&prefix));
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![Just(0xFF_u8), Just(0xFE), Just(0)], 0..4)
}
