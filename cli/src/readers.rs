//! `db0 readers`: who reads a prefix.

use std::io::Write;

use db0::{Reader, Result};
use serde_json::{Value, json};

use crate::{outcome::Outcome, output, place::Place};

/// Lists who has slots for reading in a prefix, and how many commits there have been since the one that
/// each of them reads. This command has slots too.
#[derive(clap::Args)]
pub(crate) struct Readers {
    #[command(flatten)]
    place: Place,
    /// Frees the slots of processes that died before; writers do that by themselves.
    #[arg(short, long)]
    clear: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Readers {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let prefix = self.place.open()?;
        if self.clear {
            prefix.clear_dead_readers()?;
        }
        let readers = prefix.readers()?;
        let mut out = std::io::stdout().lock();
        if self.json {
            return output::told(writeln!(
                out,
                "{}",
                readers.iter().map(as_json).collect::<Value>()
            ));
        }
        let mut line = || {
            writeln!(out, "process\tcommits behind")?;
            readers.iter().try_for_each(|reader| match reader.commits_behind() {
                Some(behind) => writeln!(out, "{}\t{behind}", reader.pid),
                None => writeln!(out, "{}\t-", reader.pid),
            })
        };
        output::told(line())
    }
}

fn as_json(reader: &Reader) -> Value {
    json!({ "process": reader.pid, "commits_behind": reader.commits_behind() })
}
