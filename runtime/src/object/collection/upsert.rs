//! Putting one element of a collection: what it replaces is looked for once, and only where it may be.

use crate::{
    Result,
    object::objects::Objects,
    store::{Below, LayerRows, Moment, Oid, OidKey, RowBytes, RowKey, Table, Upserted, oid_key},
};

/// An element that is to be put, until it is.
struct Upsert<M, T> {
    /// Its key, and what makes its row.
    what: Option<(RowKey, M)>,
    front: OidKey,
    then: Option<T>,
}

impl<M, T> Upsert<M, T>
where
    M: FnOnce(Option<&[u8]>, &mut Vec<u8>) -> Option<RowBytes>,
    T: FnOnce(&mut LayerRows),
{
    fn key(&self) -> &[u8] {
        self.what.as_ref().map_or(&[], |(key, _)| key.as_bytes())
    }

    fn attempt(&mut self, rows: &mut LayerRows, below: Below<'_>) -> Upserted {
        let upserted = rows.upsert(&mut self.what, self.front, below);
        if matches!(upserted, Upserted::Done { put: true, .. })
            && let Some(then) = self.then.take()
        {
            then(rows);
        }
        upserted
    }

    /// The row below so many layers.
    fn below(&self, objects: &Objects, layers: usize) -> Result<Option<RowBytes>> {
        let bytes = |row: &[u8]| RowBytes::from(row);
        objects.store().get_below(layers, Table::Elements, self.key(), bytes)
    }

    /// Looks for it below first: of those that are put one after the other, most are where the last one
    /// was.
    fn put_over_below(&mut self, objects: &Objects, moment: &Moment) -> Result<Upserted> {
        let row = self.below(objects, 1)?;
        Ok(objects.write_rows(|rows| {
            if !objects.store().is_still(moment) {
                return Upserted::Unknown { has_header: false };
            }
            self.attempt(rows, Below::Found { row: row.as_deref(), header: None })
        }))
    }

    /// Puts it where it is known whether there is one without a look below.
    fn put_here(&mut self, objects: &Objects, oid: Oid, has_run: &mut bool) -> Upserted {
        objects.write_rows_of(oid, |rows, below| {
            *has_run = rows.has_run();
            self.attempt(rows, below.map_or(Below::Unknown, Below::Layers))
        })
    }
}

impl Objects {
    /// Puts the element at `key` of a collection, and publishes that. `make` gets the row that is
    /// there, and the collection's header; it makes the new row and changes the header, or does
    /// nothing, and must not run the user's code. `then` goes on in the same step. The caller has the
    /// turn. False if nothing was done, as where the collection has no header yet.
    pub(in crate::object) fn upsert<M>(
        &self,
        oid: Oid,
        key: RowKey,
        make: M,
        then: impl FnOnce(&mut LayerRows),
    ) -> Result<bool>
    where
        M: FnOnce(Option<&[u8]>, &mut Vec<u8>) -> Option<RowBytes>,
    {
        let (store, front) = (self.store(), oid_key(oid));
        let mut upsert = Upsert { what: Some((key, make)), front, then: Some(then) };
        if let Some(moment) = store.expects_below(oid)
            && let Upserted::Done { put, was_here } = upsert.put_over_below(self, &moment)?
        {
            store.note_below(oid, !was_here);
            return Ok(put);
        }
        let mut has_run = false;
        let has_header = match upsert.put_here(self, oid, &mut has_run) {
            Upserted::Done { put, .. } => return Ok(put),
            Upserted::Unknown { has_header } => has_header,
        };
        // Nobody else changes rows meanwhile. The layer is not asked again, if all of it is in memory.
        let row = upsert.below(self, usize::from(!has_run))?;
        let header = if has_header {
            None
        } else {
            store.get_below(0, Table::Headers, front.as_bytes(), <[u8]>::to_vec)?
        };
        let found = Below::Found { row: row.as_deref(), header: Some(header.as_deref()) };
        let upserted = self.write_rows(|rows| upsert.attempt(rows, found));
        // Of a new collection only the first one has to be looked for, and then its header has too.
        store.note_below(oid, has_header);
        Ok(matches!(upserted, Upserted::Done { put: true, .. }))
    }
}
