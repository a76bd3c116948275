//! `db0 drop`: deletes a prefix, or a collection that one keeps by its name.

use std::{
    thread,
    time::{Duration, Instant},
};

use db0::{Error, Result, Workspace};

use crate::{outcome::Outcome, place::Named};

/// How often it is looked whether those have gone who are waited for.
const ASKED_EVERY: Duration = Duration::from_millis(20);

/// Deletes a prefix that nobody has open, for good; or a collection in one that nobody writes.
#[derive(clap::Args)]
pub(crate) struct DropPrefix {
    #[command(flatten)]
    place: Named,
    /// Only the collection that is kept by this name, unless something else holds it.
    #[arg(long, value_name = "NAME")]
    root: Option<String>,
    /// How many seconds to wait for those who have the prefix open.
    #[arg(long, default_value_t = 0)]
    wait: u64,
}

impl DropPrefix {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let Some(root) = &self.root else {
            return self.remove();
        };
        let prefix = self.place.open_for_writing(Duration::from_secs(self.wait))?;
        if !prefix.drop_root(root)? {
            let prefix = self.place.prefix();
            return Err(Error::other(format!("there is no root {root:?} in prefix {prefix:?}")));
        }
        prefix.commit()?;
        Ok(Outcome::Fine)
    }

    fn remove(&self) -> Result<Outcome> {
        let deadline = Instant::now().checked_add(Duration::from_secs(self.wait));
        loop {
            match Workspace::remove(self.place.folder(), self.place.prefix()) {
                Err(Error::Locked { .. } | Error::InUse { .. })
                    if deadline.is_none_or(|deadline| Instant::now() < deadline) =>
                {
                    thread::sleep(ASKED_EVERY);
                }
                removed => return removed.map(|()| Outcome::Fine),
            }
        }
    }
}
