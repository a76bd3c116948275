//! Putting tags on objects and taking them off.

use std::{panic::Location, sync::Arc};

use crate::class::TagName;
use crate::{
    Result,
    fields::{encode_tags, field_tags_key},
    object::Objects,
    store::{Oid, Table, TagId, oid_key},
};

/// The numbers of the tags that were put on an object: those that hold it.
pub(super) fn numbers(objects: &Objects, oid: Oid) -> Result<Vec<TagId>> {
    objects.tag_row(oid_key(oid).as_bytes())
}

/// The names of an object's tags, also of those that its fields give it.
pub fn tags_of(objects: &Arc<Objects>, oid: u64) -> Result<Vec<TagName>> {
    let mut numbers = numbers(objects, Oid(oid))?;
    numbers.extend(objects.tag_row(&field_tags_key(Oid(oid)))?);
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|tag| objects.tag_names().name(objects.store(), tag)).collect()
}

/// Puts tags on an object.
#[track_caller]
pub fn add_tags(objects: &Arc<Objects>, oid: u64, names: &[TagName]) -> Result<()> {
    objects.check_writable()?;
    let _turn = objects.shared().borrow_turn(Location::caller())?;
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
    let _turn = objects.shared().borrow_turn(Location::caller())?;
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
    if !add {
        // What a field gives stays, as long as the field does.
        let given = objects.tag_row(&field_tags_key(oid))?;
        changed.retain(|tag| given.binary_search(tag).is_err());
    }
    let key = oid_key(oid);
    objects.write_rows(|rows| {
        if after.is_empty() {
            rows.delete(Table::ObjectTags, key.as_bytes());
        } else {
            rows.put(Table::ObjectTags, key.as_bytes(), encode_tags(&after));
        }
        changed.iter().for_each(|tag| rows.postings.set(*tag, oid, add));
    });
    Ok(())
}
