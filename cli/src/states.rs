//! `db0 states`: what was committed when.

use std::{io::Write, time::UNIX_EPOCH};

use db0::{Result, State};

use crate::{outcome::Outcome, output, place::Place};

/// Lists the committed states of a prefix.
#[derive(clap::Args)]
pub(crate) struct States {
    #[command(flatten)]
    place: Place,
    /// Only the last so many.
    #[arg(long, default_value_t = 20)]
    last: u64,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl States {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let prefix = self.place.open()?;
        let first = (prefix.state() + 1).saturating_sub(self.last);
        let states = prefix.states(first..)?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let list: serde_json::Value = states.into_iter().map(json).collect();
            return output::told(writeln!(out, "{list}"));
        }
        let heading = writeln!(out, "state\tseconds since 1970\tcreated\tmodified\tdeleted");
        let mut rest = states.into_iter();
        output::told(heading.and_then(|()| rest.try_for_each(|state| text(state, &mut out))))
    }
}

fn seconds(state: State) -> f64 {
    state.time.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Writes a state as a line of a table.
pub(crate) fn text(state: State, out: &mut impl Write) -> std::io::Result<()> {
    let State { number, created, modified, deleted, .. } = state;
    writeln!(out, "{number}\t{:.3}\t{created}\t{modified}\t{deleted}", seconds(state))
}

/// What stands above lines of [`csv`].
pub(crate) const CSV_HEADING: &str = "state,seconds,created,modified,deleted";

/// A state as a line of values between commas.
pub(crate) fn csv(state: State) -> String {
    let State { number, created, modified, deleted, .. } = state;
    format!("{number},{:.3},{created},{modified},{deleted}", seconds(state))
}

/// A state as JSON.
pub(crate) fn json(state: State) -> serde_json::Value {
    serde_json::json!({
        "state": state.number,
        "seconds": seconds(state),
        "created": state.created,
        "modified": state.modified,
        "deleted": state.deleted,
    })
}
