//! Values that can't be stored: which they are, where it is said to be, and that nothing is left behind.

use std::{collections::BTreeMap, net::IpAddr};

use db0_runtime::codec::{
    DEPTH_MAX, Fault, ROW_BYTES_MAX, Value, decode, decode_fields, encode, encode_checked,
    encode_fields, encode_fields_checked,
};
use serde::{
    Deserialize, Serialize, Serializer,
    de::DeserializeOwned,
    ser::{Error, SerializeMap, SerializeSeq},
};

use crate::common::{Newtype, bytes_of};

fn refused<T: Serialize>(value: &T) -> Fault {
    let mut out = vec![7];
    let fault = encode(value, &mut out).unwrap_err();
    assert_eq!(out, [7], "nothing is left behind");
    assert_eq!(encode_fields(value, &mut out).map_err(|fault| fault.why), Err(fault.why.clone()));
    assert_eq!(out, [7], "nothing is left behind");
    fault
}

#[derive(Serialize)]
struct Bad {
    #[serde(serialize_with = "fails")]
    lines: u8,
}

fn fails<S: Serializer>(_: &u8, _: S) -> Result<S::Ok, S::Error> {
    Err(S::Error::custom("no"))
}

#[test]
fn the_path_leads_to_the_fault() {
    #[derive(Serialize)]
    enum Variant {
        Holds(Bad),
    }
    #[derive(Serialize)]
    struct Outer {
        map: BTreeMap<&'static str, Vec<(u8, Bad)>>,
    }
    #[derive(Serialize)]
    struct Flat {
        #[serde(flatten)]
        bad: Bad,
    }
    let bad = || Bad { lines: 1 };
    assert_eq!(refused(&bad()).to_string(), "lines: no");
    let outer = Outer { map: BTreeMap::from([("k", vec![(1, bad())])]) };
    assert_eq!(refused(&outer).path, "map[\"k\"][0][1].lines");
    assert_eq!(refused(&(1, Variant::Holds(bad()))).path, "[1].Holds.lines");
    assert_eq!(refused(&Some(Flat { bad: bad() })).path, "lines");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Chain {
    next: Option<Box<Chain>>,
}

fn chain(length: usize) -> Chain {
    (1..length).fold(Chain { next: None }, |next, _| Chain { next: Some(Box::new(next)) })
}

#[test]
fn nesting_is_bounded_and_what_is_written_can_be_read() {
    let deepest = chain(DEPTH_MAX);
    assert_eq!(decode::<Chain>(&bytes_of(&deepest)), Ok(deepest));
    let fault = refused(&chain(DEPTH_MAX + 1));
    assert_eq!(fault.why, "nesting over 64");
    assert!(fault.path.starts_with("next.next"), "{fault}");
    assert_eq!(refused(&chain(2_000)).why, "nesting over 64");
}

#[test]
fn newtypes_and_options_write_nothing_and_are_bounded_too() {
    let nested = |depth| (0..depth).fold(Newtype(None), |inner, _| Newtype(Some(Box::new(inner))));
    let deepest = nested(DEPTH_MAX);
    assert_eq!(decode::<Newtype>(&bytes_of(&deepest)), Ok(deepest));
    assert_eq!(refused(&nested(DEPTH_MAX + 1)).why, "nesting over 64");
    assert_eq!(refused(&nested(2_000)).why, "nesting over 64");
}

#[test]
fn values_nest_no_deeper_than_others() {
    let nested = |depth| (0..depth).fold(Value::Nil, |inner, _| Value::List(vec![inner]));
    assert_eq!(
        Value::from_bytes(&nested(DEPTH_MAX).to_bytes().unwrap()).unwrap(),
        nested(DEPTH_MAX)
    );
    assert_eq!(refused(&nested(DEPTH_MAX + 1)).why, "nesting over 64");
    assert!(serde_json::to_string(&nested(DEPTH_MAX + 1)).is_err());
    let some = Value::SomeNil(std::num::NonZero::<u8>::MAX);
    assert_eq!(refused(&some).why, "nesting over 64");
}

#[test]
fn a_row_is_bounded() {
    let fits = "x".repeat(ROW_BYTES_MAX - 5);
    assert_eq!(decode::<String>(&bytes_of(&fits)).map(|text| text.len()), Ok(fits.len()));
    let over = "over 16 MiB when encoded";
    assert_eq!(refused(&format!("{fits}x")).why, over);
    assert_eq!(refused(&vec![(); ROW_BYTES_MAX]).why, over);
    let mut long = bytes_of(&fits);
    long.push(0);
    assert_eq!(decode::<String>(&long).unwrap_err().why, "over 16 MiB");
}

#[test]
fn a_wrong_count_is_refused() {
    struct Liar(Option<usize>, usize);
    impl Serialize for Liar {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut seq = serializer.serialize_seq(self.0)?;
            (0..self.1).try_for_each(|index| seq.serialize_element(&index))?;
            seq.end()
        }
    }
    struct Half;
    impl Serialize for Half {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_key("alone")?;
            map.end()
        }
    }
    let why = "its Serialize announced 3 elements and wrote 2";
    assert_eq!(refused(&Liar(Some(3), 2)).why, why);
    assert_eq!(refused(&Liar(Some(0), 1)).why, "its Serialize announced 0 elements and wrote 1");
    assert_eq!(refused(&Half).why, "its Serialize wrote a key without a value");
    for length in [0, 1, 15, 16, 70_000] {
        let elements: Vec<usize> = (0..length).collect();
        assert_eq!(
            bytes_of(&Liar(None, length)),
            bytes_of(&elements),
            "an unknown length is found out"
        );
    }
}

#[test]
fn a_class_own_field_can_not_be_skipped() {
    #[derive(Serialize)]
    struct Sparse {
        #[serde(skip_serializing_if = "Option::is_none")]
        a: Option<u8>,
        b: u8,
    }
    let fault = encode_fields(&Sparse { a: None, b: 1 }, &mut Vec::new()).unwrap_err();
    assert_eq!(fault.path, "a");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Big { amount: u128 },
    Where { address: IpAddr },
    Small { id: uuid::Uuid, n: u64 },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Account {
    name: String,
    balance: Untagged,
}

fn checked<T: Serialize + DeserializeOwned>(value: &T) -> Result<(), Fault> {
    let mut out = vec![7];
    let result = encode_fields_checked(value, &mut out);
    assert_eq!(result.is_err(), out.len() == 1);
    result
}

#[test]
fn what_could_not_be_read_back_is_refused_by_the_checked_way() {
    let account = |balance| Account { name: "Alice".into(), balance };
    // Serde's buffer has no place for 128 bits, however small the number.
    for amount in [1, u128::MAX] {
        let fault = checked(&account(Untagged::Big { amount })).unwrap_err();
        assert!(fault.path.starts_with("balance"), "{fault}");
        assert!(fault.why.contains("db0::int128"), "{fault}");
    }
    // In that buffer an address expects to be text.
    let fault =
        checked(&account(Untagged::Where { address: IpAddr::from([127, 0, 0, 1]) })).unwrap_err();
    assert_eq!(fault.path, "balance", "{fault}");
    let small = account(Untagged::Small { id: uuid::Uuid::from_u128(7), n: u64::MAX });
    assert_eq!(checked(&small), Ok(()));
    let mut row = Vec::new();
    encode_fields(&small, &mut row).unwrap();
    assert_eq!(decode_fields(&row), Ok(small));
    // Where nothing is buffered, all of them are fine.
    assert_eq!(
        encode_checked(&(u128::MAX, i128::MIN, IpAddr::from([127, 0, 0, 1])), &mut Vec::new()),
        Ok(())
    );
}
