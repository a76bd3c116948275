//! The classes of a prefix, as the catalogue describes them.

use std::sync::Arc;

use super::membership::Members;
use crate::{Result, object::Objects};

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

impl StoredClass {
    /// The classes of a view, by name. No object is looked at: their number is that of the bits in
    /// the class's containers, of which there is one for each 8192 neighbouring objects.
    pub fn all(objects: &Arc<Objects>) -> Result<Vec<Self>> {
        objects.follow()?;
        if !objects.is_writable() {
            objects.catalogue().load(objects.store())?;
        }
        let (seen, mut classes) = (&objects.seen(), Vec::new());
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
                objects: Members::of_id(id).count(seen)?,
            });
        }
        classes.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(classes)
    }
}
