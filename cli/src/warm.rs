//! `db0 warm`: reads a prefix's file ahead.

use db0::Result;

use crate::{
    outcome::Outcome,
    output,
    place::Place,
    progress::{Progress, mebibytes},
};

/// Reads the whole file of a prefix once, so that programs find it in memory.
#[derive(clap::Args)]
pub(crate) struct Warm {
    #[command(flatten)]
    place: Place,
}

impl Warm {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let prefix = self.place.open()?;
        let mut progress = Progress::default();
        let read = prefix.warm_with(|step| {
            progress.show(format!("{} of {}", mebibytes(step.done), mebibytes(step.of)));
        });
        drop(progress);
        output::say(format_args!("{} were read", mebibytes(read?)))
    }
}
