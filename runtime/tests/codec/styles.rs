//! Enums of every serde style, flattened structs, and what survives serde's private buffer.

use std::{collections::BTreeMap, fmt::Debug, time::SystemTime};

use db0_runtime::codec::{
    COLLECTION, RefExt, STRONG, Value, WEAK, encode_checked, for_each_reference,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::common::{Blob, Unit, bytes_of, comes_back, reference};

/// One body for the four styles; `Two` has no internally tagged form.
macro_rules! style {
    ($name:ident, $($attribute:meta)?, $($two:tt)*) => {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        $(#[$attribute])?
        enum $name {
            Empty,
            Struct { x: Option<Option<u8>>, blob: Blob, reference: Option<RefExt>, f: f32, unit: Option<()> },
            Holds(Inner),
            $($two)*
        }

        impl $name {
            fn some(reference: RefExt) -> Vec<Self> {
                let inner = Inner { value: Value::Reference(reference.into()), list: vec![reference] };
                let blob = Blob(vec![reference.kind(), 7]);
                let mut all = vec![Self::Empty, Self::Holds(inner)];
                for (x, unit) in [(None, None), (Some(None), Some(())), (Some(Some(1)), None)] {
                    let reference = unit.map(|()| reference);
                    all.push(Self::Struct { x, blob: blob.clone(), reference, f: 0.1, unit });
                }
                all
            }
        }
    };
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Inner {
    value: Value,
    list: Vec<RefExt>,
}

style!(External, , Two(u8, RefExt), None(Option<Option<()>>),);
style!(Internal, serde(tag = "type"),);
style!(
    Adjacent,
    serde(tag = "type", content = "content"),
    Two(u8, RefExt),
    None(Option<Option<()>>),
);
style!(Untagged, serde(untagged), Two(u8, RefExt),);

fn references(bytes: &[u8]) -> Vec<RefExt> {
    let mut found = Vec::new();
    for_each_reference(bytes, |kind, payload| {
        found.push(RefExt::from_parts(kind, payload).unwrap());
    })
    .unwrap();
    found
}

#[track_caller]
fn all_come_back<T: Serialize + DeserializeOwned + Debug + PartialEq>(values: &[T]) {
    for value in values {
        comes_back(value);
        let mut bytes = Vec::new();
        assert_eq!(encode_checked(value, &mut bytes), Ok(()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_style(reference in reference()) {
        all_come_back(&External::some(reference));
        all_come_back(&Internal::some(reference));
        all_come_back(&Adjacent::some(reference));
        all_come_back(&Untagged::some(reference));
        all_come_back(&[External::Two(1, reference), External::None(Some(None)), External::None(Some(Some(())))]);
        all_come_back(&[Adjacent::Two(1, reference), Adjacent::None(Some(None)), Adjacent::None(None)]);
        all_come_back(&[Untagged::Two(1, reference)]);
    }

    #[test]
    fn references_are_found_in_every_style(reference in reference()) {
        for value in Internal::some(reference).into_iter().zip(Untagged::some(reference)) {
            let expected = match &value.0 {
                Internal::Empty => 0,
                Internal::Holds(_) => 2,
                Internal::Struct { reference, .. } => usize::from(reference.is_some()),
            };
            prop_assert_eq!(references(&bytes_of(&value)), vec![reference; 2 * expected]);
        }
    }
}

#[test]
fn references_and_bytes_are_not_taken_for_each_other() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum RefFirst {
        Ref(RefExt),
        Blob(Blob),
        Map(BTreeMap<String, u8>),
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum BlobFirst {
        Blob(Blob),
        Map(BTreeMap<String, u8>),
        Ref(RefExt),
    }
    let reference = RefExt::new(WEAK, [1; 16]);
    let blob = Blob(vec![WEAK; 17]);
    let map = BTreeMap::from([("x".to_owned(), 1)]);
    all_come_back(&[
        RefFirst::Ref(reference),
        RefFirst::Blob(blob.clone()),
        RefFirst::Map(map.clone()),
    ]);
    all_come_back(&[BlobFirst::Ref(reference), BlobFirst::Blob(blob.clone()), BlobFirst::Map(map)]);
    assert!(db0_runtime::codec::decode::<RefExt>(&bytes_of(&blob)).is_err());
    assert!(db0_runtime::codec::decode::<Blob>(&bytes_of(&reference)).is_err());
}

#[test]
fn variants_are_told_by_name_and_so_may_be_reordered() {
    #[derive(Serialize)]
    enum Before {
        A,
        B(u8),
    }
    #[derive(Debug, PartialEq, Deserialize)]
    enum Now {
        B(u8),
        New,
        A,
    }
    let now: Vec<Now> = db0_runtime::codec::decode(&bytes_of(&[Before::A, Before::B(1)])).unwrap();
    assert_eq!(now, [Now::A, Now::B(1)]);
    assert!(db0_runtime::codec::decode::<Now>(&bytes_of("New")).is_ok());
}

#[test]
fn flattened_structs() {
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Outer {
        id: u8,
        #[serde(flatten)]
        inner: Flat,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Flat {
        option: Option<Option<u8>>,
        owner: RefExt,
        at: SystemTime,
    }
    for option in [None, Some(None), Some(Some(1))] {
        let owner = RefExt::new(COLLECTION, [9; 32]);
        let inner = Flat { option, owner, at: SystemTime::UNIX_EPOCH };
        let friend = Value::from(RefExt::new(STRONG, [1]));
        let rest = BTreeMap::from([
            ("friend".to_owned(), friend),
            ("n".to_owned(), Value::from(Some(None::<u8>))),
        ]);
        let outer = Outer { id: 1, inner, rest };
        comes_back(&vec![outer.clone()]);
        assert_eq!(references(&bytes_of(&outer)).len(), 2);
    }
}

#[test]
fn skipped_fields_of_nested_structs() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sparse {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        a: Option<u8>,
        #[serde(skip)]
        b: u8,
        c: Unit,
    }
    for a in [None, Some(1)] {
        comes_back(&vec![Sparse { a, b: 0, c: Unit }]);
    }
}
