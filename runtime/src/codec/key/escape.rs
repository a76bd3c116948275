//! Bytes of any length that end themselves: the form of text and bytes in keys.
//!
//! ```text
//! 00         the end
//! 01 01      a byte 00
//! 01 02      a byte 01
//! 02 … FF    themselves
//! ```
//! No code is the beginning of another one, so neither is a whole key: whatever follows in a
//! composite, it can't be taken for a part of the text, and the complement sorts exactly the other
//! way round. (Escaping 00 as 00 FF would lose both as soon as the next component begins with FF.)

use super::KeyFault;

const END: u8 = 0;
const ESCAPE: u8 = 1;

/// Appends `bytes` without the terminator: the common beginning of all that start with `bytes`.
pub(super) fn write_open(bytes: &[u8], out: &mut Vec<u8>) {
    if plain_len(bytes, 0).is_none() {
        out.extend_from_slice(bytes);
        return;
    }
    for &byte in bytes {
        if byte > ESCAPE {
            out.push(byte);
        } else {
            out.extend_from_slice(&[ESCAPE, byte + 1]);
        }
    }
}

/// Appends `bytes` and the terminator.
#[inline]
pub(super) fn write(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len() + 1);
    write_open(bytes, out);
    out.push(END);
}

/// Takes the bytes at the front of `input` (each flipped with `flip`); also says how many it took.
pub(super) fn read(input: &[u8], flip: u8) -> Result<(Vec<u8>, usize), KeyFault> {
    let plain = plain_len(input, flip).ok_or(KeyFault::Truncated)?;
    let mut bytes = input[..plain].to_vec();
    if flip != 0 {
        for byte in &mut bytes {
            *byte ^= flip;
        }
    }
    let mut rest = input[plain..].iter().map(|byte| byte ^ flip);
    let mut len = plain;
    loop {
        len += 1;
        match rest.next().ok_or(KeyFault::Truncated)? {
            END => return Ok((bytes, len)),
            ESCAPE => {
                len += 1;
                let code = rest.next().ok_or(KeyFault::Truncated)?;
                if !(1..=2).contains(&code) {
                    return Err(KeyFault::NotCanonical);
                }
                bytes.push(code - 1);
            }
            byte => bytes.push(byte),
        }
    }
}

/// How many bytes stand for themselves before the first that doesn't; none if all do.
#[inline]
fn plain_len(bytes: &[u8], flip: u8) -> Option<usize> {
    let flips = u64::from_ne_bytes([flip; 8]);
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, &word) in words.iter().enumerate() {
        let low = low_bytes(u64::from_le_bytes(word) ^ flips);
        if low != 0 {
            return Some(8 * at + low.trailing_zeros() as usize / 8);
        }
    }
    let tail = rest.iter().position(|byte| byte ^ flip <= ESCAPE)?;
    Some(8 * words.len() + tail)
}

/// Marks the bytes below 2 of eight: the lowest mark is right, those above it may be wrong.
#[inline]
fn low_bytes(word: u64) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([2; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    word.wrapping_sub(LOW) & !word & HIGH
}
