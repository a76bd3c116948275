//! `db0 tags`: the tags of a prefix.

use db0::{Result, Snapshot};
use serde_json::json;

use crate::{listing::Listing, outcome::Outcome, output::plain};

/// Lists the tags of a prefix, and how many objects bear each.
#[derive(clap::Args)]
pub(crate) struct Tags {
    #[command(flatten)]
    listing: Listing,
}

impl Tags {
    pub(crate) fn run(&self) -> Result<Outcome> {
        self.listing.tell(
            Snapshot::all_tags,
            |(name, objects)| json!({ "tag": name.to_string(), "objects": objects }),
            |(name, objects), out| writeln!(out, "{objects}\t{}", plain(&name.to_string())),
        )
    }
}
