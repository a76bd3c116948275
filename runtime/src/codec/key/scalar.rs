//! The types of fixed form: unit, bool, char, uuid.

use uuid::Uuid;

use super::{Key, KeyFault, KeyKind, KeyReader};
use crate::key_impls;

key_impls!((), bool, char, Uuid);

/// No bytes at all: there is nothing to tell apart.
impl Key for () {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Unit
    }

    #[inline]
    fn write_key(&self, _out: &mut Vec<u8>) {}

    #[inline]
    fn read_key(_input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        Ok(())
    }
}

/// 00 or 01.
impl Key for bool {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Bool
    }

    #[inline]
    fn write_key(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    #[inline]
    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        match input.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(KeyFault::Form),
        }
    }
}

/// Its UTF-8, which sorts by code point and whose first byte tells its length.
impl Key for char {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Char
    }

    #[inline]
    fn write_key(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        let mut utf8 = [input.byte()?, 0, 0, 0];
        let len = match utf8[0] {
            0..0x80 => 1,
            0x80..0xE0 => 2,
            0xE0..0xF0 => 3,
            0xF0.. => 4,
        };
        for byte in &mut utf8[1..len] {
            *byte = input.byte()?;
        }
        let text = str::from_utf8(&utf8[..len]).map_err(|_| KeyFault::Utf8)?;
        text.chars().next().ok_or(KeyFault::Utf8)
    }
}

/// Its 16 bytes.
impl Key for Uuid {
    const PLAIN: bool = true;

    fn kind() -> KeyKind {
        KeyKind::Uuid
    }

    #[inline]
    fn write_key(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    #[inline]
    fn read_key(input: &mut KeyReader<'_>) -> Result<Self, KeyFault> {
        Ok(Self::from_bytes(input.array()?))
    }
}
