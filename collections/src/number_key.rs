//! The element keys of rows that have numbers: nodes of lists, chunks of arrays.

use db0_runtime::object::varint;

/// An element key that is a number, and sorts as it does.
#[derive(Clone, Copy)]
pub(crate) struct NumberKey {
    bytes: [u8; varint::ORDERED_BYTES_MAX],
    len: usize,
}

impl NumberKey {
    pub(crate) fn of(number: u64) -> Self {
        let (bytes, len) = varint::ordered(number);
        Self { bytes, len }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}
