//! The dates and times of the `chrono` crate.

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc,
};

use super::{Key, KeyFault, KeyKind, KeyReader, moment};
use crate::key_impls;

/// From the day before 1 January of year 1 to 1 January 1970.
const DAYS_BEFORE_1970: i32 = 719_163;

key_impls!(NaiveDate, NaiveTime, NaiveDateTime, DateTime<Utc>, DateTime<FixedOffset>, TimeDelta);

/// Days since 1970.
impl Key for NaiveDate {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Date
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        (self.num_days_from_ce() - DAYS_BEFORE_1970).write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let days = i32::read_key(input)?.checked_add(DAYS_BEFORE_1970);
        days.and_then(Self::from_num_days_from_ce_opt).ok_or(KeyFault::Range)
    }
}

/// Seconds since midnight and nanoseconds since; those of a leap second go on to 1,999,999,999.
impl Key for NaiveTime {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Time
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        (self.num_seconds_from_midnight(), self.nanosecond()).write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let (seconds, nanos) = <(u32, u32)>::read_key(input)?;
        // A leap second is allowed after any second only when set apart from it.
        Self::from_num_seconds_from_midnight_opt(seconds, 0)
            .and_then(|second| second.with_nanosecond(nanos))
            .ok_or(KeyFault::Range)
    }
}

/// As if it were in UTC.
impl Key for NaiveDateTime {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::DateTime
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        (self.and_utc().timestamp(), self.nanosecond()).write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let (seconds, nanos) = <(i64, u32)>::read_key(input)?;
        DateTime::from_timestamp(seconds, 0)
            .and_then(|second| second.naive_utc().with_nanosecond(nanos))
            .ok_or(KeyFault::Range)
    }
}

impl Key for DateTime<Utc> {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Instant
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        self.naive_utc().write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        Ok(NaiveDateTime::read_key(input)?.and_utc())
    }
}

/// By instant, as `Ord` has it; the offset comes last, so that it isn't lost. One instant at two
/// offsets is two keys, though `==` holds between them.
impl Key for DateTime<FixedOffset> {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::ZonedInstant
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        self.naive_utc().write_key(out);
        self.offset().local_minus_utc().write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let utc = NaiveDateTime::read_key(input)?;
        let offset = FixedOffset::east_opt(i32::read_key(input)?).ok_or(KeyFault::Range)?;
        Ok(Self::from_naive_utc_and_offset(utc, offset))
    }
}

impl Key for TimeDelta {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Duration
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        moment::rounded_down(i128::from(self.num_seconds()), self.subsec_nanos()).write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let (seconds, nanos) = moment::read_moment(input)?;
        Self::new(seconds, nanos).ok_or(KeyFault::Range)
    }
}
