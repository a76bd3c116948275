//! Bytes that nobody wrote: no panic, no deep recursion, no allocation for what is only claimed.

use std::collections::{BTreeMap, HashMap};

use db0_runtime::codec::{
    RefExt, Value, decode, decode_fields, decode_fields_named, field, for_each_reference,
    join_fields, split_fields,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::common::{Mix, Newtype, Shape, Unit, bytes_of, mix, row_of};

/// Every way to read the bytes; none of them may do more than fail.
fn read_every_way(bytes: &[u8]) {
    let _ = decode::<Mix>(bytes);
    let _ = decode_fields::<Mix>(bytes);
    let _ = decode::<Vec<Shape>>(bytes);
    let _ = decode::<Newtype>(bytes);
    let _ = decode::<Untagged>(bytes);
    let _ = decode::<HashMap<Value, Tagged>>(bytes);
    let _ = decode::<HashMap<String, Option<RefExt>>>(bytes);
    let _ = decode_fields::<Unit>(bytes);
    let _ = for_each_reference(bytes, |_, _| ());
    let _ = field(bytes, 2);
    let _ = decode_fields_named::<Mix>([("text", bytes), ("map", bytes)].into_iter());
    if let Ok(fields) = split_fields(bytes) {
        let _ = join_fields(&fields, &mut Vec::new());
    }
    if let Ok(value) = Value::from_bytes(bytes) {
        let written = value.to_bytes().unwrap();
        assert_eq!(Value::from_bytes(&written).unwrap(), value);
        let _ = (value.to_string(), serde_json::to_string(&value));
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Tagged(Tagged),
    List(Vec<Untagged>),
    Map(BTreeMap<String, Untagged>),
    Any(Value),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "t")]
enum Tagged {
    A { b: Option<RefExt> },
    C(BTreeMap<String, Value>),
}

proptest! {
    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        read_every_way(&bytes);
    }

    #[test]
    fn random_bytes_that_look_like_messagepack(bytes in prop::collection::vec(marker(), 0..80)) {
        read_every_way(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn damaged_rows(mix in mix(), damage in prop::collection::vec(damage(), 1..4)) {
        let row = row_of(&mix);
        let mut bytes = row.clone();
        for damage in damage {
            damage.apply(&mut bytes);
            read_every_way(&bytes);
        }
    }

    #[test]
    fn cut_rows(mix in mix(), at in any::<prop::sample::Index>()) {
        let row = row_of(&mix);
        let cut = &row[..at.index(row.len())];
        read_every_way(cut);
        prop_assert!(decode_fields::<Mix>(cut).is_err());
        prop_assert!(split_fields(cut).is_err());
        prop_assert!(for_each_reference(cut, |_, _| ()).is_err());
        let longer = [&row[..], &[0xc0]].concat();
        prop_assert!(decode_fields::<Mix>(&longer).is_err());
        prop_assert!(split_fields(&longer).is_err());
        prop_assert!(for_each_reference(&longer, |_, _| ()).is_err());
        prop_assert!(Value::from_bytes(&longer).is_err());
    }
}

/// A byte that begins something, more often than not.
fn marker() -> impl Strategy<Value = u8> {
    prop_oneof![0x80..=0x9f_u8, 0xa0..=0xa4_u8, 0xc0..=0xdf_u8, 0..=19_u8, any::<u8>()]
}

#[derive(Debug, Clone)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Set(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Insert(prop::sample::Index, u8),
    Repeat(prop::sample::Index, prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (at(), marker()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        at().prop_map(Damage::Remove),
        (at(), marker()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        (at(), at()).prop_map(|(a, b)| Damage::Repeat(a, b)),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match self {
            Self::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Self::Set(at, byte) => bytes[at.index(length)] = *byte,
            Self::Remove(at) => drop(bytes.remove(at.index(length))),
            Self::Insert(at, byte) => bytes.insert(at.index(length), *byte),
            Self::Repeat(a, b) => {
                let (a, b) = (a.index(length), b.index(length));
                bytes.extend_from_within(a.min(b)..a.max(b));
            }
        }
    }
}

#[test]
fn depth_is_bounded_for_every_kind_of_nesting() {
    for nest in [&[0x91][..], &[0x81, 0xc0], &[0x81, 0xa1, b'A'], &[0xdd, 0, 0, 0, 1]] {
        for depth in [64, 65, 1000, 100_000] {
            let mut bytes = nest.repeat(depth);
            bytes.push(0xc0);
            read_every_way(&bytes);
            assert_eq!(Value::from_bytes(&bytes).is_ok(), depth <= 64, "{nest:x?} {depth}");
        }
    }
}

#[test]
fn types_that_recurse_without_reading_are_bounded() {
    #[derive(Debug, Deserialize)]
    struct Endless(#[expect(dead_code, reason = "only its type counts")] Option<Box<Endless>>);
    assert_eq!(decode::<Endless>(&[5]).unwrap_err().why, "nesting over 64");
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Nested {
        Leaf,
        More(Box<Nested>),
    }
    let nested = |depth| [b"\x81\xa4More".repeat(depth), bytes_of(&Nested::Leaf)].concat();
    assert!(decode::<Nested>(&nested(64)).is_ok());
    assert_eq!(decode::<Nested>(&nested(65)).unwrap_err().why, "nesting over 64");
    assert_eq!(decode::<Nested>(&nested(100_000)).unwrap_err().why, "nesting over 64");
}

#[test]
fn claimed_lengths_allocate_nothing() {
    for bomb in
        ["ddffffffff", "dfffffffff", "c6ffffffff", "dbffffffff", "c9ffffffff01", "92ddfffffffe"]
    {
        let bytes: Vec<u8> = (0..bomb.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&bomb[at..at + 2], 16).unwrap())
            .collect();
        read_every_way(&bytes);
        assert!(decode::<Vec<u64>>(&bytes).is_err());
        assert!(decode::<HashMap<u8, u8>>(&bytes).is_err());
        assert!(Value::from_bytes(&bytes).is_err());
    }
}

#[test]
fn malformed_extensions_are_refused() {
    for bytes in [
        &[0xd4, 18, 0][..],
        &[0xd4, 18, 65],
        &[0xd5, 18, 1, 1],
        &[0xd4, 16, 0],
        &[0xd4, 17, 0],
        &[0xd4, 0xff, 0],
        &[0xd7, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
        &[0xd4, 0, 0],
        &[0xd4, 40, 0],
        &[&[0xc7, 33, 1][..], &[0; 33]].concat(),
    ] {
        assert!(Value::from_bytes(bytes).is_err(), "{bytes:x?}");
        assert!(decode::<Untagged>(bytes).is_err(), "{bytes:x?}");
        assert!(decode::<Option<RefExt>>(bytes).is_err(), "{bytes:x?}");
        assert!(decode::<Option<Option<()>>>(bytes).is_err(), "{bytes:x?}");
        assert!(decode::<u128>(bytes).is_err(), "{bytes:x?}");
        assert!(decode::<std::time::SystemTime>(bytes).is_err(), "{bytes:x?}");
    }
}
