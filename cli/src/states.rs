//! `db0 states`: what was committed when.

use std::time::UNIX_EPOCH;

use db0::Result;

use crate::{outcome::Outcome, place::Place};

/// Lists the committed states of a prefix.
#[derive(clap::Args)]
pub(crate) struct States {
    #[command(flatten)]
    place: Place,
    /// Only the last so many.
    #[arg(long, default_value_t = 20)]
    last: u64,
}

impl States {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let prefix = self.place.open()?;
        let first = (prefix.state() + 1).saturating_sub(self.last);
        println!("state\tseconds since 1970\tcreated\tmodified\tdeleted");
        for state in prefix.states(first..)? {
            let seconds =
                state.time.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
            println!(
                "{}\t{seconds:.3}\t{}\t{}\t{}",
                state.number, state.created, state.modified, state.deleted
            );
        }
        Ok(Outcome::Fine)
    }
}
