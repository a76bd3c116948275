//! `db0 set`: changes a field or an attribute of an object.

use std::time::Duration;

use db0::{Error, Result, Value};
use uuid::Uuid;

use crate::{outcome::Outcome, output, place::Named, shown::Shown};

/// Changes a field or an attribute of an object, and shows the object then; nobody else may write
/// meanwhile.
#[derive(clap::Args)]
pub(crate) struct Set {
    #[command(flatten)]
    place: Named,
    /// The object.
    uuid: Uuid,
    /// The field.
    field: String,
    /// Its new value, as JSON. An attribute that gets none is taken away.
    #[arg(required_unless_present = "attribute")]
    value: Option<String>,
    /// It is an attribute, beside the fields of the class.
    #[arg(long)]
    attribute: bool,
    /// How many seconds to wait for whoever writes.
    #[arg(long, default_value_t = 0)]
    wait: u64,
}

impl Set {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let value = self.value.as_deref().map(parse).transpose()?;
        let prefix = self.place.open_for_writing(Duration::from_secs(self.wait))?;
        let object = prefix.fetch_any(self.uuid)?;
        match value {
            Some(value) if self.attribute => object.attrs().try_set(&self.field, value)?,
            Some(value) => object.try_set(&self.field, value)?,
            None if object.attrs().try_remove(&self.field)? => {}
            None => return Err(Error::other(format!("there is no attribute {:?}", self.field))),
        }
        prefix.commit()?;
        output::told(Shown::of(&object)?.write_line(&mut std::io::stdout().lock())?)
    }
}

fn parse(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| {
        Error::other(format!(
            "{text:?} is not JSON: {error}; text stands in double quotes, as in '\"red\"'"
        ))
    })
}
