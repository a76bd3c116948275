//! `db0 verify`: whether all that a prefix holds makes sense, and agrees.

use std::io::{self, Write};

use db0::{Result, Verification, Workspace};

use crate::{outcome::Outcome, output, place::Place, progress::Progress};

/// Looks through a prefix, open or not: every page, every row, and whether they agree. Fails if
/// something is wrong.
#[derive(clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    place: Place,
    /// Writes what was found as JSON.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(&self) -> Result<Outcome> {
        let mut progress = Progress::default();
        let found = Workspace::verify_with(self.place.folder(), self.place.prefix(), |step| {
            progress.show(format!("{}: {} of {}", step.what, step.done, step.of));
        });
        drop(progress);
        let found = found?;
        let mut out = io::stdout().lock();
        output::told(if self.json { json(&found, &mut out) } else { text(&found, &mut out) })?;
        Ok(if found.is_sound() { Outcome::Fine } else { Outcome::Findings })
    }
}

/// Tells what was found in something that was made.
pub(crate) fn tell(found: &Verification) -> Result<Outcome> {
    output::told(text(found, &mut io::stdout().lock()))
}

/// Writes what was found, for people.
fn text(found: &Verification, out: &mut impl Write) -> io::Result<()> {
    for finding in &found.findings {
        writeln!(out, "{finding}")?;
    }
    if found.untold > 0 {
        writeln!(out, "and {} more", found.untold)?;
    }
    writeln!(
        out,
        "prefix {:?}, state {}: {} objects, {} collections, {} references; {} rows, {} of them of the past; {} pages, {} more are free: {}",
        found.prefix,
        found.state,
        found.objects,
        found.collections,
        found.references,
        found.rows,
        found.old_rows,
        found.pages,
        found.free_pages,
        if found.is_sound() {
            "sound".into()
        } else {
            format!("{} findings", found.findings.len() as u64 + found.untold)
        }
    )
}

fn json(found: &Verification, out: &mut impl Write) -> io::Result<()> {
    let findings: Vec<_> = found
        .findings
        .iter()
        .map(|finding| serde_json::json!({ "place": finding.place, "why": finding.why }))
        .collect();
    let report = serde_json::json!({
        "prefix": found.prefix,
        "state": found.state,
        "sound": found.is_sound(),
        "objects": found.objects,
        "collections": found.collections,
        "references": found.references,
        "rows": found.rows,
        "old_rows": found.old_rows,
        "pages": found.pages,
        "free_pages": found.free_pages,
        "findings": findings,
        "untold": found.untold,
    });
    writeln!(out, "{report}")
}
