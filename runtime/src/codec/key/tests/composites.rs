//! Composites of every shape keep the laws of keys, whatever stands beside text of any length.

use std::cmp::Ordering;

use proptest::{array::uniform3, collection::vec, option, prelude::*};
use uuid::Uuid;

use super::{
    laws,
    scalars::{bytes, text},
};
use crate::codec::key::{Desc, Key, KeyReader, encode_key};

fn small() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![-3_i64..3, any::<i64>()]
}

#[test]
fn options() {
    laws::hold_by_ord(option::of(text()));
    laws::hold_by_ord(option::of(option::of(any::<bool>())));
    laws::hold_by_ord(option::of(Just(())));
}

#[test]
fn reversed() {
    laws::hold_by_ord(text().prop_map(Desc));
    laws::hold_by_ord(bytes().prop_map(Desc));
    laws::hold_by_ord(small().prop_map(Desc));
    laws::hold_by_ord(text().prop_map(Desc).prop_map(Desc));
    laws::hold_by_ord(option::of(text()).prop_map(Desc));
    laws::hold_by_ord((text(), bytes()).prop_map(Desc));
    laws::hold_by_ord((text(), text().prop_map(Desc)).prop_map(Desc));
    laws::hold(any::<f64>().prop_map(Desc), |a, b| b.0.total_cmp(&a.0));
}

#[test]
fn arrays() {
    laws::hold_by_ord(uniform3(text()));
    laws::hold_by_ord(uniform3(option::of(small())));
    laws::hold_by_ord(uniform3(any::<u8>()));
    laws::hold_by_ord(uniform3(text().prop_map(Desc)));
    laws::hold_by_ord(Just([0_u8; 0]));
}

#[test]
fn text_before_anything() {
    laws::hold_by_ord((text(), text()));
    laws::hold_by_ord((text(), text().prop_map(Desc)));
    laws::hold_by_ord((text().prop_map(Desc), text()));
    laws::hold_by_ord((bytes(), any::<u128>().prop_map(Uuid::from_u128)));
    laws::hold_by_ord((bytes(), Just(Uuid::max())));
    laws::hold_by_ord((text(), small()));
    laws::hold_by_ord((text(), any::<char>()));
    laws::hold_by_ord((text().prop_map(Desc), any::<bool>()));
    laws::hold_by_ord((option::of(text()), bytes(), small().prop_map(Desc)));
}

#[test]
fn tuples_to_twelve() {
    laws::hold_by_ord((text(),));
    let four = (text(), small(), option::of(bytes()), any::<bool>());
    laws::hold_by_ord(four.clone());
    laws::hold_by_ord((text(), (four.clone(), small()), Just(())));
    let twelve = (four.clone(), four.clone(), four)
        .prop_map(|(x, y, z)| (x.0, x.1, x.2, x.3, y.0, y.1, y.2, y.3, z.0, z.1, z.2, z.3));
    laws::hold_by_ord(twelve);
}

/// The shape of a random composite.
#[derive(Debug, Clone)]
enum Shape {
    Int,
    Text,
    Bytes,
    Float,
    Bool,
    Char,
    Option(Box<Shape>),
    Desc(Box<Shape>),
    Tuple(Vec<Shape>),
}

/// A value of such a shape, which sorts in the same way as a Rust type of it would.
#[derive(Debug, Clone)]
enum Part {
    Int(i128),
    Text(String),
    Bytes(Vec<u8>),
    Float(f64),
    Bool(bool),
    Char(char),
    Option(Option<Box<Part>>),
    Desc(Box<Part>),
    Tuple(Vec<Part>),
}

impl Part {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.total_cmp(b),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Char(a), Self::Char(b)) => a.cmp(b),
            (Self::Option(Some(a)), Self::Option(Some(b))) => a.order(b),
            (Self::Option(a), Self::Option(b)) => a.is_some().cmp(&b.is_some()),
            (Self::Desc(a), Self::Desc(b)) => b.order(a),
            (Self::Tuple(a), Self::Tuple(b)) => {
                let differing =
                    a.iter().zip(b).map(|(a, b)| a.order(b)).find(|order| order.is_ne());
                differing.unwrap_or(Ordering::Equal)
            }
            _ => unreachable!("both are of one shape"),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Int(value) => value.write_key(out),
            Self::Text(value) => value.write_key(out),
            Self::Bytes(value) => value.write_key(out),
            Self::Float(value) => value.write_key(out),
            Self::Bool(value) => value.write_key(out),
            Self::Char(value) => value.write_key(out),
            Self::Option(None) => None::<()>.write_key(out),
            Self::Option(Some(part)) => {
                Some(()).write_key(out);
                part.write(out);
            }
            Self::Desc(part) => {
                let mut inner = Vec::new();
                part.write(&mut inner);
                out.extend(inner.iter().map(|byte| !byte));
            }
            Self::Tuple(parts) => parts.iter().for_each(|part| part.write(out)),
        }
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Int),
        Just(Shape::Text),
        Just(Shape::Bytes),
        Just(Shape::Float),
        Just(Shape::Bool),
        Just(Shape::Char)
    ];
    leaf.prop_recursive(4, 12, 4, |shape| {
        prop_oneof![
            shape.clone().prop_map(|shape| Shape::Option(Box::new(shape))),
            shape.clone().prop_map(|shape| Shape::Desc(Box::new(shape))),
            vec(shape, 0..4).prop_map(Shape::Tuple)
        ]
    })
}

fn parts(shape: &Shape) -> BoxedStrategy<Part> {
    match shape {
        Shape::Int => prop_oneof![any::<i128>(), -200..200_i128].prop_map(Part::Int).boxed(),
        Shape::Text => text().prop_map(Part::Text).boxed(),
        Shape::Bytes => bytes().prop_map(Part::Bytes).boxed(),
        Shape::Float => any::<f64>().prop_map(Part::Float).boxed(),
        Shape::Bool => any::<bool>().prop_map(Part::Bool).boxed(),
        Shape::Char => any::<char>().prop_map(Part::Char).boxed(),
        Shape::Option(shape) => {
            option::of(parts(shape).prop_map(Box::new)).prop_map(Part::Option).boxed()
        }
        Shape::Desc(shape) => parts(shape).prop_map(|part| Part::Desc(Box::new(part))).boxed(),
        Shape::Tuple(shapes) => {
            shapes.iter().map(parts).collect::<Vec<_>>().prop_map(Part::Tuple).boxed()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn random_composites_sort(
        (a, b) in shapes().prop_flat_map(|shape| (parts(&shape), parts(&shape))),
        after_a in vec(any::<u8>(), 0..4),
        after_b in vec(any::<u8>(), 0..4),
    ) {
        let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
        a.write(&mut of_a);
        b.write(&mut of_b);
        prop_assert_eq!(of_a.cmp(&of_b), a.order(&b));
        if of_a != of_b {
            of_a.extend(after_a);
            of_b.extend(after_b);
            prop_assert_eq!(of_a.cmp(&of_b), a.order(&b));
        }
    }
}

#[test]
fn a_terminator_is_told_from_an_escape_by_itself() {
    // If FF after 00 meant an escaped 00, the first of these would be read as the text "a\0…".
    let key = ("a".to_string(), Desc(String::new()));
    let mut reader_input = encode_key(&key);
    reader_input.push(0xFF);
    let mut reader = KeyReader::new(&reader_input);
    assert_eq!(<(String, Desc<String>)>::read_key(&mut reader), Ok(key));
    let pairs =
        [("a", Uuid::max()), ("a\0", Uuid::nil()), ("a\u{1}", Uuid::nil()), ("b", Uuid::nil())];
    let keys: Vec<_> =
        pairs.iter().map(|(text, id)| encode_key(&((*text).to_string(), *id))).collect();
    assert!(keys.is_sorted());
}

#[test]
fn none_in_a_part_makes_a_composite_null() {
    assert!(None::<u8>.is_null());
    assert!(Some(None::<u8>).is_null());
    assert!(!Some(0_u8).is_null());
    assert!((1_u8, None::<String>).is_null());
    assert!(!(1_u8, Some(String::new())).is_null());
    assert!(Desc(None::<u8>).is_null());
    assert!([Some(1_u8), None].is_null());
    assert!(!().is_null());
}

#[test]
fn desc_is_what_a_newtype_should_be() {
    assert!(Desc(2) < Desc(1));
    assert_eq!(Desc::from(3), Desc(3));
    assert_eq!(Desc::<u8>::default().max(Desc(1)), Desc(0));
    assert_eq!(Desc(f64::NAN).partial_cmp(&Desc(1.0)), None);
    let json = serde_json::to_string(&Desc("a")).unwrap();
    assert_eq!(json, "\"a\"");
    assert_eq!(serde_json::from_str::<Desc<String>>(&json).unwrap(), Desc("a".to_string()));
}
