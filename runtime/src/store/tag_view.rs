//! The tags that were put on an object, as a view shows them.

use std::sync::Arc;

use super::{
    key::oid_key, layer::Layer, num::Oid, past::Disk, retag::Retag, table::Table, tag_row::PutOn,
    view::View,
};
use crate::Result;

impl View {
    /// The tags that were put on an object.
    pub(crate) fn tags_put_on(&self, oid: Oid) -> Result<PutOn> {
        let (store, key) = (self.store(), oid_key(oid));
        let key = key.as_bytes();
        let mut changes: Vec<Retag> = Vec::new();
        let gather = |changes: &mut Vec<Retag>, layers: &[Arc<Layer>]| {
            changes.clear();
            let oldest_first = layers.iter().rev().filter(|layer| layer.is_used());
            changes
                .extend(oldest_first.filter_map(|layer| layer.read().tagged().get(oid).cloned()));
        };
        let state = self.state();
        let disk = match self {
            Self::Live(_) if state.is_none() => {
                store.look(|stack| gather(&mut changes, &stack.layers))?.1
            }
            Self::Held(held) => {
                gather(&mut changes, &held.layers);
                Disk::open(store)?
            }
            Self::Live(_) | Self::Committed(_) | Self::At(..) => Disk::open(store)?,
        };
        let row = match state {
            None => disk.body(Table::ObjectTags, key)?,
            Some(state) => disk.body_at(Table::ObjectTags, key, state)?,
        };
        let tags = row.map_or(Some(PutOn::default()), PutOn::decode);
        let damaged = || store.corrupt(Table::ObjectTags, key, "the row is damaged");
        let mut tags = tags.ok_or_else(damaged)?;
        changes.iter().for_each(|changes| changes.apply(&mut tags));
        Ok(tags)
    }
}
