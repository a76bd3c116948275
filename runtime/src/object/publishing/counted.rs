//! How many references hold an object or a collection.

use crate::{
    Result,
    object::objects::Objects,
    store::{Oid, Table, oid_key, take_varint},
};

impl Objects {
    /// How many references, index entries and names hold it, as this view shows it.
    pub(crate) fn references_to(&self, oid: Oid) -> Result<u64> {
        let key = oid_key(oid);
        let damaged =
            || self.store().corrupt(Table::Counts, key.as_bytes(), "the count is damaged");
        let (pending, stored) = self.view().counted(oid)?;
        let stored = match stored {
            Some(row) => take_varint(&mut &row[..]).ok_or_else(damaged)?,
            None => 0,
        };
        Ok(stored.saturating_add_signed(pending))
    }
}
