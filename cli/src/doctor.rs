//! `db0 doctor`: why a prefix does not open, and a copy that does.

use std::path::PathBuf;

use db0::{Result, Workspace};

use crate::{outcome::Outcome, output, place::Place, verify};

/// Says what the two headers of a prefix's file hold. Fails if it does not open. The prefix stays as it
/// is.
#[derive(clap::Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    place: Place,
    /// Writes a copy in which a damaged header is made anew from the other one, and looks it through;
    /// `db0 restore` makes a prefix of it.
    #[arg(long, value_name = "FILE", group = "what")]
    rebuild: Option<PathBuf>,
    /// Writes a copy that shows the commit before the last one, and looks it through.
    #[arg(long, value_name = "FILE", group = "what")]
    rollback_one: Option<PathBuf>,
    /// Takes the file for what was committed, after it was told that more was.
    #[arg(long, group = "what")]
    accept: bool,
}

impl Doctor {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let (folder, prefix) = (self.place.folder(), self.place.prefix());
        let found = Workspace::diagnose(folder, prefix)?;
        output::say(&found)?;
        let copy = match (&self.rebuild, &self.rollback_one) {
            (Some(to), _) => Some(Workspace::rebuild(folder, prefix, to)?),
            (_, Some(to)) => Some(Workspace::roll_back(folder, prefix, to)?),
            _ => None,
        };
        if self.accept {
            let state = Workspace::accept(folder, prefix)?;
            output::say(format_args!("it goes on from state {state}"))?;
        }
        let is_fine = match copy {
            None => found.opens(),
            Some(copy) => {
                verify::tell(&copy)?;
                copy.is_sound()
            }
        };
        Ok(if is_fine { Outcome::Fine } else { Outcome::Findings })
    }
}
