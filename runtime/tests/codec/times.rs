//! Times before 1970: stored wherever they can be read back, refused elsewhere.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, SystemTime},
};

use db0_runtime::codec::{
    Value, decode, decode_fields_named, encode, encode_checked, encode_fields_checked,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::common::{bytes_of, comes_back, row_comes_back, row_of, system_time};

fn before() -> SystemTime {
    SystemTime::UNIX_EPOCH - Duration::new(14_182_940, 250_000_000)
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Event {
    at: SystemTime,
    until: Option<SystemTime>,
    nested: Option<Option<SystemTime>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum When {
    At(SystemTime),
    Between(SystemTime, SystemTime),
    Since { since: SystemTime },
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn wherever_the_type_shows(time in system_time()) {
        comes_back(&time);
        row_comes_back(&Event { at: time, until: Some(time), nested: Some(Some(time)) });
        row_comes_back(&Event { at: time, until: None, nested: Some(None) });
        comes_back(&vec![When::At(time), When::Between(time, time), When::Since { since: time }]);
        comes_back(&(time, [time; 2], vec![Some(time), None]));
        comes_back(&HashMap::from([(time, time)]));
        comes_back(&BTreeMap::from([(Some(time), time..time)]));
        comes_back(&Ok::<SystemTime, Option<SystemTime>>(time));
        prop_assert_eq!(Value::of(&time).unwrap().as_time(), Some(time));
        let event: Event = decode_fields_named([("at", &bytes_of(&time)[..]), ("until", &bytes_of(&time)[..])].into_iter()).unwrap();
        prop_assert_eq!(event, Event { at: time, until: Some(time), nested: None });
    }
}

#[test]
fn the_ends_of_the_clock() {
    let secs = |secs| Duration::from_secs(secs);
    comes_back(&(SystemTime::UNIX_EPOCH, before()));
    if let Some(late) = SystemTime::UNIX_EPOCH.checked_add(secs(i64::MAX.cast_unsigned())) {
        comes_back(&(late + Duration::from_nanos(999_999_999)));
    }
    if let Some(early) = SystemTime::UNIX_EPOCH.checked_sub(secs(1 << 63)) {
        comes_back(&early);
    }
}

/// Serde hides the inner type from the reader here.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(SystemTime);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Transparent {
    time: SystemTime,
}

#[test]
fn where_the_type_does_not_show_it_is_refused_at_once() {
    fn refused<T: Serialize>(value: &T) {
        let mut out = vec![1];
        let fault = encode(value, &mut out).unwrap_err();
        assert!(fault.why.contains("later than UNIX_EPOCH"), "{fault}");
        assert_eq!(out, [1]);
    }
    refused(&Wrapped(before()));
    refused(&vec![Wrapped(before())]);
    refused(&Transparent { time: before() });
    refused(&Box::new(before()));
    // After 1970 they are as any other.
    let after = SystemTime::UNIX_EPOCH + Duration::from_millis(1500);
    row_comes_back(&Wrapped(after));
    comes_back(&vec![Transparent { time: after }]);
    comes_back(&Box::new(after));
    // And what was stored in the open may be wrapped later.
    assert_eq!(decode::<Wrapped>(&bytes_of(&after)), Ok(Wrapped(after)));
    assert_eq!(decode::<SystemTime>(&bytes_of(&Wrapped(after))), Ok(after));
    assert!(decode::<Wrapped>(&bytes_of(&before())).is_err());
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    Event { at: SystemTime },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Holder {
    name: String,
    tagged: Vec<Tagged>,
}

#[test]
fn what_serdes_buffer_can_not_carry_is_refused_by_the_checked_way() {
    fn checked<T: Serialize + DeserializeOwned>(
        value: &T,
    ) -> Result<(), db0_runtime::codec::Fault> {
        let mut out = Vec::new();
        let result = encode_fields_checked(value, &mut out);
        assert_eq!(result.is_err(), out.is_empty());
        result
    }
    let holder = |at| Holder { name: "x".into(), tagged: vec![Tagged::Event { at }] };
    let fault = checked(&holder(before())).unwrap_err();
    assert_eq!(fault.path, "tagged[0]", "{fault}");
    let after = SystemTime::UNIX_EPOCH + Duration::from_secs(5);
    assert_eq!(checked(&holder(after)), Ok(()));
    assert_eq!(db0_runtime::codec::decode_fields(&row_of(&holder(after))), Ok(holder(after)));
    // Where nothing is buffered, the check finds nothing.
    assert_eq!(encode_checked(&before(), &mut Vec::new()), Ok(()));
}
