//! `db0 tags`: the tags of a prefix.

use std::io::Write;

use db0::Result;

use crate::{
    outcome::Outcome,
    output,
    place::{At, Place},
};

/// Lists the tags of a prefix, and how many objects bear each.
#[derive(clap::Args)]
pub(crate) struct Tags {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    at: At,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Tags {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let tags = self.at.of(&self.place.open()?)?.all_tags()?;
        let mut out = std::io::stdout().lock();
        if self.json {
            let tag = |(name, objects): &(db0::TagName, u64)| serde_json::json!({ "tag": name.to_string(), "objects": objects });
            let list: Vec<_> = tags.iter().map(tag).collect();
            return output::told(writeln!(out, "{}", serde_json::Value::from(list)));
        }
        output::told(tags.iter().try_for_each(|(name, objects)| writeln!(out, "{objects}\t{name}")))
    }
}
