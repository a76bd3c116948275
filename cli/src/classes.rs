//! `db0 classes`: what kinds of objects a prefix has.

use db0::{Result, Snapshot, StoredClass, StoredField};
use serde_json::{Value, json};

use crate::{listing::Listing, outcome::Outcome};

/// Lists the classes of a prefix: how many objects each has, and its fields.
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
            fields.try_for_each(|field| writeln!(out, "\t  {}: {}", field.name, field.rust_type))
        })
    }
}

fn as_json(class: &StoredClass) -> Value {
    let field = |field: &StoredField| json!({ "name": field.name, "type": field.rust_type });
    let fields: Vec<_> = class.fields.iter().map(field).collect();
    json!({ "name": class.name, "objects": class.objects, "fields": fields })
}
