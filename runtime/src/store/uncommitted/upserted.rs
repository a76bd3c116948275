//! Putting one element into a layer, over what may be there or below it.

use std::sync::{Arc, atomic::Ordering};

use super::{
    layer::{ENTRY_BYTES, Entry, Layer, LayerRows},
    row_map::{Place, RowMap},
    stack::Stack,
};
use crate::{
    store::{
        engine::Store,
        key::{OidKey, RowKey},
        num::Oid,
        row_bytes::RowBytes,
        table::Table,
    },
    sync::slots::Look,
};

/// What is known of an element below the layer that it is put into.
pub(crate) enum Below<'l> {
    /// Nothing.
    Unknown,
    /// These layers have all rows of its collection.
    Layers(&'l [Arc<Layer>]),
    /// This was found: its row, and the collection's header, where that was looked for.
    Found { row: Option<&'l [u8]>, header: Option<Option<&'l [u8]>> },
}

/// What became of an element that was to be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upserted {
    /// It was put, or not.
    Done { put: bool, was_here: bool },
    /// It has to be looked for below; so has the collection's header, unless the layer has it.
    Unknown { has_header: bool },
}

impl LayerRows {
    /// Puts an element, where it is known whether there was one: `what` is its key, and what makes the
    /// row, which is then taken. That gets the old row, and the collection's header; it makes the new row
    /// and changes the header, or does nothing.
    pub(crate) fn upsert<M>(
        &mut self,
        what: &mut Option<(RowKey, M)>,
        header: OidKey,
        below: Below<'_>,
    ) -> Upserted
    where
        M: FnOnce(Option<&[u8]>, &mut Vec<u8>) -> Option<RowBytes>,
    {
        const NOT: Upserted = Upserted::Done { put: false, was_here: false };
        let Some((element, _)) = what else { return NOT };
        let is_known = match &below {
            Below::Unknown => false,
            Below::Layers(layers) => {
                self.run.is_none() && layers.iter().all(|layer| layer.read().run.is_none())
            }
            Below::Found { .. } => true,
        };
        let [headers, elements] = [Table::Headers, Table::Elements].map(Table::index);
        let Ok([headers, elements]) = self.tables.get_disjoint_mut([headers, elements]) else {
            return NOT;
        };
        let mut found_header = None;
        let header_row = match (open(headers, &mut self.header_at, header), &below) {
            (Some(row), _) => row,
            (None, Below::Found { header: Some(Some(row)), .. }) => {
                found_header.insert(row.to_vec())
            }
            (None, Below::Found { header: Some(None), .. }) => return NOT,
            (None, _) => return Upserted::Unknown { has_header: false },
        };
        let place = elements.find(&element.probe());
        let waiting;
        let old = match (place, &below) {
            (Err(_), _) if !is_known => return Upserted::Unknown { has_header: true },
            (Ok(place), _) => elements.at(place).row(),
            (Err(_), Below::Found { row, .. }) => *row,
            (Err(_), Below::Layers(layers)) => {
                let key = element.as_bytes();
                let in_layer = |layer: &Arc<Layer>| layer.read().get(Table::Elements, key).cloned();
                waiting = layers.iter().find_map(in_layer);
                waiting.as_ref().and_then(Entry::row)
            }
            (Err(_), Below::Unknown) => None,
        };
        let was_here = place.is_ok();
        let Some((element, make)) = what.take() else { return NOT };
        let Some(row) = make(old, header_row) else {
            return Upserted::Done { put: false, was_here };
        };
        self.bytes += row.len();
        match place {
            Ok(place) => *elements.at_mut(place) = Entry::Row(row),
            Err(place) => {
                self.bytes += element.as_bytes().len() + ENTRY_BYTES;
                elements.insert_at(place, element, Entry::Row(row));
            }
        }
        if let Some(row) = found_header {
            self.set(Table::Headers, header.into(), Entry::Row(row.into()));
        }
        Upserted::Done { put: true, was_here }
    }
}

/// A row of the layer, to be changed where it stands; `at` is where the last one was, often the same.
fn open<'r>(rows: &'r mut RowMap, at: &mut Place, key: OidKey) -> Option<&'r mut Vec<u8>> {
    if !rows.is_at(*at, key.as_bytes()) {
        *at = rows.find(&RowKey::from(key).probe()).ok()?;
    }
    match rows.at_mut(*at) {
        Entry::Row(row) => Some(row.open()),
        Entry::Gone => None,
    }
}

/// The layers as they were in one moment.
pub(crate) struct Moment(Look<Stack>);

impl Store {
    /// Where the next element of a collection is to be looked for below the layer that it is put into,
    /// before that is asked itself, since the last one was there: the moment as of which it is. Only where
    /// all that the layer has is in memory.
    pub(crate) fn expects_below(&self, collection: Oid) -> Option<Moment> {
        let was_below = self.last_below.load(Ordering::Relaxed) == collection.0;
        (was_below && !self.is_private()).then(|| Moment(self.stack.load()))
    }

    /// Notes whether the last element that was put had to be looked for below.
    pub(crate) fn note_below(&self, collection: Oid, was_below: bool) {
        // No collection has the number zero.
        self.last_below.store(if was_below { collection.0 } else { 0 }, Ordering::Relaxed);
    }

    /// No layer has come or gone since.
    pub(crate) fn is_still(&self, moment: &Moment) -> bool {
        self.stack.is(&moment.0)
    }
}
