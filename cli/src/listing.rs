//! Listing something of a state: a line for each, or all as JSON.

use std::io::{self, Write};

use db0::{Result, Snapshot};
use serde_json::Value;

use crate::{
    outcome::Outcome,
    output,
    place::{At, Place},
};

/// Which state is listed, and how.
#[derive(clap::Args)]
pub(crate) struct Listing {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    at: At,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Listing {
    /// Writes what `list` finds.
    pub(crate) fn tell<T>(
        &self,
        list: impl FnOnce(&Snapshot) -> Result<Vec<T>>,
        json: impl Fn(&T) -> Value,
        line: impl Fn(&T, &mut dyn Write) -> io::Result<()>,
    ) -> Result<Outcome> {
        let found = list(&self.at.of(&self.place.open()?)?)?;
        let mut out = io::stdout().lock();
        output::told(if self.json {
            writeln!(out, "{}", found.iter().map(json).collect::<Value>())
        } else {
            found.iter().try_for_each(|one| line(one, &mut out))
        })
    }
}
