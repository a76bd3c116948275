//! `db0 compact`: gives free space of a prefix back to the file system.

use std::time::Duration;

use db0::Result;

use crate::{
    outcome::Outcome,
    output,
    place::Place,
    progress::{Progress, mebibytes},
};

/// Gives the free space of a prefix back to the file system; nobody may write to it meanwhile.
#[derive(clap::Args)]
pub(crate) struct Compact {
    #[command(flatten)]
    place: Place,
    /// How many seconds to wait for those who have the prefix open.
    #[arg(long, default_value_t = 0)]
    wait: u64,
}

impl Compact {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let patience = Duration::from_secs(self.wait);
        let prefix = self.place.open_for_writing(patience)?;
        let mut progress = Progress::default();
        let done = prefix.compact_with(patience, |compaction| {
            let before = mebibytes(compaction.before);
            progress.show(match compaction.written {
                0 => format!("{before}: waiting for those who read it"),
                written => format!("{before}: {} written", mebibytes(written)),
            });
        });
        drop(progress);
        let done = done?;
        output::say(format_args!("{} of {}", mebibytes(done.written), mebibytes(done.before)))
    }
}
