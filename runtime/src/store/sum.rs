//! What all rows of a prefix add up to: so it is known whether all of them are there, each as it was written last.
//!
//! A row's checksum tells that somebody wrote it, and not when: one that is as it was some states ago looks sound,
//! and of one that is missing nothing is left to look at. Every commit adds what it writes to the sum in the head
//! row, and takes away what it replaces and deletes.

/// What a row adds to the sum: its checksum is among these bytes, in front or behind.
#[inline]
pub(crate) fn weight(row: &[u8]) -> u64 {
    let half =
        |bytes: Option<&[u8; 4]>| u64::from(bytes.map_or(1, |bytes| u32::from_le_bytes(*bytes)));
    half(row.first_chunk()) | half(row.last_chunk()) << 32
}
