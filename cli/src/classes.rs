//! `db0 classes`: what kinds of objects a prefix has.

use db0::{Result, Snapshot, StoredClass, StoredField, StoredIndex};
use serde_json::{Value, json};

use crate::{listing::Listing, outcome::Outcome};

/// Lists the classes of a prefix: how many objects each has, its fields, and what is indexed of them.
#[derive(clap::Args)]
pub(crate) struct Classes {
    #[command(flatten)]
    listing: Listing,
}

impl Classes {
    pub(crate) fn run(&self) -> Result<Outcome> {
        self.listing.tell(Snapshot::classes, as_json, |class, out| {
            writeln!(out, "{}\t{}", class.objects, class.name)?;
            let mut fields = class.fields.iter();
            fields
                .try_for_each(|field| writeln!(out, "\t  {}: {}", field.name, field.rust_type))?;
            class.indexes.iter().try_for_each(|index| {
                let what = if index.unique { "unique index" } else { "index" };
                let state = if index.ready { "" } else { ", not built yet" };
                writeln!(out, "\t  {what} of {}{state}", index.fields.join(", "))
            })
        })
    }
}

fn as_json(class: &StoredClass) -> Value {
    let field = |field: &StoredField| json!({ "name": field.name, "type": field.rust_type });
    let fields: Vec<_> = class.fields.iter().map(field).collect();
    let index = |index: &StoredIndex| json!({ "fields": index.fields, "unique": index.unique, "ready": index.ready });
    let indexes: Vec<_> = class.indexes.iter().map(index).collect();
    json!({ "name": class.name, "objects": class.objects, "fields": fields, "indexes": indexes })
}
