//! Rows of other versions of a class: fields added, removed, renamed, widened.

use std::fmt::Debug;

use db0_runtime::codec::{
    decode, decode_fields, decode_fields_named, encode_fields, join_fields, split_fields,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::common::{bytes_of, mix, row_of};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Before {
    name: String,
    age: u8,
    score: f32,
    gone: Vec<u8>,
    address: AddressBefore,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct AddressBefore {
    street: String,
    floor: u8,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Now {
    added: Option<u8>,
    #[serde(default = "seven")]
    seven: u8,
    score: f64,
    #[serde(alias = "name")]
    called: String,
    age: i64,
    address: AddressNow,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct AddressNow {
    #[serde(default)]
    city: String,
    #[serde(rename = "street")]
    road: String,
}

fn seven() -> u8 {
    7
}

fn named<T: DeserializeOwned>(names: &[&str], row: &[u8]) -> Result<T, db0_runtime::codec::Fault> {
    decode_fields_named(names.iter().copied().zip(split_fields(row).unwrap()))
}

const NAMES: [&str; 5] = ["name", "age", "score", "gone", "address"];

fn before() -> Before {
    let address = AddressBefore { street: "Main".into(), floor: 3 };
    Before { name: "Alice".into(), age: 200, score: 0.1, gone: vec![1], address }
}

#[test]
fn a_class_finds_its_fields_by_name() {
    let now: Now = named(&NAMES, &row_of(&before())).unwrap();
    let address = AddressNow { city: String::new(), road: "Main".into() };
    let score = f64::from(0.1_f32);
    assert_eq!(
        now,
        Now { added: None, seven: 7, score, called: "Alice".into(), age: 200, address }
    );
    // Backwards it lacks what it can't make up.
    let names = ["added", "seven", "score", "name", "age", "address"];
    let fault = named::<Before>(&names, &row_of(&now)).unwrap_err();
    assert_eq!(fault.path, "address", "{fault}");
    assert_eq!(fault.why, "missing field `floor`");
}

#[test]
fn the_order_does_not_matter() {
    let row = row_of(&before());
    let mut fields: Vec<_> = NAMES.into_iter().zip(split_fields(&row).unwrap()).collect();
    fields.reverse();
    assert_eq!(decode_fields_named(fields.into_iter()), Ok(before()));
}

#[test]
fn tuple_newtype_and_unit_classes() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Tuple(u8, #[serde(default)] u16, #[serde(default)] u32);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct One(Option<Option<u8>>);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Unit;
    let row = row_of(&Tuple(1, 2, 3));
    assert_eq!(named(&["0", "1", "2"], &row), Ok(Tuple(1, 2, 3)));
    assert_eq!(named(&["2", "0", "1"], &row), Ok(Tuple(2, 3, 1)));
    assert_eq!(named(&["0", "1", "9"], &row), Ok(Tuple(1, 2, 0)));
    assert_eq!(named::<Tuple>(&["0", "9", "2"], &row).unwrap_err().to_string(), "[1]: missing");
    assert_eq!(named(&["0"], &row_of(&One(Some(None)))), Ok(One(Some(None))));
    assert!(named::<One>(&["1"], &row_of(&One(None))).is_err());
    assert_eq!(named(&["0", "1", "2"], &row), Ok(Unit));
}

#[test]
fn a_field_that_does_not_fit_is_named() {
    let fault = |row: &[u8]| named::<Before>(&NAMES, row).unwrap_err();
    let row =
        row_of(&("Alice", 300, 0.5_f32, [1], AddressBefore { street: "Main".into(), floor: 1 }));
    assert_eq!(fault(&row).to_string(), "age: invalid value: integer, expected u8");
    let row = row_of(&("Alice", 30, 0.5_f32, ["x"], ()));
    assert_eq!(fault(&row).to_string(), "gone[0]: invalid type: string, expected u8");
    // Without a name for every element, the place must do.
    assert_eq!(decode_fields::<Before>(&row).unwrap_err().path, "gone[0]");
    let mut trailing = split_fields(&row).unwrap();
    let two = [1, 1];
    trailing[1] = &two;
    let fields = NAMES.into_iter().zip(trailing);
    assert_eq!(
        decode_fields_named::<Before>(fields).unwrap_err().to_string(),
        "age: 1 bytes too many"
    );
}

#[test]
fn numbers_widen_and_never_lose_anything() {
    fn reads<T: DeserializeOwned + PartialEq + Debug>(value: &impl Serialize) -> Option<T> {
        decode(&bytes_of(value)).ok()
    }
    assert_eq!(reads::<u64>(&7_u8), Some(7));
    assert_eq!(reads::<u128>(&u64::MAX), Some(u64::MAX.into()));
    assert_eq!(reads::<i8>(&-128_i64), Some(-128));
    assert_eq!(reads::<u8>(&-1_i8), None);
    assert_eq!(reads::<u8>(&256_u16), None);
    assert_eq!(reads::<u64>(&i128::MAX), None);
    assert_eq!(reads::<f64>(&0.1_f32), Some(f64::from(0.1_f32)));
    assert_eq!(reads::<f32>(&0.5_f64), Some(0.5));
    assert_eq!(reads::<f32>(&-0.0_f64).map(f32::to_bits), Some((-0.0_f32).to_bits()));
    assert_eq!(reads::<f32>(&0.1_f64), None);
    assert_eq!(reads::<f32>(&1e300_f64), None);
    assert_eq!(reads::<f64>(&(1_u64 << 53)), Some(9_007_199_254_740_992.0));
    assert_eq!(reads::<f64>(&((1_u64 << 53) + 1)), None);
    assert_eq!(reads::<f64>(&u64::MAX), None);
    assert_eq!(reads::<f64>(&-5), Some(-5.0));
    assert_eq!(reads::<f32>(&16_777_217), None);
    assert!(reads::<f32>(&f64::NAN).is_some_and(f32::is_nan));
    assert_eq!(reads::<u8>(&1.0), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn splitting_and_joining_is_the_same_row(mix in mix()) {
        let row = row_of(&mix);
        let fields = split_fields(&row).unwrap();
        let mut joined = Vec::new();
        join_fields(&fields, &mut joined).unwrap();
        prop_assert_eq!(&joined, &row);
        let mut behind = vec![1];
        encode_fields(&mix, &mut behind).unwrap();
        prop_assert_eq!(&behind[1..], &row[..]);
    }
}
