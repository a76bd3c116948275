//! Putting tags on objects and taking them off.

use std::{panic::Location, sync::Arc};

use crate::{
    Error, Result,
    class::TagName,
    fields::field_tags_key,
    object::{AnyMemo, Objects},
    store::{ClassId, LayerRows, Oid, PutOn, Table, TagId, oid_key},
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

/// Objects whose tags are read in one look.
const READ_AT_ONCE: usize = 256;

/// The numbers of the tags that hold an object.
pub(super) fn numbers(objects: &Objects, oid: Oid) -> Result<Vec<TagId>> {
    Ok(objects.tag_row(oid_key(oid).as_bytes())?.holding)
}

impl PutOn {
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

/// An object that is to be tagged.
pub struct Target {
    objects: Arc<Objects>,
    oid: Oid,
    /// Nothing else may hold it until it has its tag.
    held: Option<AnyMemo>,
}

impl Target {
    /// The object of a handle.
    pub fn of(memo: AnyMemo) -> Result<Self> {
        let (objects, oid) = memo.place()?;
        Ok(Self { objects, oid: Oid(oid), held: Some(memo) })
    }

    /// The object of a number.
    pub fn of_number(objects: Arc<Objects>, oid: u64) -> Self {
        Self { objects, oid: Oid(oid), held: None }
    }

    /// Through which view, and its number.
    pub fn place(&self) -> (&Arc<Objects>, u64) {
        (&self.objects, self.oid.0)
    }

    /// Refuses one that is deleted.
    fn class(&self) -> Result<ClassId> {
        let Some(held) = &self.held else { return self.objects.check_alive(self.oid) };
        let cell = held.cell()?;
        cell.check_alive().map(|()| cell.class().id)
    }
}

/// Changes of the tags of objects.
#[derive(Default)]
struct Changes {
    changed: Vec<Changed>,
    /// Who joins and who leaves which tag.
    moves: Vec<(TagId, Oid, bool)>,
}

struct Changed {
    oid: Oid,
    class: Option<ClassId>,
    /// None where there are no tags left.
    row: Option<Vec<u8>>,
}

impl Changes {
    fn add(
        &mut self,
        objects: &Objects,
        (oid, class): (Oid, Option<ClassId>),
        before: &PutOn,
        after: &PutOn,
    ) -> Result<()> {
        if after == before {
            return Ok(());
        }
        let row = (!after.is_empty()).then(|| after.encode());
        self.changed.push(Changed { oid, class, row });
        self.moves.extend(after.all().filter(|tag| !before.has(*tag)).map(|tag| (tag, oid, true)));
        if before.all().any(|tag| !after.has(tag)) {
            // What fields give stays, as long as the fields do.
            let given = objects.tag_row(&field_tags_key(oid))?;
            let left = before.all().filter(|tag| !after.has(*tag) && !given.has(*tag));
            self.moves.extend(left.map(|tag| (tag, oid, false)));
        }
        Ok(())
    }

    fn apply(self, objects: &Objects) {
        if !self.changed.is_empty() {
            objects.write_rows(|rows| self.write(rows));
        }
    }

    fn write(self, rows: &mut LayerRows) {
        for Changed { oid, class, row } in self.changed {
            let key = oid_key(oid);
            match row {
                Some(row) => rows.put(Table::ObjectTags, key.as_bytes(), row),
                None => rows.delete(Table::ObjectTags, key.as_bytes()),
            }
            class.into_iter().for_each(|class| rows.retag(oid, class));
        }
        self.moves.into_iter().for_each(|(tag, oid, joins)| rows.postings.set(tag, oid, joins));
    }
}

/// The names of an object's tags, also of those that its fields give it.
pub fn tags_of(objects: &Arc<Objects>, oid: u64) -> Result<Vec<TagName>> {
    objects.follow()?;
    let objects = &objects.seen();
    let mut numbers: Vec<TagId> = objects.tag_row(oid_key(Oid(oid)).as_bytes())?.all().collect();
    numbers.extend(objects.tag_row(&field_tags_key(Oid(oid)))?.all());
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|tag| objects.tag_names().name(objects.store(), tag)).collect()
}

/// Changes the tags of objects, which are of one prefix, all in one step.
#[track_caller]
pub fn tag(targets: &[Target], tagging: Tagging, names: &[TagName], hold: Hold) -> Result<()> {
    let Some(Target { objects, .. }) = targets.first() else { return Ok(()) };
    objects.check_writable()?;
    let _turn = objects.shared().borrow_turn(Location::caller())?;
    let tags = tags_named(objects, tagging, names)?;
    let mut changes = Changes::default();
    for targets in targets.chunks(READ_AT_ONCE) {
        let class = |target: &Target| match target.class() {
            Err(Error::Deleted { .. }) if tagging == Tagging::Remove => Ok((target.oid, None)),
            class => class.map(|class| (target.oid, Some(class))),
        };
        let these = targets.iter().map(class).collect::<Result<Vec<_>>>()?;
        before(objects, &these, &mut |place, before| {
            changes.add(objects, these[place], before, &before.after(tagging, &tags, hold))
        })?;
    }
    changes.apply(objects);
    Ok(())
}

/// The numbers of tags; those that are put on are given out where there are none.
fn tags_named(objects: &Objects, tagging: Tagging, names: &[TagName]) -> Result<Vec<TagId>> {
    let names_of = objects.tag_names();
    let mut tags = Vec::with_capacity(names.len());
    for name in names {
        match tagging {
            Tagging::Remove => tags.extend(names_of.find(objects.store(), name)?),
            Tagging::Add | Tagging::Set => tags.push(names_of.find_or_add(objects.store(), name)?),
        }
    }
    Ok(tags)
}

/// Calls `each` with the tags of some objects.
fn before(
    objects: &Objects,
    of: &[(Oid, Option<ClassId>)],
    each: &mut dyn FnMut(usize, &PutOn) -> Result<()>,
) -> Result<()> {
    if let [(oid, _)] = of
        && let Some(before) = objects.tag_row_of_new(*oid)
    {
        return each(0, &before);
    }
    let keys: Vec<_> = of.iter().map(|(oid, _)| oid_key(*oid)).collect();
    objects.view().get_each(Table::ObjectTags, &keys, &mut |place, row| {
        let damaged = || {
            let key = keys[place].as_bytes();
            objects.store().corrupt(Table::ObjectTags, key, "the row is damaged")
        };
        let before = row.map_or(Some(PutOn::default()), PutOn::decode);
        each(place, &before.ok_or_else(damaged)?)
    })
}

/// Takes all tags that were put on it off an object that has been deleted.
pub(super) fn untag(objects: &Arc<Objects>, oid: Oid) -> Result<()> {
    let mut changes = Changes::default();
    let before = objects.tag_row(oid_key(oid).as_bytes())?;
    changes.add(objects, (oid, None), &before, &PutOn::default())?;
    changes.apply(objects);
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
