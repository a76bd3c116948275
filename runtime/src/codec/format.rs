//! The extension kinds: what db0 writes where MessagePack has no form of its own.

use std::time::{Duration, SystemTime};

use super::fault::Error;

/// The kinds of references: 1 to 15.
pub(crate) const REFERENCE_KINDS: std::ops::RangeInclusive<u8> = 1..=15;
/// An integer beyond 64 bits: 16 bytes, big-endian, two's complement.
pub(crate) const INT: u8 = 16;
/// An integer above `i128::MAX`: 16 bytes, big-endian.
pub(crate) const UINT: u8 = 17;
/// `Some` around what is written as nil: one byte, the number of `Some`s.
pub(crate) const SOME: u8 = 18;
/// A point in time: MessagePack's own timestamp, kind -1.
pub(crate) const TIME: u8 = 0xff;

/// Marks a newtype struct whose bytes are kind and payload of a reference.
pub(crate) const REFERENCE_NAME: &str = "$db0:reference";
/// Marks a newtype struct whose bytes are those of [`Time::to_bytes`].
pub(crate) const TIME_NAME: &str = "$db0:time";
/// Asks the decoder for a value's undecoded bytes.
pub(crate) const RAW_NAME: &str = "$db0:raw";

/// The fields under which serde reads a `SystemTime`.
pub(crate) const SERDE_SECS: &str = "secs_since_epoch";
pub(crate) const SERDE_NANOS: &str = "nanos_since_epoch";

const NANOS_PER_SEC: u32 = 1_000_000_000;

/// A point in time as it is stored: it may lie outside what this machine's clock can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time {
    secs: i64,
    nanos: u32,
}

impl Time {
    /// `secs` after (or before) 1970, and `nanos` after that; `None` from a billion nanoseconds on.
    ///
    /// ```
    /// use db0_runtime::codec::Time;
    ///
    /// let time = Time::new(-1, 500_000_000).expect("half a second before 1970");
    /// assert_eq!((time.secs(), time.nanos()), (-1, 500_000_000));
    /// assert!(Time::new(0, 1_000_000_000).is_none());
    /// ```
    pub const fn new(secs: i64, nanos: u32) -> Option<Self> {
        if nanos < NANOS_PER_SEC { Some(Self { secs, nanos }) } else { None }
    }

    /// Whole seconds since 1970, rounded down.
    pub const fn secs(self) -> i64 {
        self.secs
    }

    /// Nanoseconds after that second.
    pub const fn nanos(self) -> u32 {
        self.nanos
    }

    /// The same as a `SystemTime`, if this machine can show it.
    pub fn system_time(self) -> Option<SystemTime> {
        let secs = Duration::from_secs(self.secs.unsigned_abs());
        let whole = if self.secs < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(secs)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(secs)
        };
        whole?.checked_add(Duration::from_nanos(self.nanos.into()))
    }

    /// Seconds and nanoseconds, big-endian.
    pub(crate) fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&self.secs.to_be_bytes());
        bytes[8..].copy_from_slice(&self.nanos.to_be_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: [u8; 12]) -> Option<Self> {
        let [secs @ .., a, b, c, d] = bytes;
        Self::new(i64::from_be_bytes(secs), u32::from_be_bytes([a, b, c, d]))
    }

    /// The payload of the extension: 4, 8 or 12 bytes, the shortest that will do.
    pub(super) fn payload(self, buffer: &mut [u8; 12]) -> &[u8] {
        if self.nanos == 0
            && let Ok(secs) = u32::try_from(self.secs)
        {
            buffer[..4].copy_from_slice(&secs.to_be_bytes());
            return &buffer[..4];
        }
        if let Ok(secs) = u64::try_from(self.secs)
            && secs >> 34 == 0
        {
            let packed = u64::from(self.nanos) << 34 | secs;
            buffer[..8].copy_from_slice(&packed.to_be_bytes());
            return &buffer[..8];
        }
        buffer[..4].copy_from_slice(&self.nanos.to_be_bytes());
        buffer[4..].copy_from_slice(&self.secs.to_be_bytes());
        &buffer[..]
    }

    pub(super) fn from_payload(payload: &[u8]) -> Result<Self, Error> {
        let parts = match payload.len() {
            4 => payload.try_into().map(|secs| (u32::from_be_bytes(secs).into(), 0)).ok(),
            8 => payload.try_into().map(u64::from_be_bytes).ok().and_then(|packed| {
                let secs = (packed & ((1 << 34) - 1)).cast_signed();
                // Thirty bits always fit.
                u32::try_from(packed >> 34).ok().map(|nanos| (secs, nanos))
            }),
            12 => payload.split_first_chunk().and_then(|(&nanos, secs)| {
                let secs = secs.try_into().map(i64::from_be_bytes).ok()?;
                Some((secs, u32::from_be_bytes(nanos)))
            }),
            _ => None,
        };
        parts
            .and_then(|(secs, nanos)| Self::new(secs, nanos))
            .ok_or_else(|| Error::new("a malformed time"))
    }
}

impl TryFrom<SystemTime> for Time {
    type Error = TimeRange;

    fn try_from(time: SystemTime) -> Result<Self, TimeRange> {
        let parts = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => {
                i64::try_from(after.as_secs()).ok().map(|secs| (secs, after.subsec_nanos()))
            }
            Err(before) => {
                let before = before.duration();
                // Rounded down: half a second before 1970 is second -1 and half a second more.
                let borrow = u32::from(before.subsec_nanos() > 0);
                let secs = 0i64.checked_sub_unsigned(before.as_secs());
                secs.and_then(|secs| secs.checked_sub(borrow.into()))
                    .map(|secs| (secs, borrow * NANOS_PER_SEC - before.subsec_nanos()))
            }
        };
        parts.map(|(secs, nanos)| Self { secs, nanos }).ok_or(TimeRange)
    }
}

/// A time so far from 1970 that 64 bits don't hold its seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange;

impl std::fmt::Display for TimeRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the time is too far from 1970")
    }
}

impl std::error::Error for TimeRange {}

/// An integer that MessagePack's own 64 bits don't hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wide {
    Int(i128),
    /// Above `i128::MAX`.
    UInt(u128),
}

impl Wide {
    pub(super) fn from_payload(kind: u8, payload: &[u8]) -> Result<Self, Error> {
        let bytes: [u8; 16] =
            payload.try_into().map_err(|_| Error::new("a malformed integer of 128 bits"))?;
        if kind == INT {
            return Ok(Self::Int(i128::from_be_bytes(bytes)));
        }
        let value = u128::from_be_bytes(bytes);
        Ok(i128::try_from(value).map_or(Self::UInt(value), Self::Int))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_time_keeps_every_bit(secs in any::<i64>(), nanos in 0..NANOS_PER_SEC) {
            let time = Time::new(secs, nanos).expect("nanos are in range");
            prop_assert_eq!(Time::from_bytes(time.to_bytes()), Some(time));
            let mut buffer = [0; 12];
            prop_assert_eq!(Time::from_payload(time.payload(&mut buffer)).ok(), Some(time));
            if let Some(system) = time.system_time() {
                prop_assert_eq!(Time::try_from(system), Ok(time));
            }
        }
    }

    #[test]
    fn a_time_is_as_short_as_can_be() {
        let length =
            |secs, nanos| Time::new(secs, nanos).expect("in range").payload(&mut [0; 12]).len();
        assert_eq!(length(0, 0), 4);
        assert_eq!(length(u32::MAX.into(), 0), 4);
        assert_eq!(length(0, 1), 8);
        assert_eq!(length((1 << 34) - 1, 999_999_999), 8);
        assert_eq!(length(1 << 34, 0), 12);
        assert_eq!(length(-1, 0), 12);
    }

    #[test]
    fn a_malformed_time_is_refused() {
        for payload in [&[][..], &[0; 3], &[0; 7], &[0xff; 8], &[0xff; 12], &[0; 13]] {
            assert!(Time::from_payload(payload).is_err(), "{payload:?}");
        }
    }
}
