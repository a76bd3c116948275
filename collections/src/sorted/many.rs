//! Entries that are to be put by one call, encoded one behind the other.

use std::ops::Range;

use db0_runtime::{
    Result,
    codec::{
        RefExt,
        key::{IntoKey, Key},
    },
    object::RowWriter,
};
use serde::Serialize;

use super::change::{StoredRef, name_key};

/// Entries in the order in which they came, or in that of their keys.
#[derive(Default)]
pub(crate) struct Many {
    bytes: Vec<u8>,
    references: Vec<RefExt>,
    entries: Vec<Place>,
}

/// Where an entry is.
struct Place {
    key: Range<usize>,
    /// The value begins where the key ends.
    value_end: usize,
    references: Range<usize>,
}

impl Many {
    /// Encodes an entry, and counts what it refers to.
    pub(crate) fn push<K: Key, V: Serialize>(
        &mut self,
        writer: &mut RowWriter,
        key: &impl IntoKey<K>,
        value: &V,
    ) -> Result<()> {
        let start = self.bytes.len();
        let references = writer.encode_key(key, &mut self.bytes)?;
        let key = start..self.bytes.len();
        let encoded = writer.encode(value, &mut self.bytes);
        encoded.map_err(|error| name_key::<K>(writer, &self.bytes[key.clone()], error))?;
        self.end(key, &references);
        Ok(())
    }

    /// Adds an entry that is encoded already.
    pub(crate) fn push_encoded(&mut self, key: StoredRef<'_>, value: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key.key);
        let place = start..self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.end(place, key.references);
    }

    fn end(&mut self, key: Range<usize>, references: &[RefExt]) {
        let start = self.references.len();
        self.references.extend_from_slice(references);
        let references = start..self.references.len();
        self.entries.push(Place { key, value_end: self.bytes.len(), references });
    }

    /// Puts them in the order of their keys; those of one key stay in theirs.
    pub(super) fn sort(&mut self) {
        let bytes = &self.bytes;
        self.entries.sort_by(|a, b| bytes[a.key.clone()].cmp(&bytes[b.key.clone()]));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (StoredRef<'_>, &[u8])> {
        self.entries.iter().map(|place| {
            let key = &self.bytes[place.key.clone()];
            let references = &self.references[place.references.clone()];
            (StoredRef { key, references }, &self.bytes[place.key.end..place.value_end])
        })
    }
}
