//! What `#[derive(db0::Key)]` writes, expanded by hand.

use proptest::prelude::*;

use super::{laws, scalars::text};
use crate::codec::key::{IntoKey, Key, KeyFault, KeyKind, KeyReader, decode_key, encode_key};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    town: String,
    number: Option<u32>,
}

impl Key for Place {
    fn kind() -> KeyKind {
        KeyKind::Struct(vec![<String as Key>::kind(), <Option<u32> as Key>::kind()])
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        let Self { town: f0, number: f1 } = self;
        Key::write_key(f0, out);
        Key::write_key(f1, out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        Ok(Self { town: Key::read_key(input)?, number: Key::read_key(input)? })
    }

    fn is_null(&self) -> bool {
        let Self { town: f0, number: f1 } = self;
        Key::is_null(f0) || Key::is_null(f1)
    }
}

crate::key_impls!(Place);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    None,
    Points(u8, bool),
    Note { text: String },
}

impl Key for Grade {
    fn kind() -> KeyKind {
        KeyKind::Enum(vec![
            vec![],
            vec![<u8 as Key>::kind(), <bool as Key>::kind()],
            vec![<String as Key>::kind()],
        ])
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        match self {
            Self::None => Key::write_key(&0_u32, out),
            Self::Points(f0, f1) => {
                Key::write_key(&1_u32, out);
                Key::write_key(f0, out);
                Key::write_key(f1, out);
            }
            Self::Note { text: f0 } => {
                Key::write_key(&2_u32, out);
                Key::write_key(f0, out);
            }
        }
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        match <u32 as Key>::read_key(input)? {
            0 => Ok(Self::None),
            1 => Ok(Self::Points(Key::read_key(input)?, Key::read_key(input)?)),
            2 => Ok(Self::Note { text: Key::read_key(input)? }),
            other => Err(KeyFault::Variant(other)),
        }
    }
}

crate::key_impls!(Grade);

fn places() -> impl Strategy<Value = Place> + Clone {
    (text(), any::<Option<u32>>()).prop_map(|(town, number)| Place { town, number })
}

fn grades() -> impl Strategy<Value = Grade> + Clone {
    prop_oneof![
        Just(Grade::None),
        any::<(u8, bool)>().prop_map(|(points, bonus)| Grade::Points(points, bonus)),
        text().prop_map(|text| Grade::Note { text })
    ]
}

#[test]
fn structs_and_enums_keep_the_laws() {
    laws::hold_by_ord(places());
    laws::hold_by_ord(grades());
    laws::hold_by_ord((grades(), places()));
}

#[test]
fn they_are_parts_and_lookups_as_other_keys_are() {
    fn look_up<K: Key>(query: impl IntoKey<K>) -> Vec<u8> {
        let mut out = Vec::new();
        query.write_key_of(&mut out);
        out
    }
    let place = Place { town: "x".into(), number: None };
    assert_eq!(look_up::<Place>(&place), encode_key(&place));
    assert_eq!(
        look_up::<(Place, String)>((&place, "y")),
        encode_key(&(place.clone(), "y".to_string()))
    );
    assert_eq!(
        <(Place, Grade)>::kind().to_string(),
        "(struct(text, option(int)), enum(() | (int, bool) | (text,)))"
    );
    assert!(place.is_null());
}

#[test]
fn an_unknown_variant_is_refused() {
    assert_eq!(decode_key::<Grade>(&encode_key(&9_u8)), Err(KeyFault::Variant(9)));
    assert_eq!(decode_key::<Grade>(&encode_key(&-1_i8)), Err(KeyFault::Range));
}

/// A generic key from elsewhere, such as a handle.
#[derive(Debug)]
struct Handle<T>(u64, std::marker::PhantomData<fn() -> T>);

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self(self.0, self.1)
    }
}

impl<T: 'static> Key for Handle<T> {
    fn kind() -> KeyKind {
        KeyKind::Memo
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        self.0.write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        Ok(Self(u64::read_key(input)?, std::marker::PhantomData))
    }
}

crate::key_impls!([T: 'static] Handle<T>);

#[test]
fn a_generic_type_can_be_a_key() {
    laws::hold(
        any::<u64>().prop_map(|id| Handle::<Place>(id, std::marker::PhantomData)),
        |a, b| a.0.cmp(&b.0),
    );
}
