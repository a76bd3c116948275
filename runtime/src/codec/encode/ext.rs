//! What is rewritten in place once it is known what it is: options around nil, and extensions.

use super::encoder::Encoder;
use crate::codec::{
    fault::Error,
    format::{self, Time},
    limits::DEPTH_MAX,
};

const NIL: u8 = 0xc0;
const BIN8: u8 = 0xc4;
const EXT8: u8 = 0xc7;
const FIXEXT1: u8 = 0xd4;
const FIXEXT2: u8 = 0xd5;
const FIXEXT4: u8 = 0xd6;
const FIXEXT8: u8 = 0xd7;
const FIXEXT16: u8 = 0xd8;

impl Encoder<'_> {
    /// Makes the `Some` around what stands at `start` visible, where that would read as `None`.
    #[inline]
    pub(super) fn mark_some(&mut self, start: usize) -> Result<(), Error> {
        match self.out()[start..] {
            [NIL] => {
                self.out().truncate(start);
                self.ext(format::SOME, &[1])
            }
            [FIXEXT1, format::SOME, count] if usize::from(count) < DEPTH_MAX => {
                self.out()[start + 2] = count + 1;
                Ok(())
            }
            [FIXEXT1, format::SOME, _] => Err(Error::too_deep()),
            _ => Ok(()),
        }
    }

    /// Turns the bytes at `start` into an extension, of which the first byte is the kind.
    pub(super) fn bytes_to_ext(&mut self, start: usize) -> Result<(), Error> {
        let out = self.out();
        match out[start..] {
            [BIN8, length, _, ..] => {
                // Header and kind take as many bytes as before, or one less where there is a
                // marker for just this length.
                let marker = match length - 1 {
                    1 => FIXEXT1,
                    2 => FIXEXT2,
                    4 => FIXEXT4,
                    8 => FIXEXT8,
                    16 => FIXEXT16,
                    payload => {
                        out[start] = EXT8;
                        out[start + 1] = payload;
                        return Ok(());
                    }
                };
                out.remove(start);
                out[start] = marker;
                Ok(())
            }
            _ => Err(Error::new("a reference without bytes")),
        }
    }

    /// Turns the bytes of a [`Time`] at `start` into its extension.
    pub(super) fn bytes_to_time(&mut self, start: usize) -> Result<(), Error> {
        let time = match self.out()[start..] {
            [BIN8, 12, ref bytes @ ..] => bytes.try_into().ok().and_then(Time::from_bytes),
            _ => None,
        };
        self.out().truncate(start);
        self.time(time.ok_or_else(|| Error::new("a malformed time"))?)
    }
}
