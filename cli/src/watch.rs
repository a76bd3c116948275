//! `db0 watch`: states as they are committed.

use std::{
    io::{self, Write},
    time::Duration,
};

use db0::{Change, Error, Kind, Prefix, Result, State};

use crate::{outcome::Outcome, output, place::Place, states};

/// How long one wait lasts, before it is looked whether the prefix is still there.
const WAIT: Duration = Duration::from_secs(1);

/// Tells of each state of a prefix as it is committed, until it is interrupted.
#[derive(clap::Args)]
pub(crate) struct Watch {
    #[command(flatten)]
    place: Place,
    /// Begins with the state after this one; with the next one if not said.
    #[arg(long)]
    since: Option<u64>,
    /// Ends after so many states.
    #[arg(long)]
    count: Option<u64>,
    /// Tells which objects each state changed, too.
    #[arg(long)]
    changes: bool,
    /// As JSON, a line each.
    #[arg(long)]
    json: bool,
    /// As values between commas, a line each below a heading.
    #[arg(long, conflicts_with_all = ["json", "changes"])]
    csv: bool,
}

impl Watch {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let prefix = self.place.open()?;
        let mut last = self.since.unwrap_or_else(|| prefix.state());
        let mut left = self.count;
        let mut out = io::stdout().lock();
        if self.csv
            && let Err(error) = writeln!(out, "{}", states::CSV_HEADING)
        {
            return output::told(Err(error));
        }
        while left != Some(0) {
            let next = last.saturating_add(1);
            if !prefix.wait(next, WAIT)? {
                continue;
            }
            // What is pruned already is passed over.
            for state in prefix.states(next..)? {
                last = state.number;
                if let Err(error) = self.tell(&prefix, state, &mut out)? {
                    return output::told(Err(error));
                }
                left = left.map(|left| left - 1);
                if left == Some(0) {
                    break;
                }
            }
        }
        Ok(Outcome::Fine)
    }

    fn tell(&self, prefix: &Prefix, state: State, out: &mut impl Write) -> Result<io::Result<()>> {
        let changes = if self.changes { changes(prefix, state.number)? } else { None };
        let mut write = || {
            if self.json {
                let mut report = states::json(state);
                if self.changes {
                    let listed = changes.as_ref().map(|changes| changes.iter().map(json).collect());
                    report["changes"] = listed.unwrap_or(serde_json::Value::Null);
                }
                writeln!(out, "{report}")?;
            } else if self.csv {
                writeln!(out, "{}", states::csv(state))?;
            } else {
                states::text(state, out)?;
                for change in changes.iter().flatten() {
                    writeln!(out, "\t{}\t{}\t{}", word(change.kind), change.class, change.uuid)?;
                }
                if self.changes && changes.is_none() {
                    writeln!(out, "\tthe state before is forgotten, and so is what changed")?;
                }
            }
            out.flush()
        };
        Ok(write())
    }
}

/// What a state changed; none where the one before it is forgotten, or it is so by now itself.
fn changes(prefix: &Prefix, state: u64) -> Result<Option<Vec<Change>>> {
    let ends = [state - 1, state].map(|state| prefix.snapshot_at(state));
    match ends {
        [Ok(before), Ok(after)] => Ok(Some(db0::try_changes(&before, &after)?.collect())),
        [Err(Error::Pruned { .. }), _] | [_, Err(Error::Pruned { .. })] => Ok(None),
        [Err(error), _] | [_, Err(error)] => Err(error),
    }
}

fn json(change: &Change) -> serde_json::Value {
    serde_json::json!({ "kind": word(change.kind), "class": change.class, "uuid": change.uuid.to_string() })
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Created => "created",
        Kind::Modified => "modified",
        Kind::Deleted => "deleted",
    }
}
