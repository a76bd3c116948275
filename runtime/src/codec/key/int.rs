//! Integers of every width, in one encoding.
//!
//! ```text
//! 10 … 1F    negative, 16 … 1 bytes follow: the complement of -1 - value, big-endian, shortest
//! 20 … DF    -64 … 127
//! E0 … EF    positive, 1 … 16 bytes follow: the value, big-endian, shortest
//! ```
//! The type plays no part, so that an index on a `u32` serves when the field becomes an `i64`.

use std::num::NonZero;

use super::{Key, KeyFault, KeyKind, KeyReader};
use crate::key_impls;

const ZERO: u8 = 0x60;
const LESS: u8 = 0x20;
const MORE: u8 = 0xDF;
const INLINE_MAX: u64 = 127;
/// The last `-1 - value` that is a header by itself.
const INLINE_COMPLEMENT_MAX: u64 = 63;

/// An integer of the full range that keys can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Int {
    /// The value.
    Positive(u128),
    /// `-1 - value`.
    Negative(u128),
}

impl Int {
    /// Takes an integer from the front of `input`.
    #[inline]
    pub(super) fn read(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        match input.byte()? {
            header @ ZERO..=MORE => Ok(Self::Positive(u128::from(header - ZERO))),
            header @ LESS..ZERO => Ok(Self::Negative(u128::from(ZERO - 1 - header))),
            header @ 0xE0..=0xEF => {
                let value = shortest(input, header - MORE, 0, INLINE_MAX)?;
                Ok(Self::Positive(value))
            }
            header @ 0x10..=0x1F => {
                let value = shortest(input, LESS - header, u128::MAX, INLINE_COMPLEMENT_MAX)?;
                Ok(Self::Negative(value))
            }
            _ => Err(KeyFault::Form),
        }
    }

    /// Appends the encoding.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Positive(value) => write_u128(value, out),
            Self::Negative(complement) => write_negative_u128(complement, out),
        }
    }
}

impl From<i128> for Int {
    fn from(value: i128) -> Self {
        u128::try_from(value)
            .map_or_else(|_| Self::Negative((!value).unsigned_abs()), Self::Positive)
    }
}

/// A number of `len` bytes, flipped with `flip`, that would not fit in fewer, nor in a header.
#[inline]
fn shortest(
    input: &mut KeyReader<'_>,
    len: u8,
    flip: u128,
    inline_max: u64,
) -> Result<u128, KeyFault> {
    let unused = 128 - 8 * u32::from(len);
    let number = input.number(usize::from(len))? ^ (flip >> unused);
    if number.leading_zeros() >= unused + 8 || number <= u128::from(inline_max) {
        return Err(KeyFault::NotCanonical);
    }
    Ok(number)
}

/// How many bytes `number` (not zero) needs.
#[inline]
fn width(number: u64) -> u8 {
    // At most 8, so the low byte is all of it.
    (8 - number.leading_zeros() / 8).to_le_bytes()[0]
}

#[inline]
fn write_u64(value: u64, out: &mut Vec<u8>) {
    if value <= INLINE_MAX {
        out.push(ZERO + value.to_le_bytes()[0]);
    } else {
        let width = width(value);
        write_bytes(MORE + width, width, value, out);
    }
}

#[inline]
fn write_negative_u64(complement: u64, out: &mut Vec<u8>) {
    if complement <= INLINE_COMPLEMENT_MAX {
        out.push(ZERO - 1 - complement.to_le_bytes()[0]);
    } else {
        let width = width(complement);
        write_bytes(LESS - width, width, !complement, out);
    }
}

/// Appends `header` and the low `width` bytes of `number`.
#[inline]
fn write_bytes(header: u8, width: u8, number: u64, out: &mut Vec<u8>) {
    let mut bytes = [header; 9];
    bytes[1..].copy_from_slice(&(number << (64 - 8 * u32::from(width))).to_be_bytes());
    // A copy of fixed length, cut afterwards, is three times as fast as one of the right length.
    let end = out.len() + 1 + usize::from(width);
    out.extend_from_slice(&bytes);
    out.truncate(end);
}

fn write_u128(value: u128, out: &mut Vec<u8>) {
    match u64::try_from(value) {
        Ok(value) => write_u64(value, out),
        Err(_) => write_wide(value, 0, out),
    }
}

fn write_negative_u128(complement: u128, out: &mut Vec<u8>) {
    match u64::try_from(complement) {
        Ok(complement) => write_negative_u64(complement, out),
        Err(_) => write_wide(complement, 0xFF, out),
    }
}

/// Appends a number of more than eight bytes, as its complement if `flip` is all ones.
fn write_wide(number: u128, flip: u8, out: &mut Vec<u8>) {
    let bytes = number.to_be_bytes();
    let unused = (number.leading_zeros() / 8).to_le_bytes()[0];
    let width = 16 - unused;
    out.push(if flip == 0 { MORE + width } else { LESS - width });
    out.extend(bytes[usize::from(unused)..].iter().map(|byte| byte ^ flip));
}

macro_rules! int_key {
    ($int:ty, $this:ident, $out:ident => $write:expr, $complement:ident => $negative:expr $(, $as_bytes:item)?) => {
        impl Key for $int {
            const PLAIN: bool = true;

            fn kind() -> KeyKind {
                KeyKind::Int
            }

            #[inline]
            fn write_key(&self, $out: &mut Vec<u8>) {
                let $this = *self;
                $write;
            }

            #[inline]
            fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
                match Int::read(input)? {
                    Int::Positive(value) => Self::try_from(value).map_err(|_| KeyFault::Range),
                    Int::Negative($complement) => $negative,
                }
            }
            $($as_bytes)?
        }

        impl Key for NonZero<$int> {
             const PLAIN: bool = true;

            fn kind() -> KeyKind {
                KeyKind::Int
            }

            #[inline]
            fn write_key(&self, out: &mut Vec<u8>) {
                self.get().write_key(out);
            }

            #[inline]
            fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
                Self::new(<$int>::read_key(input)?).ok_or(KeyFault::Range)
            }
        }

        key_impls!($int, NonZero<$int>);
    };
}

macro_rules! unsigned_key {
    ($($int:ty),+) => { $(int_key!($int, value, out => write_u64(u64::from(value), out), _complement => Err(KeyFault::Range));)+ };
}

macro_rules! signed_key {
    ($($int:ty),+) => { $(int_key!(
        $int,
        value, out => match u64::try_from(value) {
            Ok(value) => write_u64(value, out),
            Err(_) => write_negative_u64(i64::from(!value).unsigned_abs(), out),
        },
        complement => Self::try_from(complement).map(|complement| !complement).map_err(|_| KeyFault::Range)
    );)+ };
}

unsigned_key!(u16, u32, u64);
signed_key!(i8, i16, i32, i64);

int_key!(
    u8,
    value, out => write_u64(u64::from(value), out),
    _complement => Err(KeyFault::Range),
    fn as_bytes(items: &[Self]) -> Option<&[u8]> {
        Some(items)
    }
);
int_key!(usize, value, out => write_u128(value as u128, out), _complement => Err(KeyFault::Range));
int_key!(u128, value, out => write_u128(value, out), _complement => Err(KeyFault::Range));
int_key!(
    isize,
    value, out => Int::from(value as i128).write(out),
    complement => Self::try_from(complement).map(|complement| !complement).map_err(|_| KeyFault::Range)
);
int_key!(
    i128,
    value, out => Int::from(value).write(out),
    complement => Self::try_from(complement).map(|complement| !complement).map_err(|_| KeyFault::Range)
);
