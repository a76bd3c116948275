//! Sorting results: by walking an index, or by the keys of a field.

use std::{
    cmp::{Ordering, Reverse},
    collections::HashMap,
    sync::Arc,
};

use db0_collections::index::Part;
use db0_runtime::{Result, codec::key::KeySink, object::Objects};

use super::{
    field_walk::sort_by_entries,
    ids::{IdSet, Ids},
};
use crate::terms::{
    field_key::FieldKey,
    order::{By, Order},
};

/// What a null key is in the encoding of an optional one.
const NULL: u8 = 0;

/// Sorts numbers of objects; what is equal stays as it is.
pub(crate) fn sort(
    objects: &Arc<Objects>,
    ids: Vec<u64>,
    by: &Order,
    descending: bool,
) -> Result<Vec<u64>> {
    match &by.0 {
        By::Index(part) => by_index(objects, ids, part, descending != part.is_backward()),
        By::Field { field, nulls_last } => by_field(objects, ids, field, *nulls_last, descending),
    }
}

/// In the order of an index. An object with several keys counts by the lowest, whichever direction
/// is asked for; those without one come last.
fn by_index(objects: &Objects, ids: Vec<u64>, part: &Part, backward: bool) -> Result<Vec<u64>> {
    if !part.objects()?.is_some_and(|theirs| theirs.is_same_prefix(objects)) {
        return Ok(ids);
    }
    let mut places: HashMap<u64, usize> =
        ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let mut found = Vec::with_capacity(ids.len());
    let mut group = 0_u64;
    for entry in part.walk()? {
        if places.is_empty() {
            break;
        }
        let entry = entry?;
        group += u64::from(entry.starts);
        if let Some(place) = places.remove(&entry.number) {
            found.push((entry.is_last_null, group, place));
        }
    }
    if backward {
        found.sort_unstable_by_key(|(last, group, place)| (*last, Reverse(*group), *place));
    } else {
        found.sort_unstable_by_key(|(last, group, place)| (*last, *group, *place));
    }
    let mut rest: Vec<usize> = places.into_values().collect();
    rest.sort_unstable();
    let places = found.into_iter().map(|(.., place)| place).chain(rest);
    Ok(places.map(|place| ids[place]).collect())
}

/// By the keys of a field; what is deleted by now comes last.
fn by_field(
    objects: &Arc<Objects>,
    ids: Vec<u64>,
    field: &FieldKey,
    nulls_last: bool,
    descending: bool,
) -> Result<Vec<u64>> {
    let is_last = |key: &[u8]| nulls_last && key.first() == Some(&NULL);
    if let Some(index) = field.index(objects)?
        && let Some(sorted) = sort_by_entries(objects, &ids, index, is_last, descending)?
    {
        return Ok(sorted);
    }
    let mut keyed = Vec::with_capacity(ids.len());
    for id in ids {
        let mut keys = KeySink::default();
        field.read(objects, id, &mut keys)?;
        let lowest = keys.iter().map(|key| key.bytes).min();
        let rank =
            lowest.map_or(Rank::Without, |key| if is_last(key) { Rank::Null } else { Rank::Keyed });
        keyed.push((rank, lowest.unwrap_or_default().to_vec(), id));
    }
    keyed.sort_by(|(a_rank, a, _), (b_rank, b, _)| {
        let keys = if descending { b.cmp(a) } else { a.cmp(b) };
        a_rank.cmp(b_rank).then(if *a_rank == Rank::Keyed { keys } else { Ordering::Equal })
    });
    Ok(keyed.into_iter().map(|(.., id)| id).collect())
}

/// In which part of an order something comes, in either direction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Keyed,
    Null,
    Without,
}

/// Gives the numbers of a set in the order of an index, as they are asked for.
pub(crate) fn walk(objects: &Objects, mut set: IdSet, part: &Part) -> Result<Ids> {
    if !part.objects()?.is_some_and(|theirs| theirs.is_same_prefix(objects)) {
        return Ok(Box::new(set.into_ids().map(Ok)));
    }
    let mut left = set.len();
    let mut entries = Some(part.walk()?);
    let mut rest: Option<Ids> = None;
    Ok(Box::new(std::iter::from_fn(move || {
        while let Some(walk) = entries.as_mut().filter(|_| left > 0) {
            match walk.next() {
                // Taken out of the set, it is not given again under another key.
                Some(Ok(entry)) if set.remove(entry.number) => {
                    left -= 1;
                    return Some(Ok(entry.number));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    (entries, left) = (None, 0);
                    set = IdSet::default();
                    return Some(Err(error));
                }
                None => entries = None,
            }
        }
        let unindexed = || Box::new(std::mem::take(&mut set).into_ids().map(Ok)) as Ids;
        rest.get_or_insert_with(unindexed).next()
    })))
}
