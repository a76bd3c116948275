//! What the catalogue says of one class, and which Rust type it is.

use std::{any::TypeId, collections::HashMap, sync::Arc};

use super::{info::ClassInfo, known::Known, schema::Schema};
use crate::store::ClassId;

/// What the catalogue says of a class.
#[derive(Debug, Default)]
pub(super) struct ClassRecord {
    /// By version.
    pub(super) schemas: Vec<Arc<Schema>>,
    /// How many of them are on disk.
    saved: usize,
    /// The Rust type that uses it, if one does.
    user: Option<(TypeId, &'static ClassInfo)>,
}

impl ClassRecord {
    /// A version that is on disk.
    pub(super) fn stored(&mut self, schema: Schema) {
        self.schemas.push(Arc::new(schema));
        self.saved += 1;
    }

    /// Takes over what another look at the disk has found.
    pub(super) fn update(&mut self, found: Self) {
        if found.schemas.len() > self.schemas.len() {
            self.schemas = found.schemas;
        }
        self.saved = self.saved.max(found.saved);
    }

    /// The version of the fields that a program has; added if it may be.
    pub(super) fn version(&mut self, info: &ClassInfo, may_add: bool) -> Option<usize> {
        let today = Schema::of(info);
        let known = self.schemas.iter().rposition(|schema| **schema == today);
        known.or_else(|| may_add.then(|| self.add(today)))
    }

    /// What is not on disk is as if it had never been.
    pub(super) fn forget_unsaved(&mut self) {
        self.schemas.truncate(self.saved);
    }

    /// Adds a version; gives its number.
    pub(super) fn add(&mut self, schema: Schema) -> usize {
        self.schemas.push(Arc::new(schema));
        self.schemas.len() - 1
    }

    pub(super) fn newest(&self) -> Option<&Arc<Schema>> {
        self.schemas.last()
    }

    /// The versions that are not on disk.
    pub(super) fn unsaved(&self) -> impl Iterator<Item = (usize, &Arc<Schema>)> {
        self.schemas.iter().enumerate().skip(self.saved)
    }

    /// So many versions are on disk.
    pub(super) fn saved(&mut self, count: usize) {
        self.saved = self.saved.max(count);
    }

    /// A Rust type uses the class; the path of another one that does already is an error.
    pub(super) fn claim(
        &mut self,
        kind: TypeId,
        info: &'static ClassInfo,
    ) -> Result<(), &'static str> {
        match self.user {
            Some((user, other)) if user != kind => Err(other.rust_path),
            _ => {
                self.user = Some((kind, info));
                Ok(())
            }
        }
    }

    /// Objects of the class need no holders, as the program says, or else the newest version.
    pub(super) fn lives_by_itself(&self) -> bool {
        match self.user {
            Some((_, info)) => info.keep || info.singleton,
            None => self.newest().is_some_and(|schema| schema.keep),
        }
    }

    /// See [`Catalogue::merged`](super::catalogue::Catalogue::merged).
    pub(super) fn merged(&mut self, mine: usize, theirs: usize, unknown: &[&str]) -> Option<usize> {
        let (ours, other) = (self.schemas.get(mine)?.clone(), self.schemas.get(theirs)?.clone());
        if ours.fields.iter().all(|field| other.fields.contains(field)) {
            return Some(theirs);
        }
        let mut merged = Schema::clone(&ours);
        merged.class.clone_from(&other.class);
        let beside = other.fields.iter().filter(|field| unknown.contains(&&*field.name));
        merged.fields.extend(beside.cloned());
        let known = self.schemas.iter().position(|schema| **schema == merged);
        Some(known.unwrap_or_else(|| self.add(merged)))
    }

    /// The Rust type that uses the class, or the only one that could, or the one that would not
    /// have to change it.
    pub(super) fn rust_type(&self, all: &HashMap<ClassId, Self>) -> Option<TypeId> {
        if let Some((kind, _)) = self.user {
            return Some(kind);
        }
        let mine = |known: &&Known| {
            pick(all, known.info).and_then(|id| all.get(&id)).is_some_and(|r| std::ptr::eq(r, self))
        };
        let candidates: Vec<_> = Known::all().filter(mine).collect();
        if let [only] = candidates[..] {
            return Some(only.kind);
        }
        let newest = self.newest()?;
        let fits = |known: &&&Known| Schema::of(known.info) == **newest;
        let mut fitting = candidates.iter().filter(fits);
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first.kind)
    }
}

/// The class that a Rust type means: by its name, by one it had before, or by one that the class
/// had before, unless the program has a type for its present name.
pub(super) fn pick(records: &HashMap<ClassId, ClassRecord>, info: &ClassInfo) -> Option<ClassId> {
    let by = |names: &dyn Fn(&ClassRecord) -> bool| {
        records.iter().find(|(_, record)| names(record)).map(|(id, _)| *id)
    };
    let now = |record: &ClassRecord| record.newest().map(|schema| schema.class.clone());
    by(&|record| now(record).as_deref() == Some(info.name))
        .or_else(|| {
            by(&|record| now(record).is_some_and(|name| info.renamed_from.contains(&&*name)))
        })
        .or_else(|| {
            by(&|record| {
                record.schemas.iter().any(|schema| schema.class == info.name)
                    && !now(record).is_some_and(|name| Known::all().any(|k| k.info.name == name))
            })
        })
}
