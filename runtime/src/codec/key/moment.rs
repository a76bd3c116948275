//! `Duration` and `SystemTime`, and the form that all spans and points of time share.
//!
//! Whole seconds (rounded down) as an integer, then the nanoseconds since as another one, so that
//! whole seconds stay short. Points of time count from 1970 in UTC and may lie before it.

use std::time::{Duration, SystemTime};

use super::{Key, KeyFault, KeyKind, KeyReader};
use crate::key_impls;

const NANOS_PER_SECOND: u32 = 1_000_000_000;

/// Seconds and nanoseconds of one sign, as seconds rounded down and the nanoseconds since.
#[inline]
pub(super) fn rounded_down(seconds: i128, nanos: i32) -> (i128, u32) {
    match u32::try_from(nanos) {
        Ok(nanos) => (seconds, nanos),
        Err(_) => (seconds - 1, NANOS_PER_SECOND - nanos.unsigned_abs()),
    }
}

/// Takes seconds of the type's own range and the nanoseconds since.
#[inline]
pub(super) fn read_moment<S: Key>(input: &mut KeyReader<'_>) -> Result<(S, u32), KeyFault> {
    let (seconds, nanos) = <(S, u32)>::read_key(input)?;
    if nanos < NANOS_PER_SECOND { Ok((seconds, nanos)) } else { Err(KeyFault::Range) }
}

key_impls!(Duration, SystemTime);

impl Key for Duration {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Duration
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        (self.as_secs(), self.subsec_nanos()).write_key(out);
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let (seconds, nanos) = read_moment(input)?;
        Ok(Self::new(seconds, nanos))
    }
}

impl Key for SystemTime {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Instant
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        match self.duration_since(Self::UNIX_EPOCH) {
            Ok(after) => after.write_key(out),
            Err(before) => {
                let before = before.duration();
                let nanos = -before.subsec_nanos().cast_signed();
                rounded_down(-i128::from(before.as_secs()), nanos).write_key(out);
            }
        }
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let (seconds, nanos) = read_moment::<i64>(input)?;
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let second = if seconds < 0 {
            Self::UNIX_EPOCH.checked_sub(whole)
        } else {
            Self::UNIX_EPOCH.checked_add(whole)
        };
        let nanos = Duration::from_nanos(u64::from(nanos));
        second.and_then(|second| second.checked_add(nanos)).ok_or(KeyFault::Range)
    }
}
