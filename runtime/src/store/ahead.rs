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
    /// Ascending; some may be empty.
    pub(crate) chunks: BTreeMap<u64, Chunk>,
    /// The first chunk that was not looked at; none if there are no more.
    pub(crate) to: Option<u64>,
}

impl Ahead {
    /// Forgets the chunks from one on.
    pub(crate) fn cut(&mut self, to: u64) {
        self.chunks.split_off(&to);
        self.to = Some(to);
    }
}

impl View {
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
                    let chunk = ahead.chunks.entry(number).or_insert(Chunk::EMPTY);
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
            if ahead.chunks.len() == most {
                ahead.to = Some(number);
                break;
            }
            let mut chunk = Chunk::EMPTY;
            self.chunk(tag, number, &mut chunk)?;
            ahead.chunks.insert(number, chunk);
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
    let mut ahead = Ahead::default();
    while let Some((key, row)) = walk.next().map_err(failed)? {
        let damaged = |what| store.corrupt(Table::Postings, key, what);
        let (_, number) =
            postings::of_posting_key(key).ok_or_else(|| damaged("the key is damaged"))?;
        if ahead.chunks.len() == most {
            ahead.to = Some(number);
            break;
        }
        let mut chunk = Chunk::EMPTY;
        let body = disk.strip(Table::Postings, key, row)?;
        chunk.add_encoded(body).ok_or_else(|| damaged("the container is damaged"))?;
        ahead.chunks.insert(number, chunk);
    }
    Ok(ahead)
}
