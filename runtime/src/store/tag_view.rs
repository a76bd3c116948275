//! The tags of objects, as a view shows them: in one look for many objects.

use std::sync::Arc;

use super::{
    key::oid_key,
    layer::Layer,
    num::{Oid, StateNum},
    past::Disk,
    table::Table,
    tag_row::PutOn,
    view::View,
};
use crate::Result;

/// A look at the tags of objects.
pub(crate) struct TagsSeen<'s> {
    disk: Disk<'s>,
    /// None for what is committed now.
    state: Option<StateNum>,
    /// Newest first.
    layers: Vec<Arc<Layer>>,
}

impl View {
    /// Looks at the tags of objects.
    pub(crate) fn tags_seen(&self) -> Result<TagsSeen<'_>> {
        let (disk, state, layers) = self.open()?;
        Ok(TagsSeen { disk, state, layers })
    }
}

impl TagsSeen<'_> {
    /// The tags that were put on an object.
    pub(crate) fn put_on(&self, oid: Oid) -> Result<PutOn> {
        let key = oid_key(oid);
        let mut tags = self.stored(key.as_bytes())?;
        for layer in self.layers.iter().rev() {
            layer.read().tagged().get(oid).inspect(|changes| changes.apply(&mut tags));
        }
        Ok(tags)
    }

    /// The tags that an object's fields give it, in their row.
    pub(crate) fn given(&self, key: &[u8]) -> Result<PutOn> {
        for layer in &self.layers {
            let told =
                layer.read().look_up(Table::ObjectTags, key, |row| row.map(PutOn::decode))?;
            if let Some(told) = told {
                return self.sound(key, told);
            }
        }
        self.stored(key)
    }

    fn stored(&self, key: &[u8]) -> Result<PutOn> {
        let row = match self.state {
            None => self.disk.body(Table::ObjectTags, key)?,
            Some(state) => self.disk.body_at(Table::ObjectTags, key, state)?,
        };
        self.sound(key, row.map(PutOn::decode))
    }

    /// No tags if there is no row; refuses one that is damaged.
    fn sound(&self, key: &[u8], row: Option<Option<PutOn>>) -> Result<PutOn> {
        let damaged = || self.disk.store.corrupt(Table::ObjectTags, key, "the row is damaged");
        row.map_or(Ok(PutOn::default()), |tags| tags.ok_or_else(damaged))
    }
}
