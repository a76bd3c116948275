//! An ordered map of uncommitted rows: keys that ascend are appended, others are found by halving.
//!
//! Rows are never taken out of a layer, and often come in order. So there are leaves of neighbours, side
//! by side in branches: what comes behind everything costs one comparison, and few places in memory are
//! touched for the rest.

use std::mem;

use super::layer::Entry;
use crate::store::key::{Probe, RowKey};

/// Most entries of a leaf.
const LEAF_MAX: usize = 64;
/// Most leaves of a branch.
const BRANCH_MAX: usize = 64;

/// Neighbours, ascending; never empty.
type Leaf = Vec<(RowKey, Entry)>;
/// Leaves, each with a key that is not larger than its own; never empty. (The first leaf of all may
/// have smaller ones.)
type Branch = Vec<(RowKey, Leaf)>;

/// An ordered map from keys to entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowMap {
    /// Each with a key as a leaf has.
    branches: Vec<(RowKey, Branch)>,
    len: usize,
}

/// Where an entry is, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Place {
    branch: usize,
    leaf: usize,
    at: usize,
}

impl RowMap {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where the entry of a key is; or where it would be, if there is none.
    #[inline]
    pub(in crate::store) fn find(&self, key: &Probe<'_>) -> Result<Place, Place> {
        let Some((last, place)) = self.last() else { return Err(Place::default()) };
        if !key.reaches(last) {
            return self.find_before_last(key);
        }
        if key.is(last) { Ok(place) } else { Err(Place { at: place.at + 1, ..place }) }
    }

    fn find_before_last(&self, key: &Probe<'_>) -> Result<Place, Place> {
        let branch = holder(&self.branches, key);
        let leaves = &self.branches[branch].1;
        let leaf = holder(leaves, key);
        let entries = &leaves[leaf].1;
        let behind = entries.partition_point(|(other, _)| key.reaches(other));
        let place = |at| Place { branch, leaf, at };
        match behind.checked_sub(1) {
            Some(at) if key.is(&entries[at].0) => Ok(place(at)),
            _ => Err(place(behind)),
        }
    }

    /// The entry at a place, if there is one, is that of a key.
    #[inline]
    pub(in crate::store) fn is_at(&self, place: Place, key: &[u8]) -> bool {
        let leaves = self.branches.get(place.branch).map(|(_, leaves)| leaves);
        let leaf = leaves.and_then(|leaves| leaves.get(place.leaf)).map(|(_, leaf)| leaf);
        let entry = leaf.and_then(|leaf| leaf.get(place.at));
        entry.is_some_and(|(at, _)| at.as_bytes() == key)
    }

    /// The last key, and its place.
    #[inline]
    fn last(&self) -> Option<(&RowKey, Place)> {
        let (_, leaves) = self.branches.last()?;
        let (_, entries) = leaves.last()?;
        let (key, _) = entries.last()?;
        let (branch, leaf) = (self.branches.len() - 1, leaves.len() - 1);
        Some((key, Place { branch, leaf, at: entries.len() - 1 }))
    }

    pub(crate) fn get(&self, key: &Probe<'_>) -> Option<&Entry> {
        self.find(key).ok().map(|place| self.at(place))
    }

    pub(crate) fn get_mut(&mut self, key: &Probe<'_>) -> Option<&mut Entry> {
        let place = self.find(key).ok()?;
        Some(self.at_mut(place))
    }

    /// The entry at a place where one was found.
    pub(in crate::store) fn at(&self, place: Place) -> &Entry {
        &self.branches[place.branch].1[place.leaf].1[place.at].1
    }

    /// The entry at a place where one was found, to be changed.
    pub(in crate::store) fn at_mut(&mut self, place: Place) -> &mut Entry {
        &mut self.branches[place.branch].1[place.leaf].1[place.at].1
    }

    /// Puts an entry; gives the one that was there.
    pub(crate) fn insert(&mut self, key: RowKey, entry: Entry) -> Option<Entry> {
        let found = self.find(&key.probe());
        match found {
            Ok(place) => Some(mem::replace(self.at_mut(place), entry)),
            Err(place) => {
                self.insert_at(place, key, entry);
                None
            }
        }
    }

    /// Puts a new entry where [`find`](Self::find) has said that it would be.
    pub(in crate::store) fn insert_at(&mut self, place: Place, key: RowKey, entry: Entry) {
        self.len += 1;
        let is_last = place.branch + 1 == self.branches.len();
        let Some((_, leaves)) = self.branches.get_mut(place.branch) else {
            let leaf = vec![(key.clone(), entry)];
            self.branches.push((key.clone(), vec![(key, leaf)]));
            return;
        };
        let is_last = is_last && place.leaf + 1 == leaves.len();
        let leaf = &mut leaves[place.leaf].1;
        if leaf.len() < LEAF_MAX {
            leaf.insert(place.at, (key, entry));
            return;
        }
        // What grows at its end goes on growing there: what is before is left full.
        let half = if is_last && place.at == LEAF_MAX { LEAF_MAX } else { LEAF_MAX / 2 };
        let mut right = Vec::with_capacity(LEAF_MAX);
        right.extend(leaf.drain(half..));
        match place.at.checked_sub(half) {
            Some(at) if at > 0 || half == LEAF_MAX => right.insert(at, (key, entry)),
            _ => leaf.insert(place.at, (key, entry)),
        }
        leaves.insert(place.leaf + 1, (right[0].0.clone(), right));
        if leaves.len() > BRANCH_MAX {
            let half = if is_last { BRANCH_MAX } else { BRANCH_MAX / 2 };
            let right = leaves.split_off(half);
            self.branches.insert(place.branch + 1, (right[0].0.clone(), right));
        }
    }

    /// Calls `each` with all entries, in order, until it fails.
    pub(in crate::store) fn try_each<E>(
        &self,
        mut each: impl FnMut(&RowKey, &Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let leaves = self.branches.iter().flat_map(|(_, leaves)| leaves);
        for (_, leaf) in leaves {
            leaf.iter().try_for_each(|(key, entry)| each(key, entry))?;
        }
        Ok(())
    }

    /// These entries ascend, and come behind all that there are.
    pub(in crate::store) fn are_behind(&self, new: &[(RowKey, Entry)]) -> bool {
        let last = self.last().map(|(key, _)| key);
        let begins = last.zip(new.first()).is_none_or(|(last, (first, _))| last < first);
        begins && new.is_sorted_by(|(a, _), (b, _)| a < b)
    }

    /// Puts entries that [`are_behind`](Self::are_behind) all others: in leaves as full as they would
    /// become one by one.
    pub(in crate::store) fn append(&mut self, new: Vec<(RowKey, Entry)>) {
        self.len += new.len();
        let mut new = new.into_iter().peekable();
        if let Some((_, leaves)) = self.branches.last_mut()
            && let Some((_, leaf)) = leaves.last_mut()
        {
            let room = LEAF_MAX - leaf.len();
            leaf.extend(new.by_ref().take(room));
        }
        while let Some((first, _)) = new.peek() {
            let first = first.clone();
            let mut leaf = Vec::with_capacity(LEAF_MAX);
            leaf.extend(new.by_ref().take(LEAF_MAX));
            match self.branches.last_mut() {
                Some((_, leaves)) if leaves.len() < BRANCH_MAX => leaves.push((first, leaf)),
                _ => self.branches.push((first.clone(), vec![(first, leaf)])),
            }
        }
    }

    /// All entries, in order.
    pub(crate) fn iter(&self) -> Range<'_> {
        Range { map: self, front: Place::default(), back: self.end() }
    }

    /// The entries from one key up to, and without, another one (none: to the last).
    pub(in crate::store) fn range(&self, start: &[u8], end: Option<&[u8]>) -> Range<'_> {
        let back = end.map_or_else(|| self.end(), |end| self.first_from(end));
        Range { map: self, front: self.first_from(start), back }
    }

    /// Behind the last entry.
    fn end(&self) -> Place {
        Place { branch: self.branches.len(), leaf: 0, at: 0 }
    }

    /// Where the first entry is that has this key or a larger one.
    fn first_from(&self, key: &[u8]) -> Place {
        let (Ok(place) | Err(place)) = self.find(&Probe::of(key));
        self.settled(place)
    }

    /// The same place, if an entry is there; else that of the next one.
    fn settled(&self, place: Place) -> Place {
        let Place { branch, leaf, at } = place;
        match self.branches.get(branch) {
            Some((_, leaves)) if at < leaves[leaf].1.len() => place,
            Some((_, leaves)) if leaf + 1 < leaves.len() => Place { branch, leaf: leaf + 1, at: 0 },
            Some(_) => Place { branch: branch + 1, leaf: 0, at: 0 },
            None => self.end(),
        }
    }

    /// The place of the entry before this one, if there is one.
    fn before(&self, place: Place) -> Option<Place> {
        let Place { mut branch, mut leaf, at } = place;
        if let Some(at) = at.checked_sub(1) {
            return Some(Place { at, ..place });
        }
        if leaf == 0 {
            branch = branch.checked_sub(1)?;
            leaf = self.branches[branch].1.len();
        }
        leaf -= 1;
        Some(Place { branch, leaf, at: self.branches[branch].1[leaf].1.len() - 1 })
    }
}

/// The last of these that may hold a key.
fn holder<T>(nodes: &[(RowKey, T)], key: &Probe<'_>) -> usize {
    nodes.partition_point(|(first, _)| key.reaches(first)).saturating_sub(1)
}

impl IntoIterator for RowMap {
    type Item = (RowKey, Entry);
    type IntoIter = Box<dyn Iterator<Item = (RowKey, Entry)>>;

    fn into_iter(self) -> Self::IntoIter {
        let leaves = self.branches.into_iter().flat_map(|(_, leaves)| leaves);
        Box::new(leaves.flat_map(|(_, leaf)| leaf))
    }
}

/// Some entries that follow each other, from either end.
#[derive(Clone, Debug)]
pub(crate) struct Range<'m> {
    map: &'m RowMap,
    front: Place,
    back: Place,
}

impl<'m> Range<'m> {
    fn entry(&self, Place { branch, leaf, at }: Place) -> (&'m RowKey, &'m Entry) {
        let (key, entry) = &self.map.branches[branch].1[leaf].1[at];
        (key, entry)
    }
}

impl<'m> Iterator for Range<'m> {
    type Item = (&'m RowKey, &'m Entry);

    fn next(&mut self) -> Option<Self::Item> {
        if self.front >= self.back {
            return None;
        }
        let entry = self.entry(self.front);
        self.front = self.map.settled(Place { at: self.front.at + 1, ..self.front });
        Some(entry)
    }
}

impl DoubleEndedIterator for Range<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.front >= self.back {
            return None;
        }
        self.back = self.map.before(self.back)?;
        Some(self.entry(self.back))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn entry(n: u32) -> Entry {
        Entry::Row(n.to_be_bytes()[..].into())
    }

    /// Short keys and some long ones, of which many meet or are neighbours.
    fn key(n: u32) -> Vec<u8> {
        let mut key = n.to_be_bytes().to_vec();
        key.resize(if n.is_multiple_of(5) { 30 } else { 4 }, 7);
        key
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn agrees_with_an_ordered_map(
            runs in prop::collection::vec((0..20_000_u32, 1..600_u32, any::<bool>()), 1..40),
            asked in prop::collection::vec(0..21_000_u32, 2..60),
        ) {
            let (mut map, mut model) = (RowMap::default(), BTreeMap::new());
            for (start, len, ascends) in runs {
                if start % 3 == 0 && ascends {
                    let all: Vec<_> = (start..start + len).map(|n| (key(n), entry(len))).collect();
                    let new: Vec<(RowKey, Entry)> =
                        all.iter().map(|(key, entry)| (key[..].into(), entry.clone())).collect();
                    let are_behind = model.last_key_value().is_none_or(|(last, _)| *last < all[0].0);
                    prop_assert_eq!(map.are_behind(&new), are_behind);
                    if are_behind {
                        map.append(new);
                        model.extend(all);
                        continue;
                    }
                }
                for step in 0..len {
                    // In order, or so that each comes between two others.
                    let n = if ascends { start + step } else { start + step * 61 % 601 };
                    let (key, value) = (key(n), entry(len));
                    prop_assert_eq!(map.insert(key[..].into(), value.clone()), model.insert(key, value));
                }
            }
            prop_assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
            let all = || model.iter().map(|(key, entry)| (key.clone(), entry.clone()));
            let owned = |(key, entry): (&RowKey, &Entry)| (key.as_bytes().to_vec(), entry.clone());
            prop_assert!(map.iter().map(owned).eq(all()));
            prop_assert!(map.iter().rev().map(owned).eq(all().rev()));
            for ends in asked.windows(2) {
                let [start, end] = [key(ends[0]), key(ends[1])];
                prop_assert_eq!(map.get(&Probe::of(&start)), model.get(&start));
                let expected = || all().filter(|(key, _)| *key >= start && *key < end);
                prop_assert!(map.range(&start, Some(&end)).map(owned).eq(expected()));
                prop_assert!(map.range(&start, Some(&end)).rev().map(owned).eq(expected().rev()));
                let tail = all().filter(|(key, _)| *key >= start);
                prop_assert!(map.range(&start, None).map(owned).eq(tail));
                if let Some(found) = map.get_mut(&Probe::of(&start)) {
                    *found = Entry::Gone;
                    prop_assert_eq!(map.get(&Probe::of(&start)), Some(&Entry::Gone));
                    *map.get_mut(&Probe::of(&start)).expect("it is there") = model[&start].clone();
                }
            }
            let given = map.into_iter().map(|(key, entry)| (key.as_bytes().to_vec(), entry));
            prop_assert!(given.eq(model));
        }
    }

    #[test]
    fn from_both_ends_every_entry_is_given_once() {
        let mut map = RowMap::default();
        for n in 0..5000_u32 {
            map.insert(key(n)[..].into(), entry(n));
        }
        let mut range = map.iter();
        let mut given = 0;
        while range.next().is_some() {
            given += 1 + usize::from(range.next_back().is_some());
        }
        assert_eq!(given, 5000);
        assert!(range.next_back().is_none());
    }
}
