//! `db0 roots`: the collections that a prefix keeps by their names.

use db0::{Result, Snapshot};
use serde_json::json;

use crate::{listing::Listing, outcome::Outcome, output::plain};

/// Lists the collections that are kept by a name of their own, and what they hold.
#[derive(clap::Args)]
pub(crate) struct Roots {
    #[command(flatten)]
    listing: Listing,
}

impl Roots {
    pub(crate) fn run(&self) -> Result<Outcome> {
        self.listing.tell(
            Snapshot::roots,
            |root| json!({ "name": root.name, "holds": root.holds }),
            |root, out| writeln!(out, "{}\t{}", plain(&root.name), root.holds),
        )
    }
}
