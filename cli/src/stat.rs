//! `db0 stat`: what a prefix holds, and what it takes.

use std::io::Write;

use db0::Result;

use crate::{outcome::Outcome, output, place::Place, progress::mebibytes};

/// Tells what a prefix holds, and how large its file is.
#[derive(clap::Args)]
pub(crate) struct Stat {
    #[command(flatten)]
    place: Place,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Stat {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let prefix = self.place.open()?;
        let (state, oldest) = (prefix.state(), prefix.oldest_state()?);
        let objects: u64 = prefix.classes()?.iter().map(|class| class.objects).sum();
        let (classes, tags) = (prefix.classes()?.len(), prefix.all_tags()?.len());
        let (roots, space) = (prefix.roots()?, prefix.space()?);
        let readers = prefix.readers()?.iter().filter(|reader| reader.is_reading).count();
        let mut out = std::io::stdout().lock();
        if self.json {
            let roots: Vec<_> = roots
                .iter()
                .map(|root| serde_json::json!({ "name": root.name, "holds": root.holds }))
                .collect();
            let report = serde_json::json!({
                "prefix": prefix.name(),
                "state": state,
                "oldest": oldest,
                "objects": objects,
                "classes": classes,
                "tags": tags,
                "roots": roots,
                "file_bytes": space.file,
                "used_bytes": space.used,
                "reading": readers,
            });
            return output::told(writeln!(out, "{report}"));
        }
        let lines = [
            ("prefix", prefix.name().to_owned()),
            ("states", format!("{oldest} to {state}")),
            ("objects", format!("{objects} of {classes} classes")),
            ("tags", tags.to_string()),
            ("roots", roots.len().to_string()),
            ("file", format!("{}, {} in use", mebibytes(space.file), mebibytes(space.used))),
            ("reading", readers.to_string()),
        ];
        let mut lines = lines.iter();
        output::told(lines.try_for_each(|(name, value)| writeln!(out, "{name:8} {value}")))
    }
}
