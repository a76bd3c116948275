//! What a prefix keeps of fields, as rows beside the entries: so that a state, wherever it is looked
//! at from, has the definitions that its entries were written by.
//!
//! ```text
//! 0 ordered, class ordered, index ordered → use u8, ready u8, names, 00, kind as text
//! ```

use std::{ops::ControlFlow, sync::Arc};

use crate::{
    Result,
    class::{ClassInfo, KeyInfo, KeyUse},
    codec::key::FieldKind,
    store::{
        ClassId, Direction, IndexId, KeyRange, LayerRows, Table, View, put_ordered, take_ordered,
    },
};

/// No index has this number: definitions stand before all entries.
const FRONT: u64 = 0;

/// Something that a prefix keeps of the objects of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) class: ClassId,
    pub(crate) index: IndexId,
    pub(crate) uses: KeyUse,
    /// Every object has its entries: not so while they are built, or when some could not be kept.
    pub(crate) ready: bool,
    /// The field, or those of a composite with commas between.
    pub(crate) name: String,
    /// How keys are taken from encoded fields; tags have none.
    pub(crate) kind: Option<FieldKind>,
}

impl Definition {
    /// As a program declares it.
    pub(crate) fn declared(class: ClassId, index: IndexId, key: &KeyInfo) -> Self {
        Self {
            class,
            index,
            uses: key.kind,
            ready: false,
            name: key.name.into(),
            kind: key.field_kind.map(|kind| kind()),
        }
    }

    /// Its entries are those of the declared key too: it may have been renamed, or its enum grown.
    pub(crate) fn serves(&self, key: &KeyInfo, class: &ClassInfo) -> bool {
        let kind = key.field_kind.map(|kind| kind());
        let extends = match (&kind, &self.kind) {
            (Some(mine), Some(stored)) => mine.extends(stored),
            (mine, stored) => mine == stored,
        };
        // What was unique is fit to be an index; the other way round has to be looked at.
        let fits =
            self.uses == key.kind || (self.uses, key.kind) == (KeyUse::Unique, KeyUse::Index);
        fits && extends && self.name_today(class) == key.name
    }

    /// Its name, with the names that fields have today.
    fn name_today(&self, class: &ClassInfo) -> String {
        let today = |name: &str| {
            let field = class.fields.iter().find(|field| field.renamed_from.contains(&name));
            field.map_or_else(|| name.to_owned(), |field| field.name.into())
        };
        self.name.split(',').map(today).collect::<Vec<_>>().join(",")
    }

    /// The encoded fields that it is of, among those of a row; `None` if one is missing.
    pub(crate) fn raws<'r>(&self, fields: &[(&str, &'r [u8])]) -> Option<Vec<&'r [u8]>> {
        let of = |name: &str| fields.iter().find(|(field, _)| *field == name).map(|(_, raw)| *raw);
        self.name.split(',').map(of).collect()
    }

    fn key(&self) -> Vec<u8> {
        let mut key = class_front(self.class);
        put_ordered(&mut key, self.index.0.into());
        key
    }

    /// Writes the row.
    pub(crate) fn put(&self, rows: &mut LayerRows) {
        let mut row = vec![self.uses as u8, self.ready.into()];
        row.extend_from_slice(self.name.as_bytes());
        row.push(0);
        if let Some(kind) = &self.kind {
            row.extend_from_slice(kind.to_string().as_bytes());
        }
        rows.put(Table::Fields, &self.key(), row);
    }

    /// Deletes the row.
    pub(crate) fn delete(&self, rows: &mut LayerRows) {
        rows.delete(Table::Fields, &self.key());
    }

    pub(crate) fn decode(mut key: &[u8], row: &[u8]) -> Option<Self> {
        take_ordered(&mut key)?;
        let class = ClassId(take_ordered(&mut key)?.try_into().ok()?);
        let index = IndexId(take_ordered(&mut key)?.try_into().ok()?);
        let (&[uses, ready], text) = row.split_first_chunk()?;
        let (name, kind) = std::str::from_utf8(text).ok()?.split_once('\0')?;
        let uses =
            [KeyUse::Index, KeyUse::Unique, KeyUse::Tag].into_iter().find(|u| *u as u8 == uses)?;
        let kind = if uses == KeyUse::Tag { None } else { Some(kind.parse().ok()?) };
        Some(Self { class, index, uses, ready: ready == 1, name: name.into(), kind })
    }
}

fn class_front(class: ClassId) -> Vec<u8> {
    let mut key = Vec::with_capacity(12);
    put_ordered(&mut key, FRONT);
    put_ordered(&mut key, class.0.into());
    key
}

/// All definitions that a view shows.
#[derive(Debug, Default)]
pub(crate) struct Definitions(Vec<Definition>);

impl Definitions {
    pub(crate) fn load(view: &View) -> Result<Arc<Self>> {
        let mut front = Vec::with_capacity(1);
        put_ordered(&mut front, FRONT);
        let mut found = Vec::new();
        let range = KeyRange::prefix(&front);
        view.scan(Table::Fields, range, Direction::Forward, &mut |key, row| {
            let damaged = || view.store().corrupt(Table::Fields, key, "the row is damaged");
            found.push(Definition::decode(key, row).ok_or_else(damaged)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Arc::new(Self(found)))
    }

    /// Those of a class, by ascending number.
    pub(crate) fn of(&self, class: ClassId) -> &[Definition] {
        let from = self.0.partition_point(|definition| definition.class < class);
        let to = self.0.partition_point(|definition| definition.class <= class);
        &self.0[from..to]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Entry;

    #[test]
    fn rows_round_trip_and_garbage_is_refused() {
        let kind = "(text, option(int))".parse().ok();
        let definitions = [(KeyUse::Unique, true, kind), (KeyUse::Tag, false, None)];
        for (uses, ready, kind) in definitions {
            let (class, index) = (ClassId(300), IndexId(7));
            let name = "realm,name".into();
            let definition = Definition { class, index, uses, ready, name, kind };
            let mut rows = LayerRows::default();
            definition.put(&mut rows);
            let key = definition.key();
            let row = rows.get(Table::Fields, &key).and_then(Entry::row).expect("it was put");
            assert_eq!(Definition::decode(&key, row), Some(definition));
            for len in 0..row.len().min(8) {
                assert_eq!(Definition::decode(&key, &row[..len]), None);
            }
        }
    }
}
