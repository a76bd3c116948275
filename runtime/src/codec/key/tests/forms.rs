//! The bytes themselves: what is on disk stays readable only while these stay as they are.

use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::codec::key::{Desc, Key, KeyFault, decode_key, encode_key};

#[track_caller]
fn is<K: Key>(key: &K, bytes: &[u8]) {
    assert_eq!(encode_key(key), bytes);
}

#[test]
fn integers() {
    is(&0_u8, &[0x60]);
    is(&127_i64, &[0xDF]);
    is(&128_u64, &[0xE0, 128]);
    is(&256_u16, &[0xE1, 1, 0]);
    is(&u64::MAX, &[[0xE7].as_slice(), &[0xFF; 8]].concat());
    is(&u128::MAX, &[[0xEF].as_slice(), &[0xFF; 16]].concat());
    is(&-1_i8, &[0x5F]);
    is(&-64_i32, &[0x20]);
    is(&-65_i32, &[0x1F, 0xBF]);
    is(&-256_i64, &[0x1F, 0x00]);
    is(&-257_i64, &[0x1E, 0xFE, 0xFF]);
    is(&i128::MIN, &[[0x10, 0x80].as_slice(), &[0; 15]].concat());
}

#[test]
fn integers_in_any_longer_form_are_refused() {
    for bytes in
        [[0xE0, 0].as_slice(), &[0xE0, 127], &[0xE1, 0, 200], &[0x1F, 0xC0], &[0x1E, 0xFF, 0x10]]
    {
        assert_eq!(decode_key::<i64>(bytes), Err(KeyFault::NotCanonical), "{bytes:?}");
    }
    for header in (0..0x10).chain(0xF0..=0xFF) {
        assert_eq!(decode_key::<i128>(&[header]), Err(KeyFault::Form));
    }
}

#[test]
fn floats() {
    is(&0.0_f32, &[0x80, 0, 0, 0]);
    is(&-0.0_f64, &[0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    is(&1.0_f64, &[0xBF, 0xF0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn text_and_bytes() {
    is(&String::new(), &[0]);
    is(&"ab".to_string(), b"ab\0");
    is(&"\0\u{1}\u{2}".to_string(), &[1, 1, 1, 2, 2, 0]);
    is(&vec![0_u8, 0xFF], &[1, 1, 0xFF, 0]);
    is(&Desc("a\0".to_string()), &[!b'a', 0xFE, 0xFE, 0xFF]);
    assert_eq!(decode_key::<Vec<u8>>(&[1, 3, 0]), Err(KeyFault::NotCanonical));
    assert_eq!(decode_key::<Vec<u8>>(&[1, 0, 0]), Err(KeyFault::NotCanonical));
    assert_eq!(decode_key::<Vec<u8>>(&[5, 1]), Err(KeyFault::Truncated));
    assert_eq!(decode_key::<Vec<u8>>(&[5, 0, 5]), Err(KeyFault::Trailing));
}

#[test]
fn the_rest() {
    is(&(), &[]);
    is(&true, &[1]);
    is(&'é', &[0xC3, 0xA9]);
    is(&Uuid::from_u128(1), &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    is(&None::<u8>, &[0]);
    is(&Some(Some(false)), &[1, 1, 0]);
    is(&[1_u8, 2], &[0x61, 0x62]);
    is(&("a".to_string(), 1_u8), &[b'a', 0, 0x61]);
    is(&Duration::from_millis(1_500), &[0x61, 0xE3, 0x1D, 0xCD, 0x65, 0x00]);
    is(&(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), &[0x5F, 0x60]);
    is(&(SystemTime::UNIX_EPOCH - Duration::from_nanos(1)), &[0x5F, 0xE3, 0x3B, 0x9A, 0xC9, 0xFF]);
}

#[cfg(feature = "chrono")]
#[test]
fn chrono_types() {
    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta};

    is(&NaiveDate::from_ymd_opt(1970, 1, 2).unwrap(), &[0x61]);
    is(&NaiveTime::from_hms_opt(0, 1, 0).unwrap(), &[0x60 + 60, 0x60]);
    is(
        &NaiveDate::from_ymd_opt(1969, 12, 31).unwrap().and_hms_opt(23, 59, 59).unwrap(),
        &[0x5F, 0x60],
    );
    is(
        &DateTime::parse_from_rfc3339("1970-01-01T01:00:01+01:00").unwrap(),
        &[0x61, 0x60, 0xE1, 0x0E, 0x10],
    );
    is(&DateTime::<FixedOffset>::default(), &[0x60, 0x60, 0x60]);
    is(&TimeDelta::milliseconds(-500), &[0x5F, 0xE3, 0x1D, 0xCD, 0x65, 0x00]);
}

#[cfg(feature = "time")]
#[test]
fn time_types() {
    use time::macros::{date, datetime, time};

    is(&date!(1970 - 01 - 02), &[0x61]);
    is(&time!(0:01), &[0x60 + 60, 0x60]);
    is(&datetime!(1969-12-31 23:59:59), &[0x5F, 0x60]);
    is(&datetime!(1970-01-01 01:00:01 +1), &[0x61, 0x60, 0xE1, 0x0E, 0x10]);
    is(&time::Duration::milliseconds(-500), &[0x5F, 0xE3, 0x1D, 0xCD, 0x65, 0x00]);
}
