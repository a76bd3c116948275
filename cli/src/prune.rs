//! `db0 prune`: forgets old states of a prefix.

use std::time::{Duration, SystemTime};

use db0::Result;

use crate::{outcome::Outcome, output, place::Place, progress::Progress};

/// Forgets old states of a prefix; nobody else may write to it meanwhile.
#[derive(clap::Args)]
pub(crate) struct Prune {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    what: What,
    /// How many seconds to wait for whoever writes.
    #[arg(long, default_value_t = 0)]
    wait: u64,
}

/// Which states to forget.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct What {
    /// Those before this state.
    #[arg(long)]
    before: Option<u64>,
    /// All but the last so many.
    #[arg(long)]
    keep: Option<u64>,
    /// Those that were no longer the present so many days ago.
    #[arg(long)]
    days: Option<u64>,
}

impl Prune {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let prefix = self.place.open_for_writing(Duration::from_secs(self.wait))?;
        let mut progress = Progress::default();
        let mut oldest = 0;
        let show = |pruning: db0::Pruning| {
            oldest = pruning.oldest;
            progress.show(format!("up to state {} of {oldest}", pruning.done));
        };
        let ago = |days: u64| Duration::from_secs(days.saturating_mul(24 * 60 * 60));
        let done = if let Some(days) = self.what.days {
            let moment = SystemTime::now().checked_sub(ago(days));
            prefix.prune_history_with(..moment.unwrap_or(SystemTime::UNIX_EPOCH), show)
        } else {
            let kept = |keep| (prefix.state() + 1).saturating_sub(keep);
            let before = self.what.before.or(self.what.keep.map(kept));
            prefix.prune_history_with(..before.unwrap_or(0), show)
        };
        drop(progress);
        done?;
        output::say(format_args!("the oldest state is {oldest}"))
    }
}
