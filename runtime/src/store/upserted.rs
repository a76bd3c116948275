//! Putting one element into a layer, over what may be there or below it.

use std::sync::Arc;

use super::{
    key::{OidKey, RowKey},
    layer::{ENTRY_BYTES, Entry, Layer, LayerRows},
    row_bytes::RowBytes,
    row_map::RowMap,
    table::Table,
};

/// What is known of an element below the layer that it is put into.
pub(crate) enum Below<'l> {
    /// Nothing.
    Unknown,
    /// These layers have all rows of its collection.
    Layers(&'l [Arc<Layer>]),
    /// This was found: its row, and the collection's header, if that is not in the layer.
    Found { row: Option<&'l [u8]>, header: Option<&'l [u8]> },
}

/// What became of an element that was to be put.
pub(crate) enum Upserted<M> {
    /// It was put, or not.
    Done(bool),
    /// It has to be looked for below: here are its key, and what makes the row. The collection's header
    /// has to be looked for too, unless the layer has it.
    Unknown { key: RowKey, make: M, has_header: bool },
}

impl LayerRows {
    /// Puts an element, where it is known whether there was one. `make` gets the old row, and the
    /// collection's header; it makes the new row and changes the header, or does nothing.
    pub(crate) fn upsert<M>(
        &mut self,
        element: RowKey,
        header: OidKey,
        below: Below<'_>,
        make: M,
    ) -> Upserted<M>
    where
        M: FnOnce(Option<&[u8]>, &mut Vec<u8>) -> Option<RowBytes>,
    {
        let is_known = match &below {
            Below::Unknown => false,
            Below::Layers(layers) => {
                self.run.is_none() && layers.iter().all(|layer| layer.read().run.is_none())
            }
            Below::Found { .. } => true,
        };
        let [headers, elements] = [Table::Headers, Table::Elements].map(Table::index);
        let Ok([headers, elements]) = self.tables.get_disjoint_mut([headers, elements]) else {
            return Upserted::Done(false);
        };
        let mut found_header = None;
        let header_row = match (open(headers, &header.into()), &below) {
            (Some(row), _) => row,
            (None, Below::Found { header: Some(row), .. }) => found_header.insert(row.to_vec()),
            (None, Below::Found { .. }) => return Upserted::Done(false),
            (None, _) => return Upserted::Unknown { key: element, make, has_header: false },
        };
        let mut bytes = element.as_bytes().len() + ENTRY_BYTES;
        let place = elements.find(&element.probe());
        let waiting;
        let old = match (place, &below) {
            (Err(_), _) if !is_known => {
                return Upserted::Unknown { key: element, make, has_header: true };
            }
            (Ok(place), _) => {
                bytes = 0;
                elements.at(place).row()
            }
            (Err(_), Below::Found { row, .. }) => *row,
            (Err(_), Below::Layers(layers)) => {
                let key = element.as_bytes();
                let in_layer = |layer: &Arc<Layer>| layer.read().get(Table::Elements, key).cloned();
                waiting = layers.iter().find_map(in_layer);
                waiting.as_ref().and_then(Entry::row)
            }
            (Err(_), Below::Unknown) => None,
        };
        let Some(row) = make(old, header_row) else { return Upserted::Done(false) };
        self.bytes += bytes + row.len();
        match place {
            Ok(place) => *elements.at_mut(place) = Entry::Row(row),
            Err(place) => elements.insert_at(place, element, Entry::Row(row)),
        }
        if let Some(row) = found_header {
            self.set(Table::Headers, header.into(), Entry::Row(row.into()));
        }
        Upserted::Done(true)
    }
}

/// A row of the layer, to be changed where it stands.
fn open<'r>(rows: &'r mut RowMap, key: &RowKey) -> Option<&'r mut Vec<u8>> {
    match rows.get_mut(&key.probe())? {
        Entry::Row(row) => Some(row.open()),
        Entry::Gone => None,
    }
}
