//! The classes of a prefix, as the catalogue describes them.

use std::sync::Arc;

use super::membership::Members;
use crate::{Result, class::KeyUse, fields::Definition, object::Objects};

/// A class that a prefix has objects of, or had.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredClass {
    /// Its name.
    pub name: String,
    /// Names that it had before, oldest first.
    pub former_names: Vec<String>,
    /// Its objects need no holders: it is a singleton, or declared `keep`.
    pub keep: bool,
    /// Its fields, in their order; none of an enum.
    pub fields: Vec<StoredField>,
    /// What is indexed of its fields.
    pub indexes: Vec<StoredIndex>,
    /// How many objects it has.
    pub objects: u64,
}

/// A field of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredField {
    /// Its name.
    pub name: String,
    /// Its Rust type, as it was written.
    pub rust_type: String,
}

/// An index that is kept of fields of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredIndex {
    /// The field; of a composite, its fields in their order.
    pub fields: Vec<String>,
    /// No two objects have the same key.
    pub unique: bool,
    /// It is in use: not while it is built.
    pub ready: bool,
}

impl StoredIndex {
    /// None for a field whose values are tags.
    fn of(definition: &Definition) -> Option<Self> {
        let unique = match definition.uses {
            KeyUse::Tag => return None,
            KeyUse::Index => false,
            KeyUse::Unique => true,
        };
        let fields = definition.name.split(',').map(str::to_owned).collect();
        Some(Self { fields, unique, ready: definition.ready })
    }
}

impl StoredClass {
    /// The classes of a view, by name. No object is looked at: their number is that of the bits in
    /// the class's containers, of which there is one for each 8192 neighbouring objects.
    pub fn all(objects: &Arc<Objects>) -> Result<Vec<Self>> {
        objects.follow()?;
        if !objects.is_writable() {
            objects.catalogue().load(objects.store())?;
        }
        let (seen, mut classes) = (&objects.seen(), Vec::new());
        let definitions = seen.definitions()?;
        for id in objects.catalogue().ids() {
            let Some(schema) = objects.catalogue().newest(id) else { continue };
            let mut former_names = objects.catalogue().names(id);
            former_names.retain(|name| *name != schema.class);
            let field = |field: &crate::class::FieldRecord| StoredField {
                name: field.name.clone(),
                rust_type: field.rust_type.clone(),
            };
            classes.push(Self {
                name: schema.class.clone(),
                former_names,
                keep: schema.keep,
                fields: schema.fields.iter().map(field).collect(),
                indexes: definitions.of(id).iter().filter_map(StoredIndex::of).collect(),
                objects: Members::of_id(id).count(seen)?,
            });
        }
        classes.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(classes)
    }
}
