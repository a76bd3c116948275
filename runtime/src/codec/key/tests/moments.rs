//! Dates, times, points and spans of time keep the laws of keys, before 1970 too.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::laws;
use crate::codec::key::{KeyFault, decode_key, encode_key};

const SECOND: u32 = 1_000_000_000;

fn nanos() -> impl Strategy<Value = u32> + Clone {
    prop_oneof![0..SECOND, Just(0), Just(SECOND - 1)]
}

/// Seconds that are mostly near 1970.
fn seconds() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![any::<i64>(), -4_i64..4, -4_000_000_000_i64..4_000_000_000]
}

fn system_time(seconds: i64, nanos: u32) -> Option<SystemTime> {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(whole)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(whole)
    };
    time?.checked_add(Duration::from_nanos(nanos.into()))
}

#[test]
fn durations() {
    let any_seconds = prop_oneof![any::<u64>(), 0..4_u64, Just(u64::MAX)];
    laws::hold_by_ord(
        (any_seconds, nanos()).prop_map(|(seconds, nanos)| Duration::new(seconds, nanos)),
    );
}

#[test]
fn system_times() {
    let keys = (seconds(), nanos());
    laws::hold_by_ord(
        keys.prop_filter_map("out of range", |(seconds, nanos)| system_time(seconds, nanos)),
    );
}

#[test]
fn a_second_has_no_more_than_its_nanoseconds() {
    let key = encode_key(&(1_u64, SECOND));
    assert_eq!(decode_key::<Duration>(&key), Err(KeyFault::Range));
    assert_eq!(decode_key::<SystemTime>(&key), Err(KeyFault::Range));
}

#[cfg(feature = "chrono")]
mod chrono_types {
    use chrono::{
        DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike,
        Utc,
    };

    use super::*;

    fn dates() -> impl Strategy<Value = NaiveDate> + Clone {
        let all = NaiveDate::MIN.num_days_from_ce()..=NaiveDate::MAX.num_days_from_ce();
        let days = prop_oneof![all, 719_000..719_300_i32];
        prop_oneof![
            days.prop_filter_map("out of range", NaiveDate::from_num_days_from_ce_opt),
            Just(NaiveDate::MIN),
            Just(NaiveDate::MAX)
        ]
    }

    /// Leap seconds included, after any second.
    fn times() -> impl Strategy<Value = NaiveTime> + Clone {
        let nanos = prop_oneof![nanos(), SECOND..2 * SECOND];
        (prop_oneof![0..86_400_u32, 86_390..86_400_u32], nanos).prop_filter_map(
            "out of range",
            |(seconds, nanos)| {
                NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)?.with_nanosecond(nanos)
            },
        )
    }

    fn date_times() -> impl Strategy<Value = NaiveDateTime> + Clone {
        prop_oneof![
            (dates(), times()).prop_map(|(date, time)| date.and_time(time)),
            Just(NaiveDateTime::MIN),
            Just(NaiveDateTime::MAX)
        ]
    }

    #[test]
    fn local_ones() {
        laws::hold_by_ord(dates());
        laws::hold_by_ord(times());
        laws::hold_by_ord(date_times());
    }

    #[test]
    fn points_of_time() {
        laws::hold_by_ord(date_times().prop_map(|time| time.and_utc()));
        let offsets = prop_oneof![-86_399..86_400_i32, Just(0), Just(3_600)];
        let keys = (date_times(), offsets).prop_filter_map("offset", |(time, offset)| {
            Some(DateTime::<FixedOffset>::from_naive_utc_and_offset(
                time,
                FixedOffset::east_opt(offset)?,
            ))
        });
        laws::hold(keys, |a, b| {
            a.cmp(b).then(a.offset().local_minus_utc().cmp(&b.offset().local_minus_utc()))
        });
    }

    #[test]
    fn spans() {
        let keys = (seconds(), nanos()).prop_filter_map("out of range", |(seconds, nanos)| {
            TimeDelta::new(seconds / 1_000, nanos)
        });
        laws::hold_by_ord(prop_oneof![keys, Just(TimeDelta::MIN), Just(TimeDelta::MAX)]);
    }

    #[test]
    fn one_instant_is_one_key_in_every_type_for_it() {
        let system = system_time(-2, 500).unwrap();
        let of_chrono = DateTime::<Utc>::from_timestamp(-2, 500).unwrap();
        assert_eq!(encode_key(&system), encode_key(&of_chrono));
    }
}

#[cfg(feature = "time")]
mod time_types {
    use time::{Date, OffsetDateTime, PrimitiveDateTime, Time, UtcDateTime, UtcOffset};

    use super::*;

    fn dates() -> impl Strategy<Value = Date> + Clone {
        let days = prop_oneof![
            Date::MIN.to_julian_day()..=Date::MAX.to_julian_day(),
            2_440_500..2_440_700_i32,
            Just(Date::MIN.to_julian_day()),
            Just(Date::MAX.to_julian_day())
        ];
        days.prop_map(|days| Date::from_julian_day(days).unwrap())
    }

    fn times() -> impl Strategy<Value = Time> + Clone {
        let part = |end: u8| prop_oneof![0..end, Just(end - 1), Just(0)];
        (part(24), part(60), part(60), nanos()).prop_map(|(hour, minute, second, nanos)| {
            Time::from_hms_nano(hour, minute, second, nanos).unwrap()
        })
    }

    fn offsets() -> impl Strategy<Value = UtcOffset> + Clone {
        prop_oneof![-93_599..=93_599_i32, Just(0)]
            .prop_map(|seconds| UtcOffset::from_whole_seconds(seconds).unwrap())
    }

    #[test]
    fn local_ones() {
        laws::hold_by_ord(dates());
        laws::hold_by_ord(times());
        laws::hold_by_ord(
            (dates(), times()).prop_map(|(date, time)| PrimitiveDateTime::new(date, time)),
        );
    }

    #[test]
    fn points_of_time() {
        laws::hold_by_ord((dates(), times()).prop_map(|(date, time)| UtcDateTime::new(date, time)));
        let keys = (dates(), times(), offsets()).prop_map(|(date, time, offset)| {
            PrimitiveDateTime::new(date, time).assume_offset(offset)
        });
        laws::hold(keys, |a, b| {
            a.cmp(b).then(a.offset().whole_seconds().cmp(&b.offset().whole_seconds()))
        });
    }

    #[test]
    fn the_offset_is_kept() {
        let offset = UtcOffset::from_whole_seconds(-93_599).unwrap();
        let key = PrimitiveDateTime::new(Date::MAX, Time::MIDNIGHT).assume_offset(offset);
        let back = decode_key::<OffsetDateTime>(&encode_key(&key)).unwrap();
        assert_eq!((back, back.offset()), (key, offset));
    }

    #[test]
    fn spans() {
        let keys = (seconds(), nanos(), any::<bool>()).prop_map(|(seconds, nanos, whole)| {
            let nanos = if whole { 0 } else { nanos.cast_signed() };
            time::Duration::new(seconds, if seconds < 0 { -nanos } else { nanos })
        });
        let fractions = nanos().prop_map(|nanos| time::Duration::nanoseconds(-i64::from(nanos)));
        let ends = prop_oneof![Just(time::Duration::MIN), Just(time::Duration::MAX)];
        laws::hold_by_ord(prop_oneof![keys, fractions, ends]);
    }
}
