//! `db0 set`: changes a field of an object.

use std::time::Duration;

use db0::{Error, Result, Value};
use uuid::Uuid;

use crate::{outcome::Outcome, output, place::Named, shown::Shown};

/// Changes a field of an object, and shows the object then; nobody else may write meanwhile.
#[derive(clap::Args)]
pub(crate) struct Set {
    #[command(flatten)]
    place: Named,
    /// The object.
    uuid: Uuid,
    /// The field.
    field: String,
    /// Its new value, as JSON.
    value: String,
    /// How many seconds to wait for whoever writes.
    #[arg(long, default_value_t = 0)]
    wait: u64,
}

impl Set {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let value: Value = serde_json::from_str(&self.value)
            .map_err(|error| Error::other(format!("{:?} is not JSON: {error}", self.value)))?;
        let prefix = self.place.open_for_writing(Duration::from_secs(self.wait))?;
        let object = prefix.fetch_any(self.uuid)?;
        object.try_set(&self.field, value)?;
        prefix.commit()?;
        output::told(Shown::of(&object)?.write_line(&mut std::io::stdout().lock())?)
    }
}
