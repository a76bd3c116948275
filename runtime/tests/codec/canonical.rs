//! The bytes themselves: this is what lies on disk, so none of them may change.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, SystemTime},
};

use db0_runtime::codec::{COLLECTION, RefExt, STRONG, Value, encode_fields};
use serde::Serialize;

use crate::common::{Blob, Unit, bytes_of, row_of};

#[track_caller]
fn written<T: Serialize + ?Sized>(value: &T, hex: &str) {
    let hex = hex.replace(' ', "");
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let expected: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    let bytes = bytes_of(value);
    assert_eq!(bytes, expected, "{bytes:02x?} and not {expected:02x?}");
}

#[test]
fn leaves() {
    written(&(), "c0");
    written(&None::<u8>, "c0");
    written(&(true, false), "92 c3 c2");
    written(
        &[0, 127, 128, 255, 256, 65_535, 65_536, 1_u64 << 32],
        "98 00 7f cc80 ccff cd0100 cdffff ce00010000 cf0000000100000000",
    );
    written(
        &[-1, -32, -33, -128, -129, -32_769, i64::MIN],
        "97 ff e0 d0df d080 d1ff7f d2ffff7fff d38000000000000000",
    );
    written(&(1.5_f32, 1.5_f64), "92 ca3fc00000 cb3ff8000000000000");
    written(&('ß', "hi"), "92 a2c39f a26869");
    written(&Blob(vec![1, 2]), "c4020102");
    written(&uuid::Uuid::from_u128(1), "c41000000000000000000000000000000001");
}

#[test]
fn integers_beyond_64_bits() {
    written(&u128::from(u64::MAX), "cfffffffffffffffff");
    written(&(u128::from(u64::MAX) + 1), "d8 10 00000000000000010000000000000000");
    written(&(i128::from(i64::MIN) - 1), "d8 10 ffffffffffffffff7fffffffffffffff");
    written(&i128::MAX.cast_unsigned(), "d8 10 7fffffffffffffffffffffffffffffff");
    written(&(1_u128 << 127), "d8 11 80000000000000000000000000000000");
}

#[test]
fn options_of_nothing() {
    written(&Some(Some(5)), "05");
    written(&Some(()), "d4 12 01");
    written(&Some(None::<u8>), "d4 12 01");
    written(&Some(Some(Some(()))), "d4 12 03");
    written(&Some(Unit), "90");
}

#[test]
fn structs_and_enums() {
    #[derive(Serialize)]
    struct Named {
        a: u8,
        b: Newtype,
    }
    #[derive(Serialize)]
    struct Newtype(u8);
    #[derive(Serialize)]
    enum Enum {
        Unit,
        One(u8),
        Two(u8, u8),
        Named { a: u8 },
    }
    let named = Named { a: 1, b: Newtype(2) };
    written(&named, "82 a161 01 a162 02");
    written(
        &[Enum::Unit, Enum::One(1), Enum::Two(1, 2), Enum::Named { a: 1 }],
        "94 a4556e6974 81 a34f6e65 01 81 a354776f 92 01 02 81 a54e616d6564 81 a161 01",
    );
    assert_eq!(row_of(&named), [0x92, 1, 2]);
    assert_eq!(row_of(&Newtype(2)), [0x91, 2]);
    assert_eq!(row_of(&Unit), [0x90]);
    assert_eq!(row_of(&(1, named)), [0x92, 1, 0x82, 0xa1, b'a', 1, 0xa1, b'b', 2]);
    assert_eq!(row_of(&Enum::Two(1, 2)), bytes_of(&Enum::Two(1, 2)));
}

#[test]
fn times_are_messagepacks_own() {
    let after = |secs, nanos| SystemTime::UNIX_EPOCH + Duration::new(secs, nanos);
    written(&after(1, 0), "d6 ff 00000001");
    written(&after(1, 1), "d7 ff 0000000400000001");
    written(&after(1 << 34, 0), "c7 0c ff 00000000 0000000400000000");
    written(
        &(SystemTime::UNIX_EPOCH - Duration::from_millis(500)),
        "c7 0c ff 1dcd6500 ffffffffffffffff",
    );
}

#[test]
fn references() {
    written(&RefExt::new(STRONG, [7; 16]), "d8 01 07070707070707070707070707070707");
    written(&RefExt::new(STRONG, [7]), "d4 01 07");
    written(&RefExt::new(STRONG, []), "c7 00 01");
    written(&RefExt::new(COLLECTION, [7; 3]), "c7 03 03 070707");
    written(&Some(RefExt::new(2, [7; 8])), "d7 02 0707070707070707");
}

#[test]
fn hash_maps_come_in_the_order_of_their_bytes() {
    written(&HashMap::from([("aa", 3), ("b", 2), ("a", 1)]), "83 a161 01 a162 02 a26161 03");
    // A map with an order of its own keeps it.
    let ordered = Value::from([("b", 2), ("a", 1)]);
    written(&ordered, "82 a162 02 a161 01");
    written(&BTreeMap::from([("aa", 3), ("b", 2), ("a", 1)]), "83 a161 01 a26161 03 a162 02");
}

#[test]
fn what_stands_before_stays() {
    let mut out = vec![0xc0];
    encode_fields(&HashMap::from([(2, 2), (1, 1)]), &mut out).unwrap();
    assert_eq!(out, [0xc0, 0x82, 1, 1, 2, 2]);
}
