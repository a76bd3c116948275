//! Whether the chunks of an array stay within its length.

use db0_runtime::{ElementCheck, object::varint};

use super::chunks::{CHUNK, parse};
use crate::header::Header;

/// Looks at chunks, one after another.
pub(crate) struct ArrayCheck {
    /// How many bytes all elements take.
    bytes: u64,
}

impl ArrayCheck {
    pub(crate) fn new(Header { length, mut rest }: Header<'_>) -> Result<Self, String> {
        let width = varint::take(&mut rest).filter(|width| *width > 0 && rest.is_empty());
        let bytes = width.and_then(|width| length.checked_mul(width));
        bytes.map(|bytes| Self { bytes }).ok_or_else(|| "the header is damaged".into())
    }
}

impl ElementCheck for ArrayCheck {
    fn row(&mut self, mut key: &[u8], row: &[u8]) -> Result<(), String> {
        let number = varint::take_ordered(&mut key).filter(|_| key.is_empty());
        let data = parse(row).ok_or("the chunk is damaged")?;
        let end = number
            .and_then(|number| number.checked_mul(CHUNK as u64))
            .and_then(|start| start.checked_add(data.len() as u64));
        if end.is_some_and(|end| end <= self.bytes) {
            Ok(())
        } else {
            Err("a chunk is beyond the end".into())
        }
    }

    fn end(self: Box<Self>) -> Result<(), String> {
        Ok(()) // what has no chunk is zeros
    }
}
