//! Entries that are to be put by one call, encoded one behind the other.

use db0_runtime::{
    Result,
    codec::{
        RefExt,
        key::{IntoKey, Key},
    },
    object::RowWriter,
};
use serde::Serialize;

use super::{
    change::{StoredRef, name_key},
    entry,
};

/// Entries in the order in which they came, or in that of their keys and suffixes.
#[derive(Default)]
pub(crate) struct Many {
    bytes: Vec<u8>,
    references: Vec<RefExt>,
    entries: Vec<Place>,
    /// The order of the entries, by a part of their keys and by their places; empty while it is the one
    /// in which they came.
    order: Vec<(u64, usize)>,
}

/// Where an entry is.
struct Place {
    start: usize,
    key_len: u32,
    /// The row begins where the key ends.
    row_len: u32,
    /// So many bytes at the end of the row are the suffix of the key.
    suffix_len: u32,
    /// How many references are in the key, and the first of them.
    reference_count: u32,
    first_reference: usize,
}

/// One of many entries.
#[derive(Clone, Copy)]
pub(crate) struct OneOf<'m> {
    pub(crate) key: StoredRef<'m>,
    /// The row of an entry whose key need not be in it.
    pub(crate) row: &'m [u8],
    /// Tells it apart from others of its key.
    pub(crate) suffix: &'m [u8],
}

impl<'m> OneOf<'m> {
    /// Both are to stand in one place.
    pub(crate) fn is_twin_of(&self, other: &Self) -> bool {
        self.key.key == other.key.key && self.suffix == other.suffix
    }

    pub(crate) fn value(&self) -> &'m [u8] {
        &self.row[entry::FRONT..]
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
    #[inline]
    pub(crate) fn push_with<K: Key>(
        &mut self,
        writer: &mut RowWriter,
        key: &impl IntoKey<K>,
        put_value: impl FnOnce(&mut RowWriter, &mut Vec<u8>) -> Result<usize>,
    ) -> Result<()> {
        let start = self.bytes.len();
        let references = writer.encode_key(key, &mut self.bytes)?;
        let end = self.bytes.len();
        entry::put_front(&mut self.bytes);
        let suffix_len = put_value(writer, &mut self.bytes)
            .map_err(|error| name_key::<K>(writer, &self.bytes[start..end], error))?;
        self.end((start, end), suffix_len, &references);
        Ok(())
    }

    /// Adds an entry that is encoded already.
    pub(crate) fn push_encoded(&mut self, key: StoredRef<'_>, value: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key.key);
        let end = self.bytes.len();
        entry::put_front(&mut self.bytes);
        self.bytes.extend_from_slice(value);
        self.end((start, end), 0, key.references);
    }

    fn end(&mut self, (start, key_end): (usize, usize), suffix_len: usize, references: &[RefExt]) {
        let len = |bytes: usize| u32::try_from(bytes).unwrap_or_else(|_| unreachable!("encoded"));
        let first_reference = self.references.len();
        self.references.extend_from_slice(references);
        self.entries.push(Place {
            start,
            key_len: len(key_end - start),
            row_len: len(self.bytes.len() - key_end),
            suffix_len: len(suffix_len),
            reference_count: len(references.len()),
            first_reference,
        });
    }

    /// Puts them in the order of their keys and suffixes; those that are equal stay in theirs.
    pub(crate) fn sort(&mut self) {
        let place = |one: &OneOf<'_>, other: &OneOf<'_>| {
            (one.key.key, one.suffix).cmp(&(other.key.key, other.suffix))
        };
        let all = || (0..self.entries.len()).map(|at| self.one(at));
        if all().is_sorted_by(|one, other| place(one, other).is_le()) {
            return;
        }
        // By numbers, which are at hand and most of which differ: what comes behind the bytes that all
        // keys begin with.
        let first = self.one(0).key.key;
        let common = all().fold(first.len(), |common, one| {
            let both = first[..common].iter().zip(one.key.key);
            both.take_while(|(a, b)| a == b).count()
        });
        let fronts = all().map(|one| front(&one.key.key[common..]));
        let mut order: Vec<(u64, usize)> = fronts.zip(0..).collect();
        order.sort_unstable();
        for alike in order.chunk_by_mut(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            // Those that are equal are in the order of their places by now.
            alike.sort_by(|a, b| place(&self.one(a.1), &self.one(b.1)));
        }
        self.order = order;
    }

    fn one(&self, at: usize) -> OneOf<'_> {
        let place = &self.entries[at];
        let (key, rest) = self.bytes[place.start..].split_at(place.key_len as usize);
        let row = &rest[..place.row_len as usize];
        let references = &self.references[place.first_reference..];
        let references = &references[..place.reference_count as usize];
        let suffix = &row[row.len() - place.suffix_len as usize..];
        OneOf { key: StoredRef { key, references }, row, suffix }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = OneOf<'_>> {
        (0..self.entries.len()).map(|nth| self.one(self.order.get(nth).map_or(nth, |(_, at)| *at)))
    }
}

/// The first bytes of a key as a number, in the order of the bytes; shorter ones as if zeros followed.
fn front(key: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let len = key.len().min(bytes.len());
    bytes[..len].copy_from_slice(&key[..len]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn equal_ones_stay_in_their_order(
            keys in prop::collection::vec((prop::collection::vec(0..3_u8, 0..20), 0..3_usize), 0..60),
            common in 0..12_usize,
        ) {
            let mut many = Many::default();
            let mut model = Vec::new();
            for (nth, (end, suffix_len)) in keys.iter().enumerate() {
                let (key, suffix) = ([&vec![7; common], &end[..]].concat(), &[1, 2][..*suffix_len]);
                let start = many.bytes.len();
                many.bytes.extend_from_slice(&key);
                entry::put_front(&mut many.bytes);
                many.bytes.extend_from_slice(&[&[nth as u8], suffix].concat());
                many.end((start, start + key.len()), *suffix_len, &[]);
                model.push((key, suffix.to_vec(), nth as u8));
            }
            many.sort();
            model.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
            let found = many.iter().map(|one| (one.key.key.to_vec(), one.suffix.to_vec(), one.value()[0]));
            prop_assert!(found.eq(model));
        }
    }
}
