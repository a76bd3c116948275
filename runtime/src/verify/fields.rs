//! What is kept of fields: entries and objects say the same, as far as keys can be taken from rows.

use super::{
    catalogue::Classes,
    tables::{Looking, Tables},
};
use crate::{
    codec::key::KeySink,
    fields::{Definition, entry_of, entry_row},
    object::row_header,
    pages::Fault,
    store::{Oid, Table, oid_key, oid_of_key, take_ordered},
};

/// Looks at all entries, and at all objects that should have some.
pub(super) fn check(looking: &mut Looking<'_, '_>, classes: &Classes) -> Result<(), Fault> {
    let mut definitions: Vec<Definition> = Vec::new();
    looking.each_body("fields", Table::Fields, |looking, key, body| {
        match take_ordered(&mut &key[..]) {
            Some(0) => match Definition::decode(key, body) {
                Some(definition) => definitions.push(definition),
                None => looking.report.find_row(Table::Fields, key, "the row is damaged"),
            },
            index => entry(looking, classes, &definitions, index, (key, body))?,
        }
        Ok(())
    })?;
    definitions.retain(|definition| definition.ready && definition.kind.is_some());
    if definitions.is_empty() {
        return Ok(());
    }
    looking.each_body("fields of objects", Table::Objects, |looking, key, body| {
        let Some((oid, _)) = oid_of_key(key) else { return Ok(()) };
        for definition in &definitions {
            let Some(sink) = keys(classes, definition, body) else { continue };
            for found in sink.iter() {
                let (row_key, _) = entry_row(definition.index, found.bytes, oid);
                if looking.tables.get(Table::Fields, row_key.as_bytes())?.is_none() {
                    let why = format!("the index of {:?} has no entry for it", definition.name);
                    looking.report.find_row(Table::Objects, key, why);
                }
            }
        }
        Ok(())
    })
}

/// The keys that an object's row gives to what is kept; none if it is of another class, or if they
/// can't be told from the row alone.
fn keys(classes: &Classes, definition: &Definition, body: &[u8]) -> Option<KeySink> {
    let (class, schema, fields) = row_header(body)?;
    if class != definition.class {
        return None;
    }
    let named = classes.schema(class, schema)?.split(fields).ok()?;
    let raws = definition.raws(&named)?;
    let mut sink = KeySink::default();
    let taken = definition.kind.as_ref()?.keys_of_msgpack(0, &raws, &mut sink);
    matches!(taken, Ok(true)).then_some(sink)
}

fn entry(
    looking: &mut Looking<'_, '_>,
    classes: &Classes,
    definitions: &[Definition],
    index: Option<u64>,
    (key, body): (&[u8], &[u8]),
) -> Result<(), Fault> {
    let wrong = match entry_of(key, body).zip(index) {
        None => Some("the row is damaged"),
        Some(((found, oid), index)) => {
            let kept = definitions.iter().find(|kept| u64::from(kept.index.0) == index);
            match kept {
                None => Some("there is no index that it is of"),
                Some(kept) => told_by(looking.tables, classes, kept, found, oid)?,
            }
        }
    };
    if let Some(why) = wrong {
        looking.report.find_row(Table::Fields, key, why);
    }
    Ok(())
}

/// What is wrong with an entry, by the object that it is of.
fn told_by(
    tables: &Tables<'_>,
    classes: &Classes,
    kept: &Definition,
    key: &[u8],
    oid: Oid,
) -> Result<Option<&'static str>, Fault> {
    let object = tables.body(Table::Objects, oid_key(oid).as_bytes(), |body| {
        let of = row_header(body).is_some_and(|(class, ..)| class == kept.class);
        let gives = keys(classes, kept, body)
            .is_none_or(|sink| sink.iter().any(|given| given.bytes == key));
        (of, gives)
    })?;
    Ok(match object {
        None => Some("there is no object that it is of"),
        Some((false, _)) => Some("its object is of another class"),
        Some((true, false)) if kept.ready => Some("its object has another key"),
        Some(_) => None,
    })
}
