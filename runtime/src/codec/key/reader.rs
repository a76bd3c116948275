//! Reads key bytes front to back, turned round where a `Desc` turned them.

use super::{KeyFault, escape};

/// A position in the bytes of a key.
#[derive(Debug, Clone)]
pub struct KeyReader<'a> {
    rest: &'a [u8],
    /// What every byte is flipped with: all ones inside an odd number of `Desc`.
    flip: u8,
}

impl<'a> KeyReader<'a> {
    /// Starts at the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, flip: 0 }
    }

    /// Ends the reading: a key has no bytes after its last component.
    pub fn finish(self) -> Result<(), KeyFault> {
        if self.rest.is_empty() { Ok(()) } else { Err(KeyFault::Trailing) }
    }

    /// How many bytes are still to be read.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, KeyFault> {
        let (&first, rest) = self.rest.split_first().ok_or(KeyFault::Truncated)?;
        self.rest = rest;
        Ok(first ^ self.flip)
    }

    /// The next `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], KeyFault> {
        let (&first, rest) = self.rest.split_first_chunk::<N>().ok_or(KeyFault::Truncated)?;
        self.rest = rest;
        Ok(first.map(|byte| byte ^ self.flip))
    }

    /// The next `len` bytes as a big-endian number.
    #[inline]
    pub(super) fn number(&mut self, len: usize) -> Result<u128, KeyFault> {
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(KeyFault::Truncated)?;
        self.rest = rest;
        Ok(bytes.iter().fold(0, |number, &byte| number << 8 | u128::from(byte ^ self.flip)))
    }

    /// Bytes up to and including their terminator, unescaped.
    pub(super) fn escaped(&mut self) -> Result<Vec<u8>, KeyFault> {
        let (bytes, len) = escape::read(self.rest, self.flip)?;
        self.rest = &self.rest[len..];
        Ok(bytes)
    }

    /// Reads with `read` what was written turned round.
    #[inline]
    pub(super) fn reversed<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> R {
        self.flip = !self.flip;
        let result = read(self);
        self.flip = !self.flip;
        result
    }
}
