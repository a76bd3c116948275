//! The steps of a verification: pages first, then rows, then what they say of each other.

use super::{
    catalogue::Classes,
    collections::{self, BeginCheck},
    counts, envelopes, fields, history, members, names, objects,
    report::{Verification, Verifying},
    tables::{Looking, Tables},
};
use crate::pages::{Census, Fault, PageFile};

/// Pages that are read before it is told.
const TOLD_EVERY: u64 = 1024;

/// Looks through all of a file, as the last commit left it.
pub(crate) fn verify(
    file: &PageFile,
    begin: BeginCheck,
    told: &mut dyn FnMut(Verifying),
) -> Verification {
    let mut report = Verification::default();
    let of = file.len();
    let mut done = 0;
    let census = Census::take(file, &mut || {
        done += 1;
        if done % TOLD_EVERY == 0 {
            told(Verifying { what: "pages", done, of });
        }
    });
    (report.pages, report.free_pages) = (census.used, census.free);
    for (page, meta) in file.metas().both.iter().enumerate() {
        if let Err(why) = meta {
            let why = format!("{why}: `db0 doctor` can rebuild it in a copy");
            report.find(format!("page {page}"), why);
        }
    }
    for Fault { page, why } in &census.faults {
        report.find(format!("page {page}"), why);
    }
    let tables = match Tables::find(file, &census) {
        Ok(tables) => tables,
        Err(why) => {
            report.find("the prefix".into(), why);
            return report;
        }
    };
    report.prefix.clone_from(&tables.head.name);
    report.state = tables.head.state.0;
    let is_whole = census.faults.is_empty();
    let mut looking = Looking { tables: &tables, report: &mut report, told };
    if let Err(Fault { page, why }) = rows(&mut looking, &census, is_whole, begin) {
        report.find(format!("page {page}"), why);
    }
    report
}

fn rows(
    looking: &mut Looking<'_, '_>,
    census: &Census,
    is_whole: bool,
    begin: BeginCheck,
) -> Result<(), Fault> {
    envelopes::check(looking, census)?;
    if !is_whole {
        // What is not there to be read would be missed everywhere else.
        return Ok(());
    }
    let classes = Classes::read(looking)?;
    history::check(looking)?;
    names::check(looking)?;
    counts::check(looking)?;
    objects::check(looking, &classes)?;
    members::check(looking, &classes)?;
    fields::check(looking, &classes)?;
    collections::check(looking, begin)
}
