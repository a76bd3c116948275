//! `db0 classes`: what kinds of objects a prefix has.

use std::io::Write;

use db0::Result;

use crate::{
    outcome::Outcome,
    output,
    place::{At, Place},
};

/// Lists the classes of a prefix: how many objects each has, and its fields.
#[derive(clap::Args)]
pub(crate) struct Classes {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    at: At,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Classes {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let classes = self.at.of(&self.place.open()?)?.classes()?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let class = |class: &db0::StoredClass| {
                let field = |field: &db0::StoredField| serde_json::json!({ "name": field.name, "type": field.rust_type });
                let fields: Vec<_> = class.fields.iter().map(field).collect();
                serde_json::json!({ "name": class.name, "objects": class.objects, "fields": fields })
            };
            let list: Vec<_> = classes.iter().map(class).collect();
            return output::told(writeln!(out, "{}", serde_json::Value::from(list)));
        }
        output::told(classes.iter().try_for_each(|class| {
            writeln!(out, "{}\t{}", class.objects, class.name)?;
            let mut fields = class.fields.iter();
            fields.try_for_each(|field| writeln!(out, "\t  {}: {}", field.name, field.rust_type))
        }))
    }
}
