//! Rows without a past, and so without an envelope: behind what they say stands a checksum.
//!
//! ```text
//! body
//! checksum u32   over table, key and body
//! ```

use super::{
    envelope::{Envelope, checksum},
    past::Disk,
    table::Table,
    writer::Writer,
};
use crate::Result;

const CHECKSUM_BYTES: usize = 4;

/// Appends the checksum of a row.
pub(super) fn seal(table: Table, key: &[u8], row: &mut Vec<u8>) {
    let sum = checksum(table, key, row);
    row.extend_from_slice(&sum.to_le_bytes());
}

/// What a row says; `Err` if it is not what was written.
fn unseal<'r>(table: Table, key: &[u8], row: &'r [u8]) -> Result<&'r [u8], &'static str> {
    let len = row.len().checked_sub(CHECKSUM_BYTES).ok_or("the row is too short")?;
    let (body, sum) = row.split_at(len);
    if sum != checksum(table, key, body).to_le_bytes() {
        return Err("the checksum does not fit");
    }
    Ok(body)
}

/// What a row of any table says; of the log, and of what is kept of it, only of those without a past.
pub(crate) fn body_of<'r>(
    table: Table,
    key: &[u8],
    row: &'r [u8],
) -> Result<&'r [u8], &'static str> {
    if table.is_versioned() {
        Envelope::open(table, key, row).map(|row| row.body)
    } else {
        unseal(table, key, row)
    }
}

impl Disk<'_> {
    /// What a row says, of whatever table.
    pub(super) fn strip<'r>(&self, table: Table, key: &[u8], row: &'r [u8]) -> Result<&'r [u8]> {
        body_of(table, key, row).map_err(|why| self.store.corrupt(table, key, why))
    }
}

impl Writer<'_> {
    /// Writes a row without a past.
    pub(crate) fn put_sealed(&mut self, table: Table, key: &[u8], mut row: Vec<u8>) -> Result<()> {
        seal(table, key, &mut row);
        self.put_raw(table, key, &row)
    }

    /// What a row says, of whatever table.
    pub(super) fn strip<'r>(&self, table: Table, key: &[u8], row: &'r [u8]) -> Result<&'r [u8]> {
        body_of(table, key, row).map_err(|why| self.store().corrupt(table, key, why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flipped_bit_is_noticed() {
        let mut row = b"what it says".to_vec();
        seal(Table::Gone, b"key", &mut row);
        assert_eq!(unseal(Table::Gone, b"key", &row), Ok(&b"what it says"[..]));
        for bit in 0..row.len() * 8 {
            let mut bad = row.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(unseal(Table::Gone, b"key", &bad).is_err(), "bit {bit}");
        }
        assert!(unseal(Table::Kept, b"key", &row).is_err());
        assert!(unseal(Table::Gone, b"kez", &row).is_err());
        (0..row.len()).for_each(|len| assert!(unseal(Table::Gone, b"key", &row[..len]).is_err()));
    }
}
