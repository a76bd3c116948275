//! Numbers by key that are counted once more: so many keys at a time, however many there are.

use std::ops::{Bound, RangeBounds};

/// Keys that are counted at a time: 24 bytes each.
const KEYS_MAX: usize = 1 << 22;

/// A range of keys with what a table says of each, and what was counted.
pub(super) struct Window<K> {
    keys: Vec<(K, u64)>,
    counted: Vec<u64>,
    from: Bound<K>,
    to: Bound<K>,
    /// Keys that were met and are not in the table.
    unknown: Vec<K>,
    /// All keys have been counted before.
    is_over: bool,
}

impl<K: Copy + Ord> Window<K> {
    /// Takes the next keys, which `next` gives in ascending order.
    pub(super) fn after<E>(
        last: Option<K>,
        mut next: impl FnMut() -> Result<Option<(K, u64)>, E>,
    ) -> Result<Self, E> {
        let mut keys = Vec::new();
        while keys.len() < KEYS_MAX
            && let Some(row) = next()?
        {
            keys.push(row);
        }
        let from = last.map_or(Bound::Unbounded, Bound::Excluded);
        let to = match keys.last() {
            Some((last, _)) if keys.len() == KEYS_MAX => Bound::Included(*last),
            _ => Bound::Unbounded,
        };
        Ok(Self {
            counted: vec![0; keys.len()],
            keys,
            from,
            to,
            unknown: Vec::new(),
            is_over: false,
        })
    }

    /// No key is left to be counted.
    pub(super) fn over() -> Self {
        let (from, to) = (Bound::Unbounded, Bound::Unbounded);
        let (keys, counted, unknown) = (Vec::new(), Vec::new(), Vec::new());
        Self { keys, counted, from, to, unknown, is_over: true }
    }

    /// The last key, if there may be more behind it.
    pub(super) fn last(&self) -> Option<K> {
        match self.to {
            Bound::Included(last) => Some(last),
            _ => None,
        }
    }

    /// Counts a key, if it is in this range.
    pub(super) fn count(&mut self, key: K) {
        if self.is_over || !(self.from, self.to).contains(&key) {
            return;
        }
        match self.keys.binary_search_by_key(&key, |(key, _)| *key) {
            Ok(place) => self.counted[place] += 1,
            Err(_) if self.unknown.len() < 1000 => self.unknown.push(key),
            Err(_) => {}
        }
    }

    /// Keys of which the table says another number than was counted: what it says, and that.
    pub(super) fn wrong(&self) -> impl Iterator<Item = (K, u64, u64)> {
        let known = self.keys.iter().zip(&self.counted);
        let wrong = known.filter(|((_, said), counted)| said != *counted);
        wrong
            .map(|((key, said), counted)| (*key, *said, *counted))
            .chain(self.unknown.iter().map(|key| (*key, 0, 1)))
    }
}
