//! Putting tags on objects and taking them off.

use std::{panic::Location, sync::Arc};

use crate::class::TagName;
use crate::{
    Result,
    object::Objects,
    store::{Oid, Table, TagId, oid_key, put_varint, take_varint},
};

/// The tags of an object as a row: numbers, ascending, each as the difference to the one before.
fn encode(tags: &[TagId]) -> Vec<u8> {
    let mut out = Vec::with_capacity(2 * tags.len());
    let mut last = 0;
    for tag in tags {
        put_varint(&mut out, u64::from(tag.0 - last));
        last = tag.0;
    }
    out
}

fn decode(mut row: &[u8]) -> Option<Vec<TagId>> {
    let mut tags = Vec::new();
    let mut last = 0u32;
    while !row.is_empty() {
        last = last.checked_add(u32::try_from(take_varint(&mut row)?).ok()?)?;
        tags.push(TagId(last));
    }
    Some(tags)
}

/// The numbers of an object's tags.
pub(super) fn numbers(objects: &Objects, oid: Oid) -> Result<Vec<TagId>> {
    let key = oid_key(oid);
    let found = objects.view().get(Table::ObjectTags, key.as_bytes(), decode)?;
    let damaged =
        || objects.store().corrupt(Table::ObjectTags, key.as_bytes(), "the row is damaged");
    found.map_or(Ok(Vec::new()), |tags| tags.ok_or_else(damaged))
}

/// Decodes the row that a layer has for an object.
pub(super) fn decode_row(row: &[u8]) -> Option<Vec<TagId>> {
    decode(row)
}

/// The names of an object's tags.
pub fn tags_of(objects: &Arc<Objects>, oid: u64) -> Result<Vec<TagName>> {
    let numbers = numbers(objects, Oid(oid))?;
    numbers.into_iter().map(|tag| objects.tag_names().name(objects.store(), tag)).collect()
}

/// Puts tags on an object.
#[track_caller]
pub fn add_tags(objects: &Arc<Objects>, oid: u64, names: &[TagName]) -> Result<()> {
    objects.check_writable()?;
    let _turn = objects.shared().take_turn(Location::caller())?;
    objects.check_alive(Oid(oid))?;
    let tags: Result<Vec<_>> =
        names.iter().map(|name| objects.tag_names().find_or_add(objects.store(), name)).collect();
    change(objects, Oid(oid), &tags?, true)
}

/// Takes tags off an object.
#[track_caller]
pub fn remove_tags(objects: &Arc<Objects>, oid: u64, names: &[TagName]) -> Result<()> {
    let mut tags = Vec::with_capacity(names.len());
    for name in names {
        tags.extend(objects.tag_names().find(objects.store(), name)?);
    }
    change(objects, Oid(oid), &tags, false)
}

#[track_caller]
fn change(objects: &Arc<Objects>, oid: Oid, tags: &[TagId], add: bool) -> Result<()> {
    objects.check_writable()?;
    let _turn = objects.shared().take_turn(Location::caller())?;
    let before = numbers(objects, oid)?;
    let mut after = before.clone();
    let mut changed = Vec::with_capacity(tags.len());
    for tag in tags {
        match (after.binary_search(tag), add) {
            (Err(place), true) => after.insert(place, *tag),
            (Ok(place), false) => drop(after.remove(place)),
            _ => continue,
        }
        changed.push(*tag);
    }
    if changed.is_empty() {
        return Ok(());
    }
    let key = oid_key(oid);
    objects.write_rows(|rows| {
        if after.is_empty() {
            rows.delete(Table::ObjectTags, key.as_bytes());
        } else {
            rows.put(Table::ObjectTags, key.as_bytes(), encode(&after));
        }
        changed.iter().for_each(|tag| rows.postings.set(*tag, oid, add));
    });
    Ok(())
}
