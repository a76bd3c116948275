//! Walking the entries of an index in key order, and asking who has a key.

use std::ops::{Bound, ControlFlow};

use super::entry::{PLAIN_MAX, entry_of, front, is_long, key_front, put_oid};
use crate::{
    Result,
    codec::key::{KeyBounds, is_within},
    store::{Direction, IndexId, KeyRange, Oid, Table, View, successor},
};

/// What a scan calls with each key and object.
type EachEntry<'f> = dyn FnMut(&[u8], Oid) -> Result<ControlFlow<()>> + 'f;

/// The rows among which the entries of a range of keys are. Where long keys are at an end, others may
/// be among them.
fn range(index: IndexId, (from, to): &KeyBounds) -> KeyRange {
    let at = |key: &[u8]| {
        let mut row_key = front(index);
        row_key.extend_from_slice(&key[..key.len().min(PLAIN_MAX)]);
        row_key
    };
    let behind = |key: &[u8]| successor(&at(key));
    let start = match from {
        Bound::Unbounded => front(index),
        Bound::Excluded(key) if !is_long(key) => behind(key).unwrap_or_default(),
        Bound::Included(key) | Bound::Excluded(key) => at(key),
    };
    let end = match to {
        Bound::Unbounded => successor(&front(index)),
        Bound::Excluded(key) if !is_long(key) => Some(at(key)),
        Bound::Included(key) | Bound::Excluded(key) => behind(key),
    };
    KeyRange { start, end }
}

/// Calls `each` with the keys of a range and who has them, by key and then by number, or backwards,
/// until it breaks.
pub(crate) fn scan(
    view: &View,
    index: IndexId,
    bounds: &KeyBounds,
    direction: Direction,
    each: &mut EachEntry<'_>,
) -> Result<()> {
    // Long keys that start alike stand together, in no order: they are put in order before they
    // are given.
    let mut alike = Alike { keys: Vec::new(), direction, bounds, ended: false };
    view.scan(Table::Fields, range(index, bounds), direction, &mut |row_key, body| {
        let damaged = || view.store().corrupt(Table::Fields, row_key, "the entry is damaged");
        let (key, oid) = entry_of(row_key, body).ok_or_else(damaged)?;
        if !alike.keys.is_empty() && !alike.starts_like(key) && alike.give(each)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if is_long(key) {
            alike.keys.push((key.into(), oid));
            return Ok(ControlFlow::Continue(()));
        }
        let flow = each(key, oid)?;
        alike.ended |= flow.is_break();
        Ok(flow)
    })?;
    if !alike.ended {
        let _ = alike.give(each)?;
    }
    Ok(())
}

struct Alike<'b> {
    keys: Vec<(Vec<u8>, Oid)>,
    direction: Direction,
    bounds: &'b KeyBounds,
    ended: bool,
}

impl Alike<'_> {
    fn starts_like(&self, key: &[u8]) -> bool {
        let mine = self.keys.first().map(|(mine, _)| &mine[..PLAIN_MAX]);
        is_long(key) && mine == Some(&key[..PLAIN_MAX])
    }

    fn give(&mut self, each: &mut EachEntry<'_>) -> Result<ControlFlow<()>> {
        let mut keys = std::mem::take(&mut self.keys);
        keys.sort_unstable();
        if self.direction == Direction::Backward {
            keys.reverse();
        }
        for (key, oid) in keys.iter().filter(|(key, _)| is_within(self.bounds, key)) {
            if each(key, *oid)?.is_break() {
                self.ended = true;
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Calls `each` with the objects that have a key, from a number on, until it breaks.
pub(crate) fn holders(
    view: &View,
    index: IndexId,
    key: &[u8],
    from: Oid,
    each: &mut dyn FnMut(Oid) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let mut start = key_front(index, key);
    let end = successor(&start);
    put_oid(from, &mut start);
    let range = KeyRange { start, end };
    view.scan(Table::Fields, range, Direction::Forward, &mut |row_key, body| {
        let damaged = || view.store().corrupt(Table::Fields, row_key, "the entry is damaged");
        let (found, oid) = entry_of(row_key, body).ok_or_else(damaged)?;
        if found == key { each(oid) } else { Ok(ControlFlow::Continue(())) }
    })
}
