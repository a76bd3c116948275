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

/// Entries in the order in which they came, or in that of their keys and suffixes.
#[derive(Default)]
pub(crate) struct Many {
    bytes: Vec<u8>,
    references: Vec<RefExt>,
    entries: Vec<Place>,
}

/// Where an entry is.
#[derive(Clone)]
struct Place {
    key: Range<usize>,
    /// The value begins where the key ends.
    value_end: usize,
    /// So many bytes at the end of the value are the suffix of the key.
    suffix_len: usize,
    references: Range<usize>,
}

/// One of many entries.
pub(crate) struct OneOf<'m> {
    pub(crate) key: StoredRef<'m>,
    pub(crate) value: &'m [u8],
    /// Tells it apart from others of its key.
    pub(crate) suffix: &'m [u8],
}

impl OneOf<'_> {
    /// Both are to stand in one place.
    pub(crate) fn is_twin_of(&self, other: &Self) -> bool {
        (self.key.key, self.suffix) == (other.key.key, other.suffix)
    }
}

impl Many {
    /// Encodes an entry, and counts what it refers to.
    pub(crate) fn push<K: Key, V: Serialize>(
        &mut self,
        writer: &mut RowWriter,
        key: &impl IntoKey<K>,
        value: &V,
    ) -> Result<()> {
        self.push_with(writer, key, |writer, bytes| writer.encode(value, bytes).map(|()| 0))
    }

    /// As [`push`](Self::push). `put_value` appends the value, which ends with the suffix of the key:
    /// it tells of how many bytes that is.
    pub(crate) fn push_with<K: Key>(
        &mut self,
        writer: &mut RowWriter,
        key: &impl IntoKey<K>,
        put_value: impl FnOnce(&mut RowWriter, &mut Vec<u8>) -> Result<usize>,
    ) -> Result<()> {
        let start = self.bytes.len();
        let references = writer.encode_key(key, &mut self.bytes)?;
        let key = start..self.bytes.len();
        let suffix_len = put_value(writer, &mut self.bytes)
            .map_err(|error| name_key::<K>(writer, &self.bytes[key.clone()], error))?;
        self.end(key, suffix_len, &references);
        Ok(())
    }

    /// Adds an entry that is encoded already.
    pub(crate) fn push_encoded(&mut self, key: StoredRef<'_>, value: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key.key);
        let place = start..self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.end(place, 0, key.references);
    }

    fn end(&mut self, key: Range<usize>, suffix_len: usize, references: &[RefExt]) {
        let start = self.references.len();
        self.references.extend_from_slice(references);
        let references = start..self.references.len();
        self.entries.push(Place { key, value_end: self.bytes.len(), suffix_len, references });
    }

    /// Puts them in the order of their keys and suffixes; those that are equal stay in theirs.
    pub(crate) fn sort(&mut self) {
        let bytes = &self.bytes;
        let order = |place: &Place| {
            let suffix = place.value_end - place.suffix_len..place.value_end;
            (&bytes[place.key.clone()], &bytes[suffix])
        };
        if self.entries.is_sorted_by_key(order) {
            return;
        }
        // By numbers first, which are at hand: most keys differ in their first bytes.
        let entries = &self.entries;
        let fronts =
            entries.iter().zip(0..).map(|(place, at)| (front(&bytes[place.key.clone()]), at));
        let mut sorted: Vec<(u128, usize)> = fronts.collect();
        sorted.sort_unstable_by(|&(a, at), &(b, bt)| {
            a.cmp(&b).then_with(|| (order(&entries[at]), at).cmp(&(order(&entries[bt]), bt)))
        });
        self.entries = sorted.into_iter().map(|(_, at)| entries[at].clone()).collect();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = OneOf<'_>> {
        self.entries.iter().map(|place| {
            let key = &self.bytes[place.key.clone()];
            let references = &self.references[place.references.clone()];
            let value = &self.bytes[place.key.end..place.value_end];
            let suffix = &value[value.len() - place.suffix_len..];
            OneOf { key: StoredRef { key, references }, value, suffix }
        })
    }
}

/// The first bytes of a key as a number, in the order of the bytes; shorter ones as if zeros followed.
fn front(key: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    let len = key.len().min(bytes.len());
    bytes[..len].copy_from_slice(&key[..len]);
    u128::from_be_bytes(bytes)
}
