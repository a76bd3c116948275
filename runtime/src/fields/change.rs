//! What a change of an object changes in what is kept of its fields.

use super::{definition::Definition, entry::entry_row, tags};
use crate::{
    class::{Kept, KeptKey, KeyUse},
    codec::key::{FieldKind, KeySink, SinkKey},
    store::{ClassId, Entry, IndexId, LayerRows, Oid, PutOn, RowKey, Table, TagId},
};

/// Entries that come and go with one step.
#[derive(Debug, Default)]
pub(crate) struct Change {
    rows: Vec<(RowKey, Entry)>,
    tags: Option<TagChange>,
    /// Unique keys that the object takes.
    pub(crate) claims: Vec<Claim>,
}

/// A unique key that an object takes.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) of: Claimed,
    pub(crate) key: Vec<u8>,
    pub(crate) oid: Oid,
}

/// What a claim is of.
#[derive(Debug)]
pub(crate) enum Claimed {
    /// A field of this class that the program declares.
    Declared(&'static str, KeptKey),
    /// A field of this class that the prefix keeps, which the program has no Rust type for.
    Stored(String, Box<Definition>),
}

impl Claimed {
    pub(crate) fn index(&self) -> IndexId {
        match self {
            Self::Declared(_, key) => key.index,
            Self::Stored(_, definition) => definition.index,
        }
    }

    /// Class and field.
    pub(crate) fn names(&self) -> (&str, &str) {
        match self {
            Self::Declared(class, key) => (class, key.info.name),
            Self::Stored(class, definition) => (class, &definition.name),
        }
    }

    pub(crate) fn kind(&self) -> Option<FieldKind> {
        match self {
            Self::Declared(_, key) => key.info.field_kind.map(|kind| kind()),
            Self::Stored(_, definition) => definition.kind.clone(),
        }
    }
}

/// Tags that an object's fields give it anew, or no longer.
#[derive(Debug)]
struct TagChange {
    oid: Oid,
    class: ClassId,
    all: Vec<TagId>,
    joined: Vec<TagId>,
    left: Vec<TagId>,
}

impl Change {
    /// From the keys that an object had to those that it has.
    pub(crate) fn between(
        kept: &Kept,
        class: &'static str,
        oid: Oid,
        [old, new]: [&KeySink; 2],
    ) -> Self {
        let rows = Vec::with_capacity(old.len() + new.len());
        let mut change = Self { rows, ..Self::default() };
        each_only_in(kept, old, new, |of, key| {
            change.rows.push((entry_row(of.index, key.bytes, oid).0, Entry::Gone));
        });
        each_only_in(kept, new, old, |of, key| {
            let (row_key, body) = entry_row(of.index, key.bytes, oid);
            change.rows.push((row_key, Entry::Row(body.into())));
            if of.info.kind == KeyUse::Unique && !key.is_null {
                let of = Claimed::Declared(class, *of);
                change.claims.push(Claim { of, key: key.bytes.into(), oid });
            }
        });
        change
    }

    /// Adds what changes in what is kept of a field that the program has no Rust type for.
    pub(crate) fn stored(
        &mut self,
        (class, definition): (&str, &Definition),
        oid: Oid,
        [old, new]: [&KeySink; 2],
    ) {
        let has = |sink: &KeySink, key: &[u8]| sink.iter().any(|other| other.bytes == key);
        for key in old.iter().filter(|key| !has(new, key.bytes)) {
            self.rows.push((entry_row(definition.index, key.bytes, oid).0, Entry::Gone));
        }
        for key in new.iter().filter(|key| !has(old, key.bytes)) {
            let (row_key, body) = entry_row(definition.index, key.bytes, oid);
            self.rows.push((row_key, Entry::Row(body.into())));
            if definition.uses == KeyUse::Unique && !key.is_null {
                let of = Claimed::Stored(class.into(), Box::new(definition.clone()));
                self.claims.push(Claim { of, key: key.bytes.into(), oid });
            }
        }
    }

    /// Notes the tags that the object's fields give it: ascending, with those that come and go.
    pub(crate) fn retag(
        &mut self,
        (oid, class): (Oid, ClassId),
        all: Vec<TagId>,
        joined: Vec<TagId>,
        left: Vec<TagId>,
    ) {
        self.tags = Some(TagChange { oid, class, all, joined, left });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.tags.is_none()
    }

    /// Writes it.
    pub(crate) fn apply(self, to: &mut LayerRows) {
        for (key, entry) in self.rows {
            to.set(Table::Fields, key, entry);
        }
        let Some(TagChange { oid, class, all, joined, left }) = self.tags else { return };
        let key = tags::field_tags_key(oid);
        if all.is_empty() {
            to.delete(Table::ObjectTags, &key);
        } else {
            let mut row = Vec::with_capacity(2 * all.len());
            PutOn { holding: all, passive: Vec::new() }.encode(&mut row);
            to.put(Table::ObjectTags, &key, row);
        }
        joined.into_iter().for_each(|tag| to.postings.join(tag, (oid, Some(class))));
        left.into_iter().for_each(|tag| to.postings.leave(tag, oid));
    }
}

/// An entry's index and key, without what are tags.
type Keyed<'k> = (&'k KeptKey, SinkKey<'k>);

fn place<'k>((of, key): &Keyed<'k>) -> (IndexId, &'k [u8]) {
    (of.index, key.bytes)
}

fn sorted<'k>(kept: &'k Kept, sink: &'k KeySink) -> Vec<Keyed<'k>> {
    let keys = sink.iter().filter_map(|key| kept.index(key.ordinal).map(|of| (of, key)));
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
    keys.dedup_by(|a, b| place(a) == place(b));
    keys
}

/// So many keys are compared each with each; more are sorted first.
const FEW: usize = 16;

/// Calls `each` with the keys, without tags, that stand in the first sink alone: each once.
fn each_only_in<'k>(
    kept: &'k Kept,
    sink: &'k KeySink,
    other: &'k KeySink,
    mut each: impl FnMut(&'k KeptKey, SinkKey<'k>),
) {
    if sink.len() + other.len() > FEW {
        let other = sorted(kept, other);
        let is_there = |keyed: &Keyed<'_>| {
            other.binary_search_by(|probe| place(probe).cmp(&place(keyed))).is_ok()
        };
        let keys = sorted(kept, sink).into_iter().filter(|keyed| !is_there(keyed));
        return keys.for_each(|(of, key)| each(of, key));
    }
    for (nth, key) in sink.iter().enumerate() {
        let Some(of) = kept.index(key.ordinal) else { continue };
        let same = |probe: SinkKey<'_>| (probe.ordinal, probe.bytes) == (key.ordinal, key.bytes);
        if !sink.iter().take(nth).any(same) && !other.iter().any(same) {
            each(of, key);
        }
    }
}
