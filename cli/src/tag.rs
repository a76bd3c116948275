//! `db0 tag`: puts tags on objects, and takes some off.

use std::time::Duration;

use db0::{AnyMemo, Result};
use uuid::Uuid;

use crate::{outcome::Outcome, output, place::Named, shown::Shown};

/// Puts tags on objects and takes some off, all or nothing, and shows the objects then; nobody else may
/// write meanwhile.
#[derive(clap::Args)]
pub(crate) struct Tag {
    #[command(flatten)]
    place: Named,
    /// The objects.
    #[arg(required = true)]
    uuids: Vec<Uuid>,
    /// A tag to put on; can be said several times.
    #[arg(long, value_name = "TAG", required_unless_present = "remove")]
    add: Vec<String>,
    /// A tag to take off; can be said several times.
    #[arg(long, value_name = "TAG")]
    remove: Vec<String>,
    /// How many seconds to wait for whoever writes.
    #[arg(long, default_value_t = 0)]
    wait: u64,
}

impl Tag {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let prefix = self.place.open_for_writing(Duration::from_secs(self.wait))?;
        let objects = self.uuids.iter().map(|uuid| prefix.fetch_any(*uuid));
        let objects: Vec<AnyMemo> = objects.collect::<Result<_>>()?;
        prefix.workspace().atomic(|| -> Result<()> {
            let tags = prefix.tags(&objects).try_add(self.add.clone())?;
            tags.try_remove(self.remove.clone()).map(drop)
        })?;
        prefix.commit()?;
        let mut out = std::io::stdout().lock();
        for object in &objects {
            if let Err(error) = Shown::of(object)?.write_line(&mut out)? {
                return output::told(Err(error));
            }
        }
        Ok(Outcome::Fine)
    }
}
