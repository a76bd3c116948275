//! Names of tags, both ways, and what is kept by a name.

use super::tables::Looking;
use crate::{
    class::TagNameRow,
    pages::Fault,
    store::{Table, oid_of_key},
};

/// Looks at all names.
pub(super) fn check(looking: &mut Looking<'_, '_>) -> Result<(), Fault> {
    looking.each_body("names", Table::TagNames, |looking, key, row| {
        let Some(parsed) = TagNameRow::parse(key, row) else {
            looking.report.find_row(Table::TagNames, key, "the row is damaged");
            return Ok(());
        };
        if matches!(parsed, TagNameRow::ByNumber(tag, _) if tag.0 >= looking.tables.head.next_tag) {
            looking.report.find_row(Table::TagNames, key, "its number has not been given out");
        }
        let agrees = |row: &[u8]| parsed.agrees_with(row);
        let found = looking.tables.body(Table::TagNames, &parsed.other_key(), agrees)?;
        let mut is_sound = found.unwrap_or(false);
        if !is_sound && matches!(parsed, TagNameRow::ByNumber(..)) {
            // The name may have got another number once nothing bore this one.
            is_sound = looking.tables.get(Table::TagNames, &parsed.unborne_key())?.is_some();
        }
        if !is_sound {
            let why = "the name and the number of a tag do not agree";
            looking.report.find_row(Table::TagNames, key, why);
        }
        Ok(())
    })?;
    looking.each_body("names", Table::Names, |looking, key, body| {
        let oid = oid_of_key(body).map(|(oid, _)| oid);
        let is_singleton = key.starts_with(b"singleton:");
        let is_there = match oid {
            Some(oid) if is_singleton => looking.tables.has(Table::Objects, oid)?,
            // A collection without a row is empty.
            Some(_) => key.starts_with(b"root:"),
            None => false,
        };
        if !is_there {
            looking.report.find_row(Table::Names, key, "what it names is not there");
        }
        Ok(())
    })
}
