//! The classes of a prefix, as verifying needs them.

use std::collections::HashMap;

use super::tables::Looking;
use crate::{
    class::Schema,
    pages::Fault,
    store::{ClassId, Table, take_ordered},
};

/// Versions of fields, by class.
#[derive(Default)]
pub(super) struct Classes(HashMap<ClassId, Vec<Schema>>);

impl Classes {
    pub(super) fn read(looking: &mut Looking<'_, '_>) -> Result<Self, Fault> {
        let mut classes = Self::default();
        looking.each_body("classes", Table::Classes, |looking, key, row| {
            let mut rest = key;
            let class = take_ordered(&mut rest).and_then(|class| u32::try_from(class).ok());
            let number = take_ordered(&mut rest).filter(|_| rest.is_empty());
            if class.is_some_and(|class| class >= looking.tables.head.next_tag) {
                looking.report.find_row(Table::Classes, key, "its number has not been given out");
            }
            let schemas = class.map(|class| classes.0.entry(ClassId(class)).or_default());
            match (schemas, Schema::decode(row)) {
                (Some(schemas), Some(schema)) if number == Some(schemas.len() as u64) => {
                    schemas.push(schema);
                }
                _ => looking.report.find_row(Table::Classes, key, "the class is damaged"),
            }
            Ok(())
        })?;
        Ok(classes)
    }

    /// A version of a class's fields.
    pub(super) fn schema(&self, class: ClassId, schema: u32) -> Option<&Schema> {
        self.0.get(&class)?.get(schema as usize)
    }

    pub(super) fn has(&self, class: ClassId) -> bool {
        self.0.contains_key(&class)
    }

    /// Objects of the class need no holders.
    pub(super) fn lives_by_itself(&self, class: ClassId) -> bool {
        self.0.get(&class).and_then(|schemas| schemas.last()).is_some_and(|schema| schema.keep)
    }
}
