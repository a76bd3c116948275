//! Reading all that a prefix holds, now or in the past.

use db0::{Error, Memo, Query, Result, Snapshot};
use std::collections::BTreeSet;

use crate::item::{Item, Root, payload};
use crate::model::{Contents, TAGS, Thing};
use crate::oracle::Wrong;

/// What is looked at.
pub(crate) enum Seen<'s> {
    /// The thread's workspace as it is.
    Live,
    /// A state of it.
    At(&'s Snapshot),
}

impl Seen<'_> {
    fn root(&self) -> Result<Option<Memo<Root>>> {
        let root = match self {
            Self::Live => db0::fetch_singleton::<Root>(),
            Self::At(snapshot) => snapshot.singleton::<Root>(),
        };
        match root {
            Err(Error::NoSingleton { .. }) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Every item, or those with a tag.
    fn find(&self, tag: Option<&str>) -> Query<Item> {
        match (self, tag) {
            (Self::Live, None) => db0::find::<Item>(()),
            (Self::Live, Some(tag)) => db0::find::<Item>(tag),
            (Self::At(snapshot), None) => snapshot.find::<Item>(()),
            (Self::At(snapshot), Some(tag)) => snapshot.find::<Item>(tag),
        }
    }
}

/// The results of a query.
pub(crate) fn all(query: &Query<Item>) -> Result<Vec<Memo<Item>>, Wrong> {
    Ok(query.try_iter()?.collect::<db0::Result<_>>()?)
}

/// Everything, read object by object; nothing but defaults before the first step.
pub(crate) fn contents(seen: &Seen<'_>) -> Result<Contents, Wrong> {
    let mut contents = Contents::default();
    for memo in all(&seen.find(None))? {
        let (id, thing) = thing(&memo)?;
        if contents.items.insert(id, thing).is_some() {
            return Err(Wrong::Differs(format!("item {id} is there twice")));
        }
    }
    for tag in TAGS {
        let query = seen.find(Some(tag));
        let mut count = 0;
        for memo in all(&query)? {
            let id = memo.try_read()?.id;
            count += 1;
            match contents.items.get_mut(&id) {
                Some(thing) => drop(thing.tags.insert(tag)),
                None => {
                    return Err(Wrong::Differs(format!("{tag} holds {id}, which is not there")));
                }
            }
        }
        // How many they are stands in a row of its own: a damaged key hides that, or some of them.
        if query.try_count()? != count {
            return Err(Wrong::Hidden(format!("{tag} counts other than the {count} it gives")));
        }
    }
    let Some(root) = seen.root()? else { return Ok(contents) };
    let root = root.try_read()?;
    contents.step = root.step;
    for entry in root.names.try_iter()? {
        let (name, memo) = entry?;
        contents.names.insert(name, memo.try_read()?.id);
    }
    for memo in root.line.try_to_vec()? {
        contents.line.push(memo.try_read()?.id);
    }
    if (root.names.try_len()?, root.line.try_len()?) != (contents.names.len(), contents.line.len())
    {
        return Err(Wrong::Differs("a collection's length is not that of its elements".into()));
    }
    Ok(contents)
}

fn thing(memo: &Memo<Item>) -> Result<(u64, Thing), Wrong> {
    let item = memo.try_read()?;
    if item.payload != payload(item.value) {
        return Err(Wrong::Differs(format!("item {}: value and payload disagree", item.id)));
    }
    let friend = match &item.friend {
        Some(friend) => Some(friend.try_read()?.id),
        None => None,
    };
    let notes = item.notes.try_to_vec()?;
    Ok((item.id, Thing { value: item.value, friend, notes, tags: BTreeSet::new() }))
}

/// Compares the counts of holders, and the tags of each item, with what was `found` by reading.
pub(crate) fn check_holders(found: &Contents) -> Result<(), Wrong> {
    for memo in all(&db0::find::<Item>(()))? {
        let id = memo.try_read()?.id;
        let (count, right) = (memo.refcount(), found.holders(id));
        if count != right {
            return Err(Wrong::Differs(format!("item {id} counts {count} holders of {right}")));
        }
        let tags: BTreeSet<String> =
            db0::tags(&memo).try_list()?.iter().map(ToString::to_string).collect();
        let right = &found.items[&id].tags;
        if !tags.iter().eq(right.iter()) {
            return Err(Wrong::Differs(format!("item {id} lists {tags:?}, found by {right:?}")));
        }
    }
    Ok(())
}
