//! `Value`: the same bytes again, through JSON and back, into Rust types and out of them.

use std::{collections::HashMap, num::NonZero};

use db0_runtime::codec::{RefExt, STRONG, Time, Value, decode};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Mix, bytes_of, edgy, mix, reference, row_of};

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Nil),
        (1..=64_u8).prop_map(|count| Value::SomeNil(NonZero::new(count).unwrap())),
        any::<bool>().prop_map(Value::from),
        edgy().prop_map(Value::from),
        any::<u128>().prop_map(Value::from),
        any::<u64>().prop_map(|bits| Value::Float(f64::from_bits(bits))),
        any::<f64>().prop_map(Value::Float),
        any::<u32>().prop_map(|bits| Value::Float32(f32::from_bits(bits))),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec!["$bytes", "$ref", "$map", "$int", "$x", "00", "1:00"])
            .prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(Value::Bytes),
        reference().prop_map(Value::from),
        (any::<i64>(), 0..1_000_000_000_u32)
            .prop_map(|(secs, nanos)| Time::new(secs, nanos).unwrap().into()),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec((inner.clone(), inner.clone()), 0..3).prop_map(Value::Map),
            prop::collection::vec((".{0,3}".prop_map(Value::from), inner.clone()), 0..3)
                .prop_map(Value::Map),
            ("\\$(some|int|f32|f64|bytes|ref|time|map|x)".prop_map(Value::from), inner)
                .prop_map(|entry| Value::Map(vec![entry])),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn through_bytes_and_back(value in value()) {
        let bytes = value.to_bytes().unwrap();
        prop_assert_eq!(&Value::from_bytes(&bytes).unwrap(), &value);
        prop_assert_eq!(&decode::<Value>(&bytes).unwrap(), &value);
        let held = (1, Some(value.clone()), HashMap::from([(value.clone(), vec![value.clone()])]));
        prop_assert_eq!(decode(&bytes_of(&held)), Ok(held));
    }

    #[test]
    fn through_json_and_back(value in value()) {
        let json = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Value>(&json).unwrap(), &value, "{}", json);
    }

    #[test]
    fn through_another_binary_format_and_back(value in value()) {
        let bytes = rmp_serde::to_vec(&value).unwrap();
        prop_assert_eq!(rmp_serde::from_slice::<Value>(&bytes).unwrap(), value);
    }

    #[test]
    fn through_serdes_buffer_and_back(value in value()) {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        #[serde(untagged)]
        enum Untagged {
            Number { never: u8 },
            Any { value: Value },
        }
        let any = Untagged::Any { value };
        if db0_runtime::codec::encode_checked(&any, &mut Vec::new()).is_ok() {
            prop_assert_eq!(decode(&bytes_of(&any)), Ok(any));
        } else {
            let Untagged::Any { value } = any else { unreachable!() };
            prop_assert!(has_wide(&value), "{}", value);
        }
    }

    #[test]
    fn anything_that_was_stored_is_a_value_of_the_same_bytes(mix in mix()) {
        for bytes in [bytes_of(&mix), row_of(&mix)] {
            let value = Value::from_bytes(&bytes).unwrap();
            prop_assert_eq!(value.to_bytes().unwrap(), bytes);
        }
        let value = Value::of(&mix).unwrap();
        prop_assert_eq!(value.to::<Mix>().unwrap(), mix);
    }

    #[test]
    fn equal_values_hash_alike(value in edgy()) {
        let hashes = |value: &Value| {
            use std::hash::BuildHasher;
            std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default().hash_one(value)
        };
        if let Ok(unsigned) = u128::try_from(value) {
            let odd = Value::UInt(unsigned);
            prop_assert_eq!(&odd, &Value::Int(value));
            prop_assert_eq!(hashes(&odd), hashes(&Value::Int(value)));
            prop_assert_eq!(odd.to_bytes().unwrap(), Value::Int(value).to_bytes().unwrap());
        }
    }
}

fn has_wide(value: &Value) -> bool {
    match value {
        Value::Int(value) => i64::try_from(*value).is_err() && u64::try_from(*value).is_err(),
        Value::UInt(_) => true,
        Value::List(items) => items.iter().any(has_wide),
        Value::Map(entries) => entries.iter().any(|(key, value)| has_wide(key) || has_wide(value)),
        _ => false,
    }
}

#[test]
fn plain_values_are_plain_json() {
    let json = r#"{"name":"Alice","age":31,"score":1.5,"tags":["a",null,true],"deep":{"x":-1,"$y":{"a":1,"$z":2}}}"#;
    let value: Value = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), json);
    assert_eq!(value.get("age").and_then(Value::as_u64), Some(31));
    // A schema reference is no reference, and stays what it is.
    let schema: Value = serde_json::from_str(r##"{"$ref":"#/definitions/x"}"##).unwrap();
    assert_eq!(schema.get("$ref").and_then(Value::as_str), Some("#/definitions/x"));
    let json = serde_json::to_string(&schema).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), schema);
}

#[test]
fn tagged_forms_are_readable() {
    let json = |value: Value| serde_json::to_string(&value).unwrap();
    assert_eq!(json(Value::Bytes(vec![0, 255])), r#"{"$bytes":"00ff"}"#);
    assert_eq!(json(0.1_f32.into()), r#"{"$f32":"0.1"}"#);
    assert_eq!(json(f64::INFINITY.into()), r#"{"$f64":"inf"}"#);
    assert_eq!(json(f64::NAN.into()), r#"{"$f64":"NaN:7ff8000000000000"}"#);
    assert_eq!(json(u128::MAX.into()), r#"{"$int":"340282366920938463463374607431768211455"}"#);
    assert_eq!(json(Some(None::<u8>).into()), r#"{"$some":1}"#);
    assert_eq!(json(Time::new(-1, 5).unwrap().into()), r#"{"$time":[-1,5]}"#);
    assert_eq!(json(RefExt::new(STRONG, [1, 171]).into()), r#"{"$ref":"1:01ab"}"#);
    assert_eq!(json(Value::from([(1, "x")])), r#"{"$map":[1,"x"]}"#);
}

#[test]
fn values_show_themselves_briefly() {
    let reference = Value::from(RefExt::new(STRONG, [1, 171]));
    let list = Value::List(vec![
        1.into(),
        1.5.into(),
        Value::Nil,
        true.into(),
        Some(Some(())).into(),
        reference,
    ]);
    assert_eq!(list.to_string(), "[1, 1.5, nil, true, Some(Some(nil)), &strong:01ab]");
    let map =
        Value::from([("a\"b", Value::Bytes(vec![1, 2])), ("t", Time::new(5, 7).unwrap().into())]);
    assert_eq!(map.to_string(), r#"{"a\"b": 0x0102, "t": @5.000000007}"#);
}

#[test]
fn values_come_from_what_they_hold_and_give_it_back() {
    assert_eq!(Value::from(vec![1, 2]).as_list().map(<[_]>::len), Some(2));
    assert_eq!(Value::from(Some(Some(5))), Value::Int(5));
    assert_eq!(Value::from(None::<u8>), Value::Nil);
    assert_eq!(Value::from("x").as_str(), Some("x"));
    assert_eq!(Value::from(1.5).as_f64(), Some(1.5));
    assert_eq!(Value::from(u128::MAX).as_u128(), Some(u128::MAX));
    assert_eq!(Value::from(-1).as_u64(), None);
    assert_eq!(u8::try_from(Value::from(200_i64)).unwrap(), 200);
    assert!(u8::try_from(Value::from(300)).is_err());
    assert_eq!(String::try_from(Value::from("x")).unwrap(), "x");
    assert_eq!(Value::from(vec![1, 2]).at(1), Some(&Value::Int(2)));
    assert_ne!(Value::Float(f64::NAN), Value::Float(-f64::NAN));
    assert_eq!(Value::Float(f64::NAN), Value::Float(f64::NAN));
    assert_eq!(size_of::<Value>(), 32);
}
