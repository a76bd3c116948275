//! What the tests share: shorthands, types with a meaning for every bit, and random values.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Debug,
    time::{Duration, SystemTime},
};

use db0_runtime::codec::{RefExt, decode, decode_fields, encode, encode_fields};
use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub(crate) fn bytes_of<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(value, &mut bytes).unwrap();
    bytes
}

pub(crate) fn row_of<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_fields(value, &mut bytes).unwrap();
    bytes
}

/// As a value, and with `Some` around it.
#[track_caller]
pub(crate) fn comes_back<T: Serialize + DeserializeOwned + Debug + PartialEq>(value: &T) {
    assert_eq!(decode::<T>(&bytes_of(value)).as_ref(), Ok(value), "as a value");
    let some = decode::<Option<T>>(&bytes_of(&Some(value)));
    assert_eq!(some.unwrap().as_ref(), Some(value), "inside Some");
}

/// As the row of a class too.
#[track_caller]
pub(crate) fn row_comes_back<T: Serialize + DeserializeOwned + Debug + PartialEq>(value: &T) {
    comes_back(value);
    assert_eq!(decode_fields::<T>(&row_of(value)).as_ref(), Ok(value), "as a row");
}

/// Equal bit by bit.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Double(pub(crate) f64);

impl PartialEq for Double {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

/// Equal bit by bit.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Single(pub(crate) f32);

impl PartialEq for Single {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

/// Bytes that serialize as such.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Blob(pub(crate) Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Blob;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Blob, E> {
                Ok(Blob(bytes.to_vec()))
            }
            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Blob, E> {
                Ok(Blob(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Visitor)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Newtype(pub(crate) Option<Box<Newtype>>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Shape {
    Nothing,
    One(Option<u8>),
    Two(i8, String),
    Named { width: u32, inner: Box<Option<Shape>> },
}

/// Something of everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mix {
    pub(crate) numbers: (i8, u16, i64, u64, i128, u128),
    pub(crate) floats: (Single, Double),
    pub(crate) text: String,
    pub(crate) letter: char,
    pub(crate) blob: Blob,
    pub(crate) options: Option<Option<Option<()>>>,
    pub(crate) units: (Option<Unit>, (), Unit, Option<Newtype>),
    pub(crate) shape: Shape,
    pub(crate) list: Vec<Mix>,
    pub(crate) map: BTreeMap<(i16, bool), Option<String>>,
    pub(crate) hashes: HashMap<String, HashSet<u8>>,
    pub(crate) time: SystemTime,
    pub(crate) times: Vec<Option<SystemTime>>,
    pub(crate) length: Duration,
    pub(crate) reference: Option<RefExt>,
    pub(crate) uuid: uuid::Uuid,
}

pub(crate) fn system_time() -> impl Strategy<Value = SystemTime> {
    (any::<bool>(), 0..1_u64 << 40, 0..1_000_000_000_u32).prop_map(|(before, secs, nanos)| {
        let length = Duration::new(secs, nanos);
        if before { SystemTime::UNIX_EPOCH - length } else { SystemTime::UNIX_EPOCH + length }
    })
}

pub(crate) fn reference() -> impl Strategy<Value = RefExt> {
    (1..=15_u8, prop::collection::vec(any::<u8>(), 0..=32))
        .prop_map(|(kind, payload)| RefExt::from_parts(kind, &payload).unwrap())
}

/// Near a power of two, where the forms change.
pub(crate) fn edgy() -> impl Strategy<Value = i128> {
    (0..128_u32, -2..=2_i128, any::<bool>()).prop_map(|(power, off, minus)| {
        let near = 1_i128.wrapping_shl(power).wrapping_add(off);
        if minus { near.wrapping_neg() } else { near }
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Nothing),
        any::<Option<u8>>().prop_map(Shape::One),
        (any::<i8>(), ".{0,5}").prop_map(|(a, b)| Shape::Two(a, b)),
    ];
    leaf.prop_recursive(3, 4, 1, |inner| {
        (any::<u32>(), prop::option::of(inner))
            .prop_map(|(width, inner)| Shape::Named { width, inner: Box::new(inner) })
    })
}

fn newtype() -> impl Strategy<Value = Newtype> {
    (0..5_usize)
        .prop_map(|depth| (0..depth).fold(Newtype(None), |inner, _| Newtype(Some(Box::new(inner)))))
}

fn options() -> impl Strategy<Value = Option<Option<Option<()>>>> {
    prop::sample::select(vec![None, Some(None), Some(Some(None)), Some(Some(Some(())))])
}

fn numbers() -> impl Strategy<Value = (i8, u16, i64, u64, i128, u128)> {
    let unsigned = edgy().prop_map(i128::cast_unsigned);
    (any::<i8>(), any::<u16>(), any::<i64>(), any::<u64>(), edgy(), unsigned)
}

fn floats() -> impl Strategy<Value = (Single, Double)> {
    (any::<u32>(), any::<u64>())
        .prop_map(|(a, b)| (Single(f32::from_bits(a)), Double(f64::from_bits(b))))
}

fn blob() -> impl Strategy<Value = Blob> {
    prop::collection::vec(any::<u8>(), 0..40).prop_map(Blob)
}

prop_compose! {
    fn leaf()(
        numbers in numbers(),
        floats in floats(),
        (text, letter, blob) in (any::<String>(), any::<char>(), blob()),
        options in options(),
        units in (prop::option::of(Just(Unit)), Just(()), Just(Unit), prop::option::of(newtype())),
        shape in shape(),
        map in prop::collection::btree_map(any::<(i16, bool)>(), any::<Option<String>>(), 0..3),
        hashes in prop::collection::hash_map(".{0,40}", prop::collection::hash_set(any::<u8>(), 0..5), 0..4),
        (time, length) in (system_time(), any::<Duration>()),
        times in prop::collection::vec(prop::option::of(system_time()), 0..3),
        (reference, uuid) in (prop::option::of(reference()), any::<u128>().prop_map(uuid::Uuid::from_u128)),
    ) -> Mix {
        let list = Vec::new();
        Mix {
            numbers, floats, text, letter, blob, options, units, shape, list, map, hashes, time,
            times, length, reference, uuid,
        }
    }
}

pub(crate) fn mix() -> impl Strategy<Value = Mix> {
    leaf().prop_recursive(2, 4, 2, |inner| {
        (leaf(), prop::collection::vec(inner, 0..3)).prop_map(|(mix, list)| Mix { list, ..mix })
    })
}
