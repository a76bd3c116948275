//! The dates and times of the `time` crate, in the forms of `chrono`'s.

use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time, UtcDateTime, UtcOffset};

use super::{Key, KeyFault, KeyKind, KeyReader, moment};
use crate::key_impls;

/// The Julian day of 1 January 1970.
const JULIAN_1970: i32 = 2_440_588;
const SECONDS_PER_HOUR: u32 = 3_600;

key_impls!(Date, Time, PrimitiveDateTime, UtcDateTime, OffsetDateTime, Duration);

/// Days since 1970.
impl Key for Date {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Date
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        (self.to_julian_day() - JULIAN_1970).write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let days = i32::read_key(input)?.checked_add(JULIAN_1970).ok_or(KeyFault::Range)?;
        Self::from_julian_day(days).map_err(|_| KeyFault::Range)
    }
}

/// Seconds since midnight and nanoseconds since.
impl Key for Time {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Time
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        let (hour, minute, second, nanos) = self.as_hms_nano();
        let seconds =
            u32::from(hour) * SECONDS_PER_HOUR + u32::from(minute) * 60 + u32::from(second);
        (seconds, nanos).write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let (seconds, nanos) = moment::read_moment::<u32>(input)?;
        let part = |number: u32| u8::try_from(number).map_err(|_| KeyFault::Range);
        let (hour, minute) = (part(seconds / SECONDS_PER_HOUR)?, part(seconds / 60 % 60)?);
        Self::from_hms_nano(hour, minute, part(seconds % 60)?, nanos).map_err(|_| KeyFault::Range)
    }
}

/// As if it were in UTC.
impl Key for PrimitiveDateTime {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::DateTime
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        self.as_utc().write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let utc = UtcDateTime::read_key(input)?;
        Ok(Self::new(utc.date(), utc.time()))
    }
}

impl Key for UtcDateTime {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Instant
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        (self.unix_timestamp(), self.nanosecond()).write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let (seconds, nanos) = moment::read_moment(input)?;
        at(seconds, nanos)
    }
}

/// By instant, as `Ord` has it; the offset comes last, so that it isn't lost. One instant at two
/// offsets is two keys, though `==` holds between them.
impl Key for OffsetDateTime {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::ZonedInstant
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        (self.unix_timestamp(), self.nanosecond(), self.offset().whole_seconds()).write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let (seconds, nanos) = moment::read_moment::<i64>(input)?;
        let offset =
            UtcOffset::from_whole_seconds(i32::read_key(input)?).map_err(|_| KeyFault::Range)?;
        // By way of the local time: near the ends of the range, UTC may lie outside of it.
        let local =
            seconds.checked_add(i64::from(offset.whole_seconds())).ok_or(KeyFault::Range)?;
        let local = at(local, nanos)?;
        Ok(PrimitiveDateTime::new(local.date(), local.time()).assume_offset(offset))
    }
}

impl Key for Duration {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Duration
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        let seconds = i128::from(self.whole_seconds());
        moment::rounded_down(seconds, self.subsec_nanoseconds()).write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let (seconds, nanos) = moment::read_moment::<i128>(input)?;
        // The type keeps both parts of one sign: seconds are rounded towards zero in it.
        let (seconds, nanos) = if seconds < 0 && nanos > 0 {
            (seconds + 1, nanos.cast_signed() - 1_000_000_000)
        } else {
            (seconds, nanos.cast_signed())
        };
        Ok(Self::new(i64::try_from(seconds).map_err(|_| KeyFault::Range)?, nanos))
    }
}

fn at(seconds: i64, nanos: u32) -> Result<UtcDateTime, KeyFault> {
    UtcDateTime::from_unix_timestamp(seconds)
        .and_then(|second| second.replace_nanosecond(nanos))
        .map_err(|_| KeyFault::Range)
}
