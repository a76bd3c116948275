//! Keys are shown by their kind alone.

use std::time::{Duration, SystemTime};

use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use crate::codec::key::{Desc, Key, KeyFault, KeyKind, encode_key};

#[track_caller]
fn shows<K: Key>(key: &K, text: &str) {
    assert_eq!(K::kind().show(&encode_key(key)).as_deref(), Ok(text));
}

#[test]
fn every_kind() {
    shows(&i128::MIN, &i128::MIN.to_string());
    shows(&u128::MAX, &u128::MAX.to_string());
    shows(&(-5_i8, 1.5_f32, f64::NAN), "(-5, 1.5, NaN)");
    shows(&("a\"".to_string(), 'b', true, ()), r#"("a\"", 'b', true, ())"#);
    shows(&vec![0_u8, 255], "0x00ff");
    shows(&Uuid::nil(), "00000000-0000-0000-0000-000000000000");
    shows(&[Some(Some(1_u8)), Some(None), None], "[Some(Some(1)), Some(None), None]");
    shows(&Desc((Desc(1_u8), "x".to_string())), r#"Desc((Desc(1), "x"))"#);
    let kind: KeyKind = "enum(() | (int,))".parse().unwrap();
    assert_eq!(kind.show(&[0x60]).unwrap(), "variant 0");
    assert_eq!(kind.show(&[0x61, 0x62]).unwrap(), "variant 1(2)");
    assert_eq!(kind.show(&[0x62]), Err(KeyFault::Variant(2)));
}

#[test]
fn times() {
    let at = |seconds: i64, nanos: u32| encode_key(&(seconds, nanos));
    shows(&(SystemTime::UNIX_EPOCH - Duration::from_millis(500)), "1969-12-31T23:59:59.5Z");
    assert_eq!(KeyKind::DateTime.show(&at(951_782_400, 0)).unwrap(), "2000-02-29T00:00:00");
    assert_eq!(KeyKind::Time.show(&at(86_399, 1_250_000_000)).unwrap(), "23:59:60.25");
    assert_eq!(KeyKind::Date.show(&encode_key(&-719_528)).unwrap(), "0000-01-01");
    let zoned = encode_key(&(0_i64, 0_u32, -5_400));
    assert_eq!(KeyKind::ZonedInstant.show(&zoned).unwrap(), "1969-12-31T22:30:00-01:30");
    shows(&Duration::from_millis(1_500), "1.5s");
    assert_eq!(KeyKind::Duration.show(&at(-1, 500_000_000)).unwrap(), "-0.5s");
    assert_eq!(KeyKind::Duration.show(&at(-2, 0)).unwrap(), "-2s");
    // The ends of the range are far from every calendar, and still are text.
    assert!(KeyKind::Instant.show(&at(i64::MIN, 0)).unwrap().starts_with("-292277022657-"));
}

#[cfg(feature = "chrono")]
proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dates_are_those_of_the_calendar(days in -700_000..2_900_000_i32, seconds in 0..86_400_u32) {
        let date = chrono::NaiveDate::from_num_days_from_ce_opt(days + 719_163).unwrap();
        let time = chrono::NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap();
        let key = date.and_time(time);
        let shown = chrono::NaiveDateTime::kind().show(&encode_key(&key)).unwrap();
        prop_assert_eq!(shown, key.format("%Y-%m-%dT%H:%M:%S").to_string());
    }
}

#[test]
fn long_ones_are_cut_and_endless_ones_end() {
    let text = "é".repeat(1_000);
    let shown = KeyKind::Text.show(&encode_key(&text)).unwrap();
    assert!(shown.len() < 1_010 && shown.ends_with("é…"));
    let endless: KeyKind = "[[[(); 4000000000]; 4000000000]; 2]".parse().unwrap();
    assert_eq!(endless.show(&[]).unwrap(), "[[[(); 4000000000]; 4000000000]; 2]");
    let hungry: KeyKind = "[int; 18446744073709551615]".parse().unwrap();
    assert_eq!(hungry.show(&[0x60; 100]), Err(KeyFault::Truncated));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_keys_are_faults_or_other_keys(bytes in vec(any::<u8>(), 0..24)) {
        for (_, kind) in KeyKind::SIMPLE {
            // What matters is that it returns.
            prop_assert!(kind.show(&bytes).map_or_else(|fault| fault != KeyFault::Kind, |text| !text.is_empty()));
        }
    }
}
