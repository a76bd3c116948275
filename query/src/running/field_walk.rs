//! Results in the order of a field that is kept: by walking its index.

use std::{
    cmp::Reverse,
    collections::{HashMap, VecDeque},
    ops::{Bound, ControlFlow},
    sync::Arc,
};

use db0_runtime::{Result, derived::FieldIndex, object::Objects};

use super::ids::{IdSet, Ids};

/// Walking so many entries costs about as much as looking into one object.
pub(crate) const ENTRIES_AN_OBJECT: u64 = 64;
/// Entries that are taken at once when results are asked for one by one.
const ENTRIES_AT_ONCE: usize = 256;

const EVERYTHING: (Bound<Vec<u8>>, Bound<Vec<u8>>) = (Bound::Unbounded, Bound::Unbounded);

/// Sorts numbers of objects by the keys of an index; what has none comes last, and what is equal stays
/// as it is. `None` if looking into the objects is less work.
pub(crate) fn sort_by_entries(
    objects: &Objects,
    ids: &[u64],
    index: FieldIndex,
    is_last: impl Fn(&[u8]) -> bool,
    descending: bool,
) -> Result<Option<Vec<u64>>> {
    let mut places: HashMap<u64, usize> =
        ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let mut left = ENTRIES_AN_OBJECT.saturating_mul(ids.len() as u64);
    let mut found = Vec::with_capacity(ids.len());
    let (mut group, mut last_key) = (0_u64, Vec::new());
    index.scan(objects, &EVERYTHING, false, &mut |key, oid| {
        if places.is_empty() || left == 0 {
            return Ok(ControlFlow::Break(()));
        }
        left -= 1;
        if key != last_key {
            last_key.clear();
            last_key.extend_from_slice(key);
            group += 1;
        }
        if let Some(place) = places.remove(&oid) {
            found.push((is_last(key), group, place));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if left == 0 && !places.is_empty() {
        return Ok(None);
    }
    if descending {
        let turned = |&(last, group, place): &(bool, u64, usize)| {
            (last, Reverse(if last { 0 } else { group }), place)
        };
        found.sort_unstable_by_key(turned);
    } else {
        found.sort_unstable();
    }
    let mut rest: Vec<usize> = places.into_values().collect();
    rest.sort_unstable();
    let places = found.into_iter().map(|(.., place)| place).chain(rest);
    Ok(Some(places.map(|place| ids[place]).collect()))
}

/// Gives the numbers of a set in the order of an index, as they are asked for.
pub(crate) fn walk_entries(objects: &Arc<Objects>, set: IdSet, index: FieldIndex) -> Ids {
    let left = set.len();
    let mut walk = Walk {
        objects: objects.clone(),
        index,
        set,
        left,
        page: VecDeque::new(),
        behind: Some(None),
    };
    let mut rest: Option<Ids> = None;
    Box::new(std::iter::from_fn(move || match walk.next() {
        Ok(Some(oid)) => Some(Ok(oid)),
        Ok(None) => {
            let unindexed = || Box::new(std::mem::take(&mut walk.set).into_ids().map(Ok)) as Ids;
            rest.get_or_insert_with(unindexed).next()
        }
        Err(error) => {
            (walk.left, walk.set) = (0, IdSet::default());
            Some(Err(error))
        }
    }))
}

struct Walk {
    objects: Arc<Objects>,
    index: FieldIndex,
    /// What has not been given yet.
    set: IdSet,
    left: u64,
    page: VecDeque<u64>,
    /// The last entry of the page, if there is one; nothing at all at the end.
    behind: Option<Option<(Vec<u8>, u64)>>,
}

impl Walk {
    fn next(&mut self) -> Result<Option<u64>> {
        while self.left > 0 {
            while let Some(oid) = self.page.pop_front() {
                // Taken out of the set, it is not given again under another key.
                if self.set.remove(oid) {
                    self.left -= 1;
                    return Ok(Some(oid));
                }
            }
            if !self.turn_page()? {
                break;
            }
        }
        Ok(None)
    }

    /// Takes the next entries; false if there are none.
    fn turn_page(&mut self) -> Result<bool> {
        let Some(behind) = self.behind.take() else { return Ok(false) };
        let page = &mut self.page;
        let mut from = Bound::Unbounded;
        if let Some((key, oid)) = behind {
            // The others of the key in whose midst the page ended.
            self.index.holders(&self.objects, &key, oid.saturating_add(1), &mut |oid| {
                page.push_back(oid);
                Ok(ControlFlow::Continue(()))
            })?;
            from = Bound::Excluded(key);
        }
        let mut last = None;
        self.index.scan(&self.objects, &(from, Bound::Unbounded), false, &mut |key, oid| {
            page.push_back(oid);
            if page.len() < ENTRIES_AT_ONCE {
                return Ok(ControlFlow::Continue(()));
            }
            last = Some((key.to_vec(), oid));
            Ok(ControlFlow::Break(()))
        })?;
        self.behind = last.map(Some);
        Ok(!page.is_empty())
    }
}
