//! Putting tags on objects and taking them off.

use std::{panic::Location, sync::Arc};

use crate::class::TagName;
use crate::{
    Result,
    fields::{encode_tags, field_tags_key, passive_tags_key},
    object::Objects,
    store::{LayerRows, Oid, Table, TagId, oid_key},
};

/// What becomes of the tags of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// They get these, too.
    Add,
    /// They lose these.
    Remove,
    /// They have these and no others.
    Set,
}

/// Whether tags keep what bears them alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// They do.
    Alive,
    /// They don't.
    Nothing,
}

/// The numbers of the tags that hold an object.
pub(super) fn numbers(objects: &Objects, oid: Oid) -> Result<Vec<TagId>> {
    objects.tag_row(oid_key(oid).as_bytes())
}

/// The numbers of the tags that were put on an object, each list ascending.
#[derive(Clone, Default, PartialEq, Eq)]
struct PutOn {
    holding: Vec<TagId>,
    passive: Vec<TagId>,
}

impl PutOn {
    fn read(objects: &Objects, oid: Oid) -> Result<Self> {
        let passive = objects.tag_row(&passive_tags_key(oid))?;
        Ok(Self { holding: numbers(objects, oid)?, passive })
    }

    fn all(&self) -> impl Iterator<Item = TagId> {
        self.holding.iter().chain(&self.passive).copied()
    }

    fn has(&self, tag: TagId) -> bool {
        self.holding.binary_search(&tag).is_ok() || self.passive.binary_search(&tag).is_ok()
    }

    /// These after a change. What is put on is from then on as it was put on last: holding or not.
    fn after(&self, tagging: Tagging, tags: &[TagId], hold: Hold) -> Self {
        let mut after = if tagging == Tagging::Set { Self::default() } else { self.clone() };
        let set = |list: &mut Vec<TagId>, tag: TagId, is_in: bool| match list.binary_search(&tag) {
            Err(place) if is_in => list.insert(place, tag),
            Ok(place) if !is_in => drop(list.remove(place)),
            _ => {}
        };
        for tag in tags {
            let stays = tagging != Tagging::Remove;
            set(&mut after.holding, *tag, stays && hold == Hold::Alive);
            set(&mut after.passive, *tag, stays && hold == Hold::Nothing);
        }
        after
    }
}

/// A change of the tags of one object.
struct Change {
    oid: Oid,
    before: PutOn,
    after: PutOn,
    /// What fields give stays, as long as the fields do.
    given: Vec<TagId>,
}

impl Change {
    fn write(&self, rows: &mut LayerRows) {
        let mut put = |key: &[u8], before: &[TagId], after: &[TagId]| {
            if after.is_empty() && !before.is_empty() {
                rows.delete(Table::ObjectTags, key);
            } else if after != before {
                rows.put(Table::ObjectTags, key, encode_tags(after));
            }
        };
        let (before, after) = (&self.before, &self.after);
        put(oid_key(self.oid).as_bytes(), &before.holding, &after.holding);
        put(&passive_tags_key(self.oid), &before.passive, &after.passive);
        for tag in before.all().filter(|tag| !after.has(*tag) && !self.given.contains(tag)) {
            rows.postings.set(tag, self.oid, false);
        }
        for tag in after.all().filter(|tag| !before.has(*tag)) {
            rows.postings.set(tag, self.oid, true);
        }
    }
}

/// The names of an object's tags, also of those that its fields give it.
pub fn tags_of(objects: &Arc<Objects>, oid: u64) -> Result<Vec<TagName>> {
    objects.follow()?;
    let objects = &objects.seen();
    let mut numbers: Vec<TagId> = PutOn::read(objects, Oid(oid))?.all().collect();
    numbers.extend(objects.tag_row(&field_tags_key(Oid(oid)))?);
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|tag| objects.tag_names().name(objects.store(), tag)).collect()
}

/// Changes the tags of objects of one prefix, all in one step.
#[track_caller]
pub fn tag(
    objects: &Arc<Objects>,
    oids: &[u64],
    tagging: Tagging,
    names: &[TagName],
    hold: Hold,
) -> Result<()> {
    objects.check_writable()?;
    let _turn = objects.shared().borrow_turn(Location::caller())?;
    let names_of = objects.tag_names();
    let mut tags = Vec::with_capacity(names.len());
    for name in names {
        match tagging {
            Tagging::Remove => tags.extend(names_of.find(objects.store(), name)?),
            Tagging::Add | Tagging::Set => tags.push(names_of.find_or_add(objects.store(), name)?),
        }
    }
    let mut changes = Vec::with_capacity(oids.len());
    for oid in oids.iter().copied().map(Oid) {
        if tagging != Tagging::Remove {
            objects.check_alive(oid)?;
        }
        let before = PutOn::read(objects, oid)?;
        let after = before.after(tagging, &tags, hold);
        if after != before {
            let loses = tagging != Tagging::Add;
            let given = if loses { objects.tag_row(&field_tags_key(oid))? } else { Vec::new() };
            changes.push(Change { oid, before, after, given });
        }
    }
    if !changes.is_empty() {
        objects.write_rows(|rows| changes.iter().for_each(|change| change.write(rows)));
    }
    Ok(())
}

/// Takes all tags that were put on it off an object that has been deleted.
pub(super) fn untag(objects: &Arc<Objects>, oid: Oid) -> Result<()> {
    let before = PutOn::read(objects, oid)?;
    if before != PutOn::default() {
        let change = Change { oid, before, after: PutOn::default(), given: Vec::new() };
        objects.write_rows(|rows| change.write(rows));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn tags() -> impl Strategy<Value = BTreeSet<u32>> {
        prop::collection::btree_set(1..500u32, 0..6)
    }

    fn ids(tags: &BTreeSet<u32>) -> Vec<TagId> {
        tags.iter().copied().map(TagId).collect()
    }

    proptest! {
        #[test]
        fn a_tag_is_as_it_was_put_on_last(a in tags(), b in tags()) {
            let first = PutOn::default().after(Tagging::Add, &ids(&a), Hold::Alive);
            let then = first.after(Tagging::Add, &ids(&b), Hold::Nothing);
            prop_assert_eq!(&then.passive, &ids(&b));
            prop_assert_eq!(&then.holding, &ids(&a.difference(&b).copied().collect()));
            let all = ids(&a.union(&b).copied().collect());
            let none = then.after(Tagging::Remove, &all, Hold::Alive);
            prop_assert!(none == PutOn::default());
            prop_assert!(then.after(Tagging::Set, &ids(&a), Hold::Alive) == first);
        }
    }
}
