//! Keys taken out of encoded values are those that the type would have written.

use std::{
    collections::BTreeSet,
    fmt::Debug,
    time::{Duration, SystemTime},
};

use proptest::{
    array::uniform3,
    collection::{btree_set, vec},
    option,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    laws::{damage, damaged},
    scalars::{bytes, text},
};
use crate::codec::{
    COLLECTION, RefExt, STRONG, encode,
    key::{Desc, FieldKeys, Key, KeyFault, KeyKind, KeySink, Outcome, encode_key},
    varint,
};

fn encoded<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    encode(value, &mut out).expect("the value can be encoded");
    out
}

/// What `kind` takes out of `raw`; `None` where it can't.
fn taken(kind: &KeyKind, raw: &[u8]) -> Result<Option<(bool, Vec<u8>)>, KeyFault> {
    let mut out = vec![7];
    let outcome = kind.key_of_msgpack(raw, &mut out);
    assert_eq!(out[0], 7, "what was there before stays");
    match outcome {
        Ok(Outcome::Key { is_null }) => Ok(Some((is_null, out.split_off(1)))),
        other => {
            assert_eq!(out.len(), 1, "nothing half done is left");
            other.map(|_| None)
        }
    }
}

/// Checks a type whose encoded form settles its keys.
fn agrees<K: Key + Serialize + Debug>(keys: impl Strategy<Value = K>) {
    let mut runner =
        TestRunner::new(Config { failure_persistence: None, cases: 128, ..Config::default() });
    let result = runner.run(&(keys, damage()), |(key, damage)| {
        let raw = encoded(&key);
        let expected = Some((key.is_null(), encode_key(&key)));
        prop_assert_eq!(taken(&K::kind(), &raw), Ok(expected));
        is_a_key_or_nothing::<K>(&damaged(raw, &damage))
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// Whatever the value: a key of the kind comes out, or none.
fn is_a_key_or_nothing<K: Key>(raw: &[u8]) -> Result<(), TestCaseError> {
    if let Ok(Some((_, key))) = taken(&K::kind(), raw) {
        prop_assert!(K::kind().show(&key).is_ok(), "{key:?}");
    }
    Ok(())
}

#[test]
fn of_types_without_parts() {
    agrees(any::<u8>());
    agrees(any::<i64>());
    agrees(prop_oneof![any::<u128>(), Just(u128::MAX), 0..300_u128]);
    agrees(prop_oneof![any::<i128>(), Just(i128::MIN), -300..300_i128]);
    agrees(any::<u32>().prop_map(f32::from_bits));
    agrees(any::<u64>().prop_map(f64::from_bits));
    agrees(any::<bool>());
    agrees(any::<char>());
    agrees(Just(()));
    agrees(text());
    agrees(bytes());
    agrees(any::<u128>().prop_map(Uuid::from_u128));
}

#[test]
fn of_composites() {
    agrees(option::of(text()));
    agrees(option::of(option::of(option::of(Just(())))));
    agrees(option::of(option::of(any::<u16>())));
    agrees((text(), option::of(bytes()), any::<i8>()));
    agrees(((text(), any::<bool>()), (option::of(any::<char>()),)));
    agrees(uniform3(option::of(any::<u8>())));
    agrees((text().prop_map(Desc), option::of(any::<u64>()).prop_map(Desc)));
}

#[test]
fn of_times() {
    let spans = (0..u64::MAX, 0..1_000_000_000_u32);
    agrees(spans.prop_map(|(seconds, nanos)| Duration::new(seconds, nanos)));
    agrees((any::<u32>(), any::<bool>(), 0..1_000_000_000_u64).prop_map(
        |(seconds, before, nanos)| {
            let span = Duration::from_secs(seconds.into()) + Duration::from_nanos(nanos);
            let epoch = SystemTime::UNIX_EPOCH;
            if before { epoch - span } else { epoch + span }
        },
    ));
}

#[cfg(feature = "chrono")]
#[test]
fn of_spans_of_chrono() {
    agrees((-1_000_000..1_000_000_i64).prop_map(chrono::TimeDelta::milliseconds));
}

#[cfg(feature = "time")]
#[test]
fn of_spans_of_time() {
    agrees((-1_000_000..1_000_000_i64).prop_map(time::Duration::milliseconds));
}

/// A reference to an object, encoded as a handle is.
fn reference(kind: u8, number: u64) -> Vec<u8> {
    let (payload, len) = varint::ordered(number);
    encoded(&RefExt::from_parts(kind, &payload[..len]).expect("it is short"))
}

#[test]
fn a_reference_to_an_object_gives_its_number() {
    for number in [0, 1, 127, 128, 70_000, u64::MAX] {
        let key = encode_key(&number);
        let raw = reference(STRONG, number);
        assert_eq!(taken(&KeyKind::Memo, &raw), Ok(Some((false, key.clone()))));
        let some = Ok(Some((false, [&[1][..], &key].concat())));
        assert_eq!(taken(&KeyKind::Option(KeyKind::Memo.into()), &raw), some);
        assert_eq!(taken(&KeyKind::Memo, &reference(COLLECTION, number)), Ok(None));
        assert_eq!(taken(&KeyKind::Int, &raw), Ok(None));
    }
    // A number has one form, and nothing stands behind it.
    for payload in [&[2, 0, 1][..], &[1, 7, 7], &[9, 1], &[]] {
        let raw = encoded(&RefExt::from_parts(STRONG, payload).expect("it is short"));
        assert_eq!(taken(&KeyKind::Memo, &raw), Err(KeyFault::Value), "{payload:?}");
    }
}

#[test]
fn bytes_come_in_both_forms() {
    let key = encode_key(&vec![0_u8, 1, 200]);
    let found = Ok(Some((false, key)));
    assert_eq!(taken(&KeyKind::Bytes, &[0x93, 0, 1, 0xCC, 200]), found);
    assert_eq!(taken(&KeyKind::Bytes, &[0xC4, 3, 0, 1, 200]), found);
    let array = Ok(Some((false, encode_key(&[0_u8, 1, 200]))));
    assert_eq!(taken(&<[u8; 3]>::kind(), &[0xC4, 3, 0, 1, 200]), array);
    assert_eq!(taken(&<[u8; 2]>::kind(), &[0xC4, 3, 0, 1, 200]), Ok(None));
}

#[test]
fn what_only_the_type_knows_is_unknown() {
    let text = encoded(&"2024-02-29");
    for kind in ["date", "time", "datetime", "instant", "zoned_instant", "int", "bytes", "memo"] {
        let kind: KeyKind = kind.parse().unwrap();
        assert_eq!(taken(&kind, &text), Ok(None), "{kind}");
    }
    let kind: KeyKind = "struct(int, text)".parse().unwrap();
    assert_eq!(taken(&kind, &encoded(&(1, "a"))), Ok(None));
    assert_eq!(taken(&<(u8, f64)>::kind(), &encoded(&(1, 1))), Ok(None));
    assert_eq!(taken(&<(u8, u8)>::kind(), &encoded(&(1, 1, 1))), Ok(None));
    assert_eq!(taken(&KeyKind::Int, &encoded(&None::<u8>)), Ok(None));
    assert_eq!(taken(&KeyKind::Char, &encoded(&"ab")), Ok(None));
}

#[test]
fn a_span_of_more_nanoseconds_than_a_second_has_is_unknown() {
    #[derive(Serialize)]
    struct Span {
        secs: u64,
        nanos: u32,
    }
    let key = |nanos| taken(&Duration::kind(), &encoded(&Span { secs: 7, nanos }));
    let most = Duration::new(7, 999_999_999);
    assert_eq!(key(999_999_999), Ok(Some((false, encode_key(&most)))));
    assert_eq!(key(1_000_000_000), Ok(None));
}

#[test]
fn a_damaged_value_is_a_fault() {
    assert_eq!(taken(&KeyKind::Int, &[]), Err(KeyFault::Value));
    assert_eq!(taken(&KeyKind::Int, &[1, 1]), Err(KeyFault::Value));
    assert_eq!(taken(&KeyKind::Text, &[0xA2, b'a']), Err(KeyFault::Value));
    assert_eq!(taken(&KeyKind::Text, &[0xA1, 0xFF]), Err(KeyFault::Value));
    assert_eq!(taken(&KeyKind::Int, &[0xD8, 16, 0]), Err(KeyFault::Value));
    // Lengths that nothing stands behind allocate nothing.
    assert_eq!(taken(&KeyKind::Bytes, &[0xDD, 0xFF, 0xFF, 0xFF, 0xFF]), Err(KeyFault::Value));
}

fn keys(sink: &KeySink) -> Vec<(u16, bool, Vec<u8>)> {
    sink.iter().map(|key| (key.ordinal, key.is_null, key.bytes.to_vec())).collect()
}

/// Checks that a field gives the same keys through its type and without it.
fn field_agrees<V: FieldKeys + Serialize + Debug>(values: impl Strategy<Value = V>) {
    let mut runner =
        TestRunner::new(Config { failure_persistence: None, cases: 64, ..Config::default() });
    let result = runner.run(&values, |value| {
        let (mut typed, mut untyped) = (KeySink::default(), KeySink::default());
        typed.add(3, &value);
        let raw = encoded(&value);
        prop_assert_eq!(V::field_kind().keys_of_msgpack(3, &[&raw], &mut untyped), Ok(true));
        prop_assert_eq!(keys(&typed), keys(&untyped));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn fields_give_the_same_keys_without_their_type() {
    field_agrees(option::of(text()));
    field_agrees(vec(text(), 0..4));
    field_agrees(vec(option::of(any::<i32>()), 0..4));
    field_agrees(btree_set(any::<u8>(), 0..4));
    field_agrees(bytes());
    field_agrees(vec(bytes(), 0..4));
}

#[test]
fn a_composite_is_taken_from_several_fields() {
    let (name, age) = ("a".to_string(), None::<u32>);
    let kind = <(&String, &Option<u32>)>::field_kind();
    let (mut typed, mut untyped) = (KeySink::default(), KeySink::default());
    typed.add(1, &(&name, &age));
    let raws = [encoded(&name), encoded(&age)];
    let raws: Vec<&[u8]> = raws.iter().map(Vec::as_slice).collect();
    assert_eq!(kind.keys_of_msgpack(1, &raws, &mut untyped), Ok(true));
    assert_eq!(keys(&typed), keys(&untyped));
    assert_eq!(kind.keys_of_msgpack(1, &raws[..1], &mut untyped), Ok(false));
}

#[test]
fn what_was_added_before_a_failure_is_taken_back() {
    let mut sink = KeySink::default();
    sink.add(0, &1_u8);
    let before = keys(&sink);
    let each_text = <Vec<String>>::field_kind();
    let mixed = [0x92, 0xA1, b'a', 7];
    assert_eq!(each_text.keys_of_msgpack(1, &[&mixed], &mut sink), Ok(false));
    assert_eq!(keys(&sink), before);
    let cut = [0x93, 0xA1, b'a', 0xA1];
    assert_eq!(each_text.keys_of_msgpack(1, &[&cut], &mut sink), Err(KeyFault::Value));
    assert_eq!(keys(&sink), before);
    let numbers = BTreeSet::from([1_u8]);
    sink.add(2, &numbers);
    assert_eq!(sink.len(), 2);
}
