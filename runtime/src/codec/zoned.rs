//! Times of `chrono` whose offset has seconds, as text. `chrono` itself leaves these seconds out of the
//! text, and so changes the instant; it still does where a type passes its own serializer on to them, as
//! untagged variants and `#[serde(transparent)]` do.

use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDateTime};

/// The length of `+05:30:17`.
const OFFSET_LEN: usize = 9;

/// The text of a time, if `chrono` would lose a part of it.
pub(super) fn write(time: &DateTime<FixedOffset>) -> Option<String> {
    if time.offset().local_minus_utc() % 60 == 0 {
        return None;
    }
    let local = time.naive_utc().checked_add_offset(*time.offset())?;
    Some(format!("{local:?}{}", time.offset()))
}

/// The time that a text of [`write`] is.
pub(super) fn read(text: &str) -> Option<DateTime<FixedOffset>> {
    let (local, offset) = text.split_at_checked(text.len().checked_sub(OFFSET_LEN)?)?;
    let &[sign @ (b'+' | b'-'), h, hh, b':', m, mm, b':', s, ss] = offset.as_bytes() else {
        return None;
    };
    let digit = |digit: u8| digit.is_ascii_digit().then(|| i32::from(digit - b'0'));
    let number = |tens, ones| Some(digit(tens)? * 10 + digit(ones)?);
    let (hours, minutes, seconds) = (number(h, hh)?, number(m, mm)?, number(s, ss)?);
    let east = (hours * 60 + minutes) * 60 + seconds;
    let offset = FixedOffset::east_opt(if sign == b'-' { -east } else { east })?;
    let utc = NaiveDateTime::from_str(local).ok()?.checked_sub_offset(offset)?;
    Some(DateTime::from_naive_utc_and_offset(utc, offset))
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::codec::{decode, encode};

    fn at(seconds: i64, nanos: u32, east: i32) -> DateTime<FixedOffset> {
        let utc = DateTime::from_timestamp(seconds, nanos).expect("a time");
        utc.with_timezone(&FixedOffset::east_opt(east).expect("less than a day"))
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Wrapped(DateTime<FixedOffset>);

    type Times = (DateTime<FixedOffset>, Option<DateTime<FixedOffset>>, Vec<Wrapped>);

    #[test]
    fn seconds_of_an_offset_are_kept() {
        for east in [17, -17, 19_817, -86_399, 86_399, 0, 3_600] {
            for time in [at(1_000_000_000, 123_456_789, east), at(-99_999_999_999, 1, east)] {
                let value = (time, Some(time), vec![Wrapped(time)]);
                let mut bytes = Vec::new();
                encode(&value, &mut bytes).expect("it can be stored");
                let back: Times = decode(&bytes).expect("it can be read");
                assert_eq!(back, value);
                assert_eq!((back.0.offset(), back.2[0].0.offset()), (time.offset(), time.offset()));
                let utc: DateTime<chrono::Utc> = {
                    let mut bytes = Vec::new();
                    encode(&time, &mut bytes).expect("it can be stored");
                    decode(&bytes).expect("the same instant")
                };
                assert_eq!(utc, time);
            }
        }
    }

    #[test]
    fn other_texts_are_left_to_chrono() {
        for text in ["", "+05:30:17", "2001-09-09T07:16:57+05:30", "é1:22:333", "x+05:3a:17"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("2001-09-09T07:16:57+99:30:17"), None);
    }
}
