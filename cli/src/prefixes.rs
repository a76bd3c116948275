//! `db0 prefixes`: what a folder holds.

use std::io::{self, Write};

use db0::{Error, Result, Workspace};
use serde_json::{Value, json};

use crate::{outcome::Outcome, output, place::Folder, words::Words};

/// Lists the prefixes of a folder with their last state. One that does not open hides no other.
#[derive(clap::Args)]
pub(crate) struct Prefixes {
    #[command(flatten)]
    folder: Folder,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Prefixes {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let names = Workspace::list(self.folder.path())?;
        if names.is_empty() {
            let why = format!("there is no prefix in {}", self.folder.path().display());
            return Err(Error::other(why));
        }
        let state = |name: String| (self.folder.open(&name).map(|prefix| prefix.state()), name);
        let found: Vec<_> = names.into_iter().map(state).collect();
        let mut out = io::stdout().lock();
        output::told(if self.json {
            writeln!(out, "{}", found.iter().map(as_json).collect::<Value>())
        } else {
            found.iter().try_for_each(|(state, name)| match state {
                Ok(state) => writeln!(out, "{state}\t{name}"),
                Err(_) => writeln!(out, "-\t{name}"),
            })
        })?;
        let failures: Vec<_> = found.iter().filter_map(|(state, _)| state.as_ref().err()).collect();
        failures.iter().for_each(|error| output::complain(error));
        Ok(if failures.is_empty() { Outcome::Fine } else { Outcome::Failed })
    }
}

fn as_json((state, name): &(Result<u64>, String)) -> Value {
    match state {
        Ok(state) => json!({ "prefix": name, "state": state }),
        Err(error) => json!({ "prefix": name, "error": Words(error).to_string() }),
    }
}
