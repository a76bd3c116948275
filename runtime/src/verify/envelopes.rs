//! Every row by itself: its checksum, and that it reads as what it is.

use super::{report::Verification, tables::Looking};
use crate::{
    pages::{Census, Fault},
    store::{
        Changes, Container, Envelope, PutOn, StateRow, Table, Tally, checked_row, log,
        of_posting_key, of_tally_key, oid_of_key, parse_kept_changes, take_ordered, take_varint,
        weight,
    },
};

/// Looks at the rows of all tables whose pages are sound.
pub(super) fn check(looking: &mut Looking<'_, '_>, census: &Census) -> Result<(), Fault> {
    let mut sum = Some(0_u64);
    for table in Table::ALL {
        let is_whole =
            |found: &crate::pages::Table| found.name == table.name().as_bytes() && found.is_whole;
        if !census.tables.iter().any(is_whole) {
            sum = None;
            continue;
        }
        looking.each_raw("rows", table, |looking, key, row| {
            let report = &mut *looking.report;
            report.rows += 1;
            sum = sum.map(|sum| sum.wrapping_add(weight(row)));
            if table.is_versioned() {
                let is_early = |row: Envelope<'_>| row.stamp > looking.tables.head.state;
                if Envelope::open(table, key, row).is_ok_and(is_early) {
                    report.find_row(table, key, "a state wrote it that is not there yet");
                }
            }
            let read =
                checked_row(table, key, row).and_then(|body| reads(report, table, key, body));
            if let Err(why) = read {
                report.find_row(table, key, why);
            }
            Ok(())
        })?;
    }
    if sum.is_some_and(|sum| sum != looking.tables.head.sum) {
        let why = "its rows don't add up: some are missing, or as they were in another state";
        looking.report.find("the prefix".into(), why);
    }
    Ok(())
}

fn sound(is_sound: bool) -> Result<(), &'static str> {
    if is_sound { Ok(()) } else { Err("the row is damaged") }
}

/// A row reads as what its table says; what refers to others is looked at with them.
fn reads(
    report: &mut Verification,
    table: Table,
    key: &[u8],
    body: &[u8],
) -> Result<(), &'static str> {
    let number_key = |rest: &[u8]| oid_of_key(rest).is_some_and(|(_, behind)| behind.is_empty());
    let number = |mut rest: &[u8]| take_varint(&mut rest).is_some() && rest.is_empty();
    match table {
        Table::Objects => {
            report.objects += 1;
            sound(number_key(key))
        }
        Table::Headers => {
            report.collections += 1;
            sound(number_key(key))
        }
        Table::Elements => sound(oid_of_key(key).is_some()),
        Table::ObjectTags => {
            let of = oid_of_key(key).is_some_and(|(_, behind)| matches!(behind, [] | [1]));
            sound(of && PutOn::decode(body).is_some_and(|tags| tags.all().next().is_some()))
        }
        Table::Postings => {
            let has_members = || Container::sound(body).is_some_and(|members| members.len() > 0);
            let is_container = of_posting_key(key).is_some() && has_members();
            sound(is_container || of_tally_key(key).is_some() && Tally::decode(body).is_some())
        }
        Table::Counts => sound(number_key(key) && number(body)),
        Table::Owned => sound(number_key(key) && body.is_empty()),
        Table::Owners => {
            let both = oid_of_key(key).is_some_and(|(_, owner)| number_key(owner));
            sound(both && number(body))
        }
        Table::Log => logged(report, key, body),
        Table::Gone => {
            report.old_rows += 1;
            sound(Table::of_number(*key.first().unwrap_or(&0)).is_some() && number(body))
        }
        Table::Kept => {
            report.old_rows += 1;
            kept(key, body)
        }
        Table::Names | Table::Classes | Table::TagNames | Table::Fields => Ok(()),
    }
}

fn logged(report: &mut Verification, key: &[u8], row: &[u8]) -> Result<(), &'static str> {
    report.old_rows += 1;
    let (_, kind, rest) = log::split(key).ok_or("the key is damaged")?;
    match log::Kind::of_number(kind).ok_or("the key is damaged")? {
        log::Kind::Old => Ok(()), // with its envelope
        log::Kind::Change => sound(Changes::parse(rest, row).is_some_and(Changes::is_sound)),
        log::Kind::State => sound(rest.is_empty() && StateRow::decode(row).is_some()),
    }
}

fn kept(key: &[u8], row: &[u8]) -> Result<(), &'static str> {
    let mut rest = key;
    take_ordered(&mut rest).ok_or("the key is damaged")?;
    match rest.split_first() {
        Some((number, end)) if *number == Table::Log as u8 => {
            let kept = parse_kept_changes(end, row);
            sound(kept.is_some_and(|kept| kept.changes.is_sound()))
        }
        _ => Ok(()), // with its envelope
    }
}
