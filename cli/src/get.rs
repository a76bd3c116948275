//! `db0 get`: one object.

use db0::Result;
use uuid::Uuid;

use crate::{
    outcome::Outcome,
    output,
    place::{At, Named},
    shown::Shown,
};

/// Shows an object as JSON, with its attributes and tags.
#[derive(clap::Args)]
pub(crate) struct Get {
    #[command(flatten)]
    place: Named,
    /// The object.
    uuid: Uuid,
    /// How many levels of the objects that it refers to are shown in it; else their uuids are.
    #[arg(long, default_value_t = 0)]
    depth: usize,
    #[command(flatten)]
    at: At,
}

impl Get {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let object = self.place.snapshot(self.at)?.fetch_any(self.uuid)?;
        let written =
            Shown::with(&object, self.depth)?.write_line(&mut std::io::stdout().lock())?;
        output::told(written)
    }
}
