//! The rows of a list: nodes by their numbers.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use db0_runtime::{Result, object::RowReader};

use crate::number_key::NumberKey;

/// The number of the last leaf, which is in no tree: appending changes this row and the header.
pub(crate) const TAIL: u64 = 0;

/// Things by the numbers of nodes.
pub(super) type ByNumber<V> = HashMap<u64, V, BuildHasherDefault<Spread>>;

/// Spreads node numbers, which nobody chooses to do harm, over a table.
#[derive(Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte) ^ self.0));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Reads the row of a node; that it is missing, or makes no sense to `read`, is damage.
pub(super) fn read<R>(
    reader: &RowReader,
    node: u64,
    read: impl FnOnce(&[u8]) -> Option<R>,
) -> Result<R> {
    let found = reader.get(NumberKey::of(node).as_bytes(), read)?;
    match found {
        Some(Some(found)) => Ok(found),
        Some(None) => Err(reader.damaged("a node of the list is damaged")),
        None => Err(reader.damaged("a node of the list is missing")),
    }
}
