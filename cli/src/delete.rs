//! `db0 delete`: deletes objects.

use std::time::Duration;

use db0::Result;
use uuid::Uuid;

use crate::{outcome::Outcome, place::Named};

/// Deletes objects that nothing refers to, all of them or none; nobody else may write meanwhile.
#[derive(clap::Args)]
pub(crate) struct Delete {
    #[command(flatten)]
    place: Named,
    /// The objects.
    #[arg(required = true)]
    uuids: Vec<Uuid>,
    /// How many seconds to wait for whoever writes.
    #[arg(long, default_value_t = 0)]
    wait: u64,
}

impl Delete {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let prefix = self.place.open_for_writing(Duration::from_secs(self.wait))?;
        prefix.workspace().atomic(|| -> Result<()> {
            self.uuids.iter().try_for_each(|uuid| db0::delete(&prefix.fetch_any(*uuid)?))
        })?;
        prefix.commit()?;
        Ok(Outcome::Fine)
    }
}
