//! Fields give one key or many, gathered in one buffer.

use std::collections::{BTreeSet, HashSet, VecDeque};

use crate::codec::key::{FieldKeys, FieldKind, KeySink, SinkKey, encode_key};

fn keys_of<V: FieldKeys + ?Sized>(value: &V) -> Vec<(bool, Vec<u8>)> {
    let mut sink = KeySink::default();
    sink.add(7, value);
    assert!(sink.iter().all(|key| key.ordinal == 7));
    sink.iter().map(|key| (key.is_null, key.bytes.to_vec())).collect()
}

#[test]
fn a_key_gives_itself() {
    assert_eq!(keys_of(&5_u32), [(false, encode_key(&5_u32))]);
    assert_eq!(keys_of(&None::<String>), [(true, encode_key(&None::<String>))]);
    assert_eq!(keys_of(&[1_u8, 2]), [(false, encode_key(&[1_u8, 2]))]);
    assert_eq!(keys_of(&("a".to_string(), 1_u8)), [(false, encode_key(&("a".to_string(), 1_u8)))]);
    assert_eq!(<(String, u8)>::field_kind().to_string(), "(text, int)");
}

#[test]
fn a_collection_gives_each_element() {
    let each = [(false, encode_key(&1_u32)), (false, encode_key(&2_u32))];
    assert_eq!(keys_of(&vec![1_u32, 2]), each);
    assert_eq!(keys_of(&VecDeque::from([1_u32, 2])), each);
    assert_eq!(keys_of(&BTreeSet::from([2_u32, 1])), each);
    let mut of_set = keys_of(&HashSet::from([2_u32, 1]));
    of_set.sort();
    assert_eq!(of_set, each);
    assert_eq!(keys_of(&Vec::<u32>::new()), []);
    assert_eq!(keys_of(&vec![None, Some(true)]), [(true, vec![0]), (false, vec![1, 1])]);
    assert_eq!(<HashSet<String>>::field_kind().to_string(), "each text");
}

#[test]
fn bytes_are_one_key() {
    assert_eq!(keys_of(&vec![1_u8, 2]), [(false, encode_key(&vec![1_u8, 2]))]);
    assert_eq!(keys_of(&Vec::<u8>::new()), [(false, encode_key(&Vec::<u8>::new()))]);
    assert_eq!(keys_of(&vec![vec![1_u8], vec![]]).len(), 2);
    assert_eq!(<Vec<u8>>::field_kind().to_string(), "bytes");
    assert_eq!(<BTreeSet<u8>>::field_kind().to_string(), "each int");
}

#[test]
fn a_composite_is_a_tuple_of_references() {
    let (name, age, seen) = ("a".to_string(), 30_u32, None::<u64>);
    let expected = encode_key(&(name.clone(), age, seen));
    assert_eq!(keys_of(&(&name, &age, &seen)), [(true, expected)]);
    assert_eq!(keys_of(&(&age,)), [(false, encode_key(&(age,)))]);
    let twelve = (&age, &age, &age, &age, &age, &age, &age, &age, &age, &age, &age, &name);
    assert_eq!(keys_of(&twelve).len(), 1);
    assert_eq!(<(&String, &u32)>::field_kind(), <(String, u32)>::field_kind());
}

#[test]
fn the_sink_serves_object_after_object() {
    let mut sink = KeySink::default();
    for object in 0..3_u8 {
        sink.clear();
        assert!(sink.is_empty());
        sink.add(1, &object);
        sink.add(4, &vec!["x".to_string(), String::new()]);
        let expected = [(1, encode_key(&object)), (4, b"x\0".to_vec()), (4, b"\0".to_vec())];
        let found: Vec<_> = sink.iter().map(|key| (key.ordinal, key.bytes.to_vec())).collect();
        assert_eq!(found, expected);
        assert_eq!(sink.len(), 3);
    }
    let first = SinkKey { ordinal: 1, is_null: false, bytes: &encode_key(&2_u8) };
    assert_eq!(sink.iter().next(), Some(first));
}

#[test]
fn a_field_kind_is_text_in_the_catalogue() {
    for kind in [<Vec<String>>::field_kind(), <Option<u8>>::field_kind()] {
        assert_eq!(kind.to_string().parse(), Ok(kind.clone()));
        let stored = rmp_serde::to_vec(&kind).unwrap();
        assert_eq!(rmp_serde::from_slice::<FieldKind>(&stored).unwrap(), kind);
        assert!(kind.extends(&kind));
    }
    assert!(!<Vec<String>>::field_kind().extends(&String::field_kind()));
    assert!("each each int".parse::<FieldKind>().is_err());
}
