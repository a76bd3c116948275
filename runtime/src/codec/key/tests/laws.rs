//! The laws of keys, to be checked for each type: order, self-delimitation, one form a value.

use std::{cmp::Ordering, fmt::Debug};

use proptest::{
    collection::vec,
    prelude::*,
    sample::Index,
    test_runner::{Config, TestCaseError, TestRunner},
};

use crate::codec::key::{Key, KeyFault, KeyReader, decode_key, encode_key};

/// Checks all laws for keys of one type, whose order is `order`.
pub(super) fn hold<K: Key + Debug>(
    keys: impl Strategy<Value = K> + Clone,
    order: impl Fn(&K, &K) -> Ordering,
) {
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let inputs = (keys.clone(), keys, vec(any::<u8>(), 0..4), vec(any::<u8>(), 0..4), damage());
    let result = runner.run(&inputs, |(a, b, after_a, after_b, damage)| {
        round_trip(&a, &after_a, &order)?;
        sorts(&a, &b, &after_a, &after_b, &order)?;
        refuses_what_it_would_not_write::<K>(&damaged(encode_key(&a), &damage))?;
        refuses_what_it_would_not_write::<K>(&after_a)
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// Checks all laws for a type whose order is that of `Ord`.
pub(super) fn hold_by_ord<K: Key + Debug + Ord>(keys: impl Strategy<Value = K> + Clone) {
    hold(keys, K::cmp);
}

fn round_trip<K: Key + Debug>(
    key: &K,
    after: &[u8],
    order: &impl Fn(&K, &K) -> Ordering,
) -> Result<(), TestCaseError> {
    let mut bytes = encode_key(key);
    let decoded = decode_key::<K>(&bytes);
    prop_assert!(decoded.as_ref().is_ok_and(|decoded| order(key, decoded).is_eq()), "{decoded:?}");
    for len in 0..bytes.len() {
        let fault = decode_key::<K>(&bytes[..len]).err();
        prop_assert!(fault.is_some(), "the first {len} bytes of {bytes:?} are a key too");
    }
    bytes.extend_from_slice(after);
    let mut reader = KeyReader::new(&bytes);
    prop_assert!(K::read_key(&mut reader).is_ok());
    prop_assert_eq!(reader.finish().is_ok(), after.is_empty());
    Ok(())
}

fn sorts<K: Key + Debug>(
    a: &K,
    b: &K,
    after_a: &[u8],
    after_b: &[u8],
    order: &impl Fn(&K, &K) -> Ordering,
) -> Result<(), TestCaseError> {
    let (mut of_a, mut of_b) = (encode_key(a), encode_key(b));
    prop_assert_eq!(of_a.cmp(&of_b), order(a, b), "{:?} and {:?}", of_a, of_b);
    if of_a != of_b {
        of_a.extend_from_slice(after_a);
        of_b.extend_from_slice(after_b);
        prop_assert_eq!(of_a.cmp(&of_b), order(a, b), "{:?} and {:?}, followed", of_a, of_b);
    }
    Ok(())
}

fn refuses_what_it_would_not_write<K: Key>(bytes: &[u8]) -> Result<(), TestCaseError> {
    match decode_key::<K>(bytes) {
        Ok(key) => prop_assert_eq!(encode_key(&key), bytes),
        Err(KeyFault::Kind | KeyFault::Value) => prop_assert!(false, "not a fault of keys"),
        Err(_) => {}
    }
    Ok(())
}

/// Places and bytes: each is put in place of what was there, inserted, or leads to a removal.
pub(super) fn damage() -> impl Strategy<Value = Vec<(u8, Index, u8)>> {
    let byte =
        prop_oneof![any::<u8>(), Just(0), Just(1), Just(2), Just(0x7F), Just(0xFE), Just(0xFF)];
    vec((0..4_u8, any::<Index>(), byte), 1..4)
}

pub(super) fn damaged(mut bytes: Vec<u8>, damage: &[(u8, Index, u8)]) -> Vec<u8> {
    for (how, place, byte) in damage {
        let at = place.index(bytes.len() + 1);
        match how {
            0 => bytes.insert(at, *byte),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 if at < bytes.len() => bytes[at] ^= 1 << (byte % 8),
            _ if at < bytes.len() => bytes[at] = *byte,
            _ => bytes.push(*byte),
        }
    }
    bytes
}
