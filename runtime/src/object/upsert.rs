//! Putting one element of a collection: what it replaces is looked for once, and only where it may be.

use super::objects::Objects;
use crate::{
    Result,
    store::{Below, LayerRows, Oid, RowBytes, RowKey, Table, Upserted, oid_key},
};

impl Objects {
    /// Puts the element at `key` of a collection, and publishes that. `make` gets the row that is
    /// there, and the collection's header; it makes the new row and changes the header, or does
    /// nothing, and must not run the user's code. `then` goes on in the same step. The caller has the
    /// turn. False if nothing was done, as where the collection has no header yet.
    pub(super) fn upsert<M>(
        &self,
        oid: Oid,
        key: RowKey,
        make: M,
        then: impl FnOnce(&mut LayerRows),
    ) -> Result<bool>
    where
        M: FnOnce(Option<&[u8]>, &mut Vec<u8>) -> Option<RowBytes>,
    {
        let front = oid_key(oid);
        let (mut then, mut has_run) = (Some(then), false);
        let mut finish = |rows: &mut LayerRows, upserted| {
            if matches!(upserted, Upserted::Done(true))
                && let Some(then) = then.take()
            {
                then(rows);
            }
            upserted
        };
        let upserted = self.write_rows_of(oid, |rows, below| {
            let below = below.map_or(Below::Unknown, Below::Layers);
            let upserted = rows.upsert(key, front, below, make);
            has_run = rows.has_run();
            finish(rows, upserted)
        });
        let (key, make, has_header) = match upserted {
            Upserted::Done(done) => return Ok(done),
            Upserted::Unknown { key, make, has_header } => (key, make, has_header),
        };
        // Nobody else changes rows meanwhile. The layer is not asked again, if all of it is in memory.
        let asked = usize::from(!has_run);
        let store = self.store();
        let row = |row: &[u8]| RowBytes::from(row);
        let row = store.get_below(asked, Table::Elements, key.as_bytes(), row)?;
        let header = if has_header {
            None
        } else {
            store.get_below(0, Table::Headers, front.as_bytes(), <[u8]>::to_vec)?
        };
        let upserted = self.write_rows(|rows| {
            let below = Below::Found { row: row.as_deref(), header: header.as_deref() };
            let upserted = rows.upsert(key, front, below, make);
            finish(rows, upserted)
        });
        Ok(matches!(upserted, Upserted::Done(true)))
    }
}
