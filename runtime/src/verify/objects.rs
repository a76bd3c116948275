//! Objects: of a class that is known, in its members, and held by something.

use super::{catalogue::Classes, members, tables::Looking};
use crate::{
    object::{Objects, row_header},
    pages::Fault,
    store::{Oid, Table, TagId, oid_key, oid_of_key, tags_hold},
};

/// Looks at all objects, and at who holds collections.
pub(super) fn check(looking: &mut Looking<'_, '_>, classes: &Classes) -> Result<(), Fault> {
    let next = looking.tables.head.oids_reserved;
    looking.each_body("objects", Table::Objects, |looking, key, body| {
        let Some((oid, _)) = oid_of_key(key) else { return Ok(()) };
        let Some((class, schema, fields)) = row_header(body) else {
            looking.report.find_row(Table::Objects, key, "the row is too short");
            return Ok(());
        };
        match classes.schema(class, schema).map(|schema| schema.split(fields)) {
            None => looking.report.find_row(Table::Objects, key, "its class is not known"),
            Some(Err(fault)) => looking.report.find_row(Table::Objects, key, fault.to_string()),
            Some(Ok(_)) => {}
        }
        if oid >= next {
            looking.report.find_row(Table::Objects, key, "its number has not been given out");
        }
        if !members::has(looking.tables, Objects::class_tag(class), oid)? {
            let why = "it is not among the objects of its class";
            looking.report.find_row(Table::Objects, key, why);
        }
        let lives = classes.lives_by_itself(class) || is_tagged(looking, oid)?;
        if !lives && !is_held(looking, oid)? {
            looking.report.find_row(Table::Objects, key, "nothing holds it");
        }
        Ok(())
    })?;
    looking.each_raw("collections", Table::Headers, |looking, key, _| {
        let Some((oid, _)) = oid_of_key(key) else { return Ok(()) };
        if !is_held(looking, oid)? {
            looking.report.find_row(Table::Headers, key, "nothing holds it");
        }
        Ok(())
    })
}

fn is_tagged(looking: &Looking<'_, '_>, oid: Oid) -> Result<bool, Fault> {
    let key = oid_key(oid);
    Ok(looking.tables.body(Table::ObjectTags, key.as_bytes(), tags_hold)?.unwrap_or(false))
}

/// It is referred to; or it was held by a handle at the last commit, and is looked at again.
fn is_held(looking: &Looking<'_, '_>, oid: Oid) -> Result<bool, Fault> {
    Ok(looking.tables.has(Table::Counts, oid)?
        || members::has(looking.tables, TagId::ORPHANS, oid)?)
}
