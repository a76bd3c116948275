//! Many containers of a tag in one look, for those who go through all of them.

use std::collections::BTreeMap;

use super::{
    container::Chunk,
    num::TagId,
    past::Disk,
    postings::{self, Delta},
    scan::{Direction, KeyRange, Walk, successor},
    table::Table,
    varint,
    view::View,
};
use crate::Result;

/// The first chunks of a tag from one on.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    /// Ascending.
    numbers: Vec<u64>,
    /// Side by side with the numbers; some may be empty.
    chunks: Vec<Chunk>,
    /// The first chunk that was not looked at; none if there are no more.
    to: Option<u64>,
}

impl Ahead {
    fn with_capacity(most: usize) -> Self {
        Self { numbers: Vec::with_capacity(most), chunks: Vec::with_capacity(most), to: None }
    }

    /// A chunk to be filled.
    pub(crate) fn at(&mut self, number: u64) -> &mut Chunk {
        let behind = self.numbers.last().is_none_or(|last| *last < number);
        let place =
            if behind { Err(self.numbers.len()) } else { self.numbers.binary_search(&number) };
        let place = place.unwrap_or_else(|place| {
            self.numbers.insert(place, number);
            self.chunks.insert(place, Chunk::EMPTY);
            place
        });
        &mut self.chunks[place]
    }

    /// A chunk, if it may have members.
    pub(crate) fn get(&self, number: u64) -> Option<&Chunk> {
        self.numbers.binary_search(&number).ok().map(|place| &self.chunks[place])
    }

    /// The first chunk at or after `from` that may have members, as far as these go.
    pub(crate) fn next(&self, from: u64) -> Option<u64> {
        self.numbers.get(self.numbers.partition_point(|number| *number < from)).copied()
    }

    /// The first chunk that is not among these; none if these are all.
    pub(crate) fn to(&self) -> Option<u64> {
        self.to
    }

    /// How many members these have.
    pub(crate) fn count(&self) -> u64 {
        self.chunks.iter().map(|chunk| u64::from(chunk.len())).sum()
    }

    /// Forgets the chunks from one on.
    pub(crate) fn cut(&mut self, to: u64) {
        let left = self.numbers.partition_point(|number| *number < to);
        self.numbers.truncate(left);
        self.chunks.truncate(left);
        self.to = Some(to);
    }
}

/// Chunks that are counted in one look.
const COUNTED_AT_ONCE: usize = 16;

impl View {
    /// How many members a tag has.
    pub(crate) fn count(&self, tag: TagId) -> Result<u64> {
        let (mut count, mut from) = (0, Some(0));
        while let Some(next) = from {
            let ahead = self.chunks(tag, next, COUNTED_AT_ONCE)?;
            count += ahead.count();
            from = ahead.to();
        }
        Ok(count)
    }

    /// The first chunks of a tag at or after `from` that may have members: some `most` of them.
    pub(crate) fn chunks(&self, tag: TagId, from: u64, most: usize) -> Result<Ahead> {
        match self {
            Self::Live(store) => {
                let (changes, disk) = store.look(|stack| {
                    // Oldest first, as they are to be applied.
                    let layers = stack.layers.iter().rev().map(|layer| layer.read());
                    let mut changes: BTreeMap<u64, Vec<Delta>> = BTreeMap::new();
                    let mut to: Option<u64> = None;
                    for rows in layers {
                        for (taken, (number, delta)) in rows.postings.from(tag, from).enumerate() {
                            if taken == most {
                                to = Some(to.map_or(number, |to| to.min(number)));
                                break;
                            }
                            changes.entry(number).or_default().push(delta.clone());
                        }
                    }
                    (changes, to)
                })?;
                let (changes, changed_to) = changes;
                let mut ahead = committed(&disk, tag, from, most)?;
                for (number, deltas) in changes {
                    let chunk = ahead.at(number);
                    deltas.iter().for_each(|delta| delta.apply(chunk));
                }
                // What is beyond is known in part only.
                if let Some(to) = ahead.to.into_iter().chain(changed_to).min() {
                    ahead.cut(to);
                }
                Ok(ahead)
            }
            _ => self.one_by_one(tag, from, most),
        }
    }

    fn one_by_one(&self, tag: TagId, from: u64, most: usize) -> Result<Ahead> {
        let mut ahead = Ahead::default();
        let mut next = Some(from);
        while let Some(from) = next {
            let Some(number) = self.next_chunk(tag, from)? else { break };
            if ahead.numbers.len() == most {
                ahead.to = Some(number);
                break;
            }
            self.chunk(tag, number, ahead.at(number))?;
            next = number.checked_add(1);
        }
        Ok(ahead)
    }
}

/// The containers that are committed now.
fn committed(disk: &Disk<'_>, tag: TagId, from: u64, most: usize) -> Result<Ahead> {
    let store = disk.store;
    let mut range = KeyRange { start: Vec::with_capacity(18), end: None };
    let mut front = Vec::with_capacity(9);
    postings::posting_key(tag, from, &mut range.start);
    varint::put_ordered(&mut front, u64::from(tag.0));
    range.end = successor(&front);
    let failed = |fault| store.failed("reading", fault);
    let cursor = disk.txn.cursor(store.table(Table::Postings)).map_err(failed)?;
    let mut walk = Walk::new(cursor, &range, Direction::Forward);
    let mut ahead = Ahead::with_capacity(most);
    while let Some((key, row)) = walk.next().map_err(failed)? {
        let damaged = |what| store.corrupt(Table::Postings, key, what);
        let (_, number) =
            postings::of_posting_key(key).ok_or_else(|| damaged("the key is damaged"))?;
        if ahead.numbers.len() == most {
            ahead.to = Some(number);
            break;
        }
        let body = disk.strip(Table::Postings, key, row)?;
        let added = ahead.at(number).add_encoded(body);
        added.ok_or_else(|| damaged("the container is damaged"))?;
    }
    Ok(ahead)
}
