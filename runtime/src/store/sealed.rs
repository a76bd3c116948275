//! Rows without a past, and so without an envelope: behind what they say stands a checksum.
//!
//! ```text
//! body
//! checksum u32   over table, key and body
//! ```

use super::{
    envelope::{Envelope, checksum},
    history::log,
    reading::past::Disk,
    table::Table,
    varint,
    writing::writer::Writer,
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

/// An old row of the log, or of what is kept of it, is in the envelope that it had in its own table.
fn is_old(table: Table, key: &[u8]) -> bool {
    let mut rest = key;
    match table {
        Table::Log => log::split(key).is_some_and(|(_, kind, _)| kind == log::Kind::Old as u8),
        Table::Kept => {
            varint::take_ordered(&mut rest).is_some() && rest.first() != Some(&(Table::Log as u8))
        }
        _ => false,
    }
}

/// As [`body_of`], of any row: an old one of the log is looked at in its own envelope, and given with it.
pub(crate) fn checked<'r>(
    table: Table,
    key: &[u8],
    row: &'r [u8],
) -> Result<&'r [u8], &'static str> {
    if !is_old(table, key) {
        return body_of(table, key, row);
    }
    let damaged = "the key is damaged";
    let mut rest = key;
    varint::take_ordered(&mut rest).ok_or(damaged)?;
    if table == Table::Log {
        rest = rest.get(1..).ok_or(damaged)?;
    }
    let (number, own) = rest.split_first().ok_or(damaged)?;
    let own_table = Table::of_number(*number).filter(|table| table.is_versioned());
    Envelope::open(own_table.ok_or("it is of no table")?, own, row).map(|_| row)
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
