//! The containers of tags in one look at the file: gone through upwards, and used where they stand.

use std::{collections::BTreeSet, sync::Arc};

use super::{bearers::Bearers, checked::Mark, chunk::Chunk, container::Container, tally::Tally};
use crate::{
    Result,
    lmdb::Cursor,
    store::{
        envelope::Envelope,
        num::{StateNum, TagId},
        reading::{
            keys::PastRange,
            past::Disk,
            scan::{Direction, KeyRange, successor},
            view::View,
        },
        table::Table,
        uncommitted::{
            layer::Layer,
            postings::{of_posting_key, posting_key},
        },
        varint,
    },
};

/// All containers that a view shows, as they were in one moment.
pub(crate) struct Containers<'s> {
    disk: Disk<'s>,
    /// None for what is committed now.
    state: Option<StateNum>,
    /// All that the state had have a row today.
    is_whole: bool,
    /// Newest first.
    layers: Vec<Arc<Layer>>,
}

impl View {
    /// A look at the containers.
    pub(crate) fn containers(&self) -> Result<Containers<'_>> {
        let (disk, state, layers) = self.open()?;
        let is_whole = state.is_none() || !PastRange::has_others(&disk, Table::Postings)?;
        Ok(Containers { disk, state, is_whole, layers })
    }

    /// Adds the members of one chunk of a tag to `chunk`.
    pub(crate) fn chunk(&self, tag: TagId, number: u64, chunk: &mut Chunk) -> Result<()> {
        self.containers()?.of(tag).with(number, |container| chunk.add(container))
    }

    /// The first chunk of a tag at or after `from` that may have members.
    pub(crate) fn next_chunk(&self, tag: TagId, from: u64) -> Result<Option<u64>> {
        self.containers()?.of(tag).next(from)
    }

    /// How many members a tag has in what is committed.
    pub(crate) fn count(&self, tag: TagId) -> Result<u64> {
        Ok(self.containers()?.of(tag).tally()?.count)
    }
}

impl Containers<'_> {
    /// The container of one chunk of a tag may not be as it is stored.
    pub(crate) fn are_changed(&self, tag: TagId, number: u64) -> bool {
        let changes = |layer: &Arc<Layer>| layer.read().postings.delta(tag, number).is_some();
        self.layers.iter().any(changes)
    }

    /// Adds the chunks of a tag that have changes which are not stored.
    pub(crate) fn changed(&self, tag: TagId, into: &mut BTreeSet<u64>) {
        for layer in &self.layers {
            into.extend(layer.read().postings.chunks(tag));
        }
    }

    /// Those of one tag.
    pub(crate) fn of(&self, tag: TagId) -> OfTag<'_> {
        let changes = self.layers.iter().rev();
        let changes = changes.filter(|layer| layer.read().postings.next_chunk(tag, 0).is_some());
        let mut front = Vec::with_capacity(18);
        varint::put_ordered(&mut front, tag.0.into());
        OfTag {
            all: self,
            tag,
            front: front.len(),
            key: front,
            rows: None,
            asked: 0,
            at: At::Unknown,
            changes: changes.collect(),
        }
    }
}

/// The containers of one tag.
pub(crate) struct OfTag<'c> {
    all: &'c Containers<'c>,
    tag: TagId,
    /// The row key that was looked for last; its front is that of all of the tag's.
    key: Vec<u8>,
    front: usize,
    rows: Option<Cursor<'c>>,
    /// The rows were looked for from here on.
    asked: u64,
    at: At<'c>,
    /// Layers that change containers of the tag, oldest first.
    changes: Vec<&'c Arc<Layer>>,
}

/// The first row at or after the chunk that was asked for.
#[derive(Clone, Copy)]
enum At<'c> {
    Unknown,
    Row { number: u64, key: &'c [u8], row: &'c [u8] },
    End,
}

impl<'c> OfTag<'c> {
    /// The first chunk at or after `from` that may have members.
    #[inline]
    pub(crate) fn next(&mut self, from: u64) -> Result<Option<u64>> {
        let stored = self.next_stored(from)?;
        if self.changes.is_empty() {
            return Ok(stored);
        }
        let changed = self.changes.iter();
        let changed =
            changed.filter_map(|layer| layer.read().postings.next_chunk(self.tag, from)).min();
        Ok(stored.into_iter().chain(changed).min())
    }

    /// Uses the container of one chunk, where it stands.
    #[inline]
    pub(crate) fn with<R>(
        &mut self,
        number: u64,
        mut using: impl FnMut(Container<'_>) -> R,
    ) -> Result<R> {
        let stored = self.stored(number)?;
        if self.changes.is_empty() {
            return Ok(using(stored));
        }
        let mut changed: Option<Chunk> = None;
        for layer in &self.changes {
            if let Some(delta) = layer.read().postings.delta(self.tag, number) {
                let changed = changed.get_or_insert_with(|| {
                    let mut chunk = Chunk::EMPTY;
                    chunk.load(stored);
                    chunk
                });
                delta.apply(changed, Bearers::UNKNOWN);
            }
        }
        Ok(using(changed.as_ref().map_or(stored, Container::of_chunk)))
    }

    /// Adds the chunks that have changes which are not stored.
    pub(crate) fn changed(&self, into: &mut BTreeSet<u64>) {
        self.all.changed(self.tag, into);
    }

    /// How many are stored that bear the tag.
    pub(crate) fn tally(&self) -> Result<Tally> {
        let Containers { disk, state, .. } = self.all;
        // Its row stands before those of its containers.
        let key = &self.key[..self.front];
        let row = match *state {
            None => disk.body(Table::Postings, key)?,
            Some(state) => disk.body_at(Table::Postings, key, state)?,
        };
        let damaged = || disk.store.corrupt(Table::Postings, key, "the row is damaged");
        row.map_or(Ok(Tally::default()), |row| Tally::decode(row).ok_or_else(damaged))
    }

    /// How many members of a chunk are stored.
    pub(crate) fn stored_len(&mut self, number: u64) -> Result<u64> {
        Ok(self.stored(number)?.len().into())
    }

    /// The container of one chunk as it is stored.
    fn stored(&mut self, number: u64) -> Result<Container<'c>> {
        let Containers { disk, state, is_whole, .. } = self.all;
        match (*state, self.at) {
            (Some(state), _) if !is_whole => {
                posting_key(self.tag, number, &mut self.key);
                let body = disk.body_at(Table::Postings, &self.key, state)?;
                self.container(body, &self.key)
            }
            _ if self.next_stored(number)? != Some(number) => Ok(Container::EMPTY),
            _ => self.row(),
        }
    }

    /// The container of the row that was come to.
    fn row(&self) -> Result<Container<'c>> {
        let At::Row { number, key, row } = self.at else { return Ok(Container::EMPTY) };
        let Containers { disk, state, .. } = self.all;
        let store = disk.store;
        let mark = Mark::of(self.tag, number, row);
        let is_checked = store.checked.has(mark);
        let version = if is_checked {
            Envelope::checked(row)
        } else {
            Envelope::open(Table::Postings, key, row)
        };
        let version = version.map_err(|why| store.corrupt(Table::Postings, key, why))?;
        if let Some(state) = state.filter(|state| version.stamp > *state || version.is_tombstone())
        {
            let body = disk.version_at(Table::Postings, key, Some(row), state)?;
            return self.container(body, key);
        }
        if is_checked && let Some(container) = Container::of_row(version.body) {
            return Ok(container);
        }
        let container = self.container(Some(version.body), key)?;
        store.checked.add(mark);
        Ok(container)
    }

    fn container(&self, body: Option<&'c [u8]>, key: &[u8]) -> Result<Container<'c>> {
        let damaged =
            || self.all.disk.store.corrupt(Table::Postings, key, "the container is damaged");
        body.map_or(Ok(Container::EMPTY), |body| Container::sound(body).ok_or_else(damaged))
    }

    /// The first chunk at or after `from` that is stored.
    #[inline]
    fn next_stored(&mut self, from: u64) -> Result<Option<u64>> {
        match self.at {
            At::Row { number, .. } if self.asked <= from && from <= number => Ok(Some(number)),
            At::End if self.asked <= from => Ok(None),
            _ if !self.all.is_whole => self.next_of_past(from),
            _ => {
                self.go_to(from)?;
                Ok(if let At::Row { number, .. } = self.at { Some(number) } else { None })
            }
        }
    }

    /// Goes to the first row at or after a chunk: by a step, if that will do.
    fn go_to(&mut self, from: u64) -> Result<()> {
        let was_before =
            matches!(self.at, At::Row { number, .. } if self.asked <= from && number < from);
        self.asked = from;
        if was_before {
            self.at = self.step(true)?;
            if !matches!(self.at, At::Row { number, .. } if number < from) {
                return Ok(());
            }
        }
        posting_key(self.tag, from, &mut self.key);
        self.at = self.step(false)?;
        Ok(())
    }

    /// The row behind the one that was come to, or the first at or after the key that is looked for.
    fn step(&mut self, is_next: bool) -> Result<At<'c>> {
        let Containers { disk, .. } = self.all;
        let store = disk.store;
        let failed = |fault| store.failed("reading", fault);
        let rows = match &mut self.rows {
            Some(rows) => rows,
            none => {
                let table = store.table(Table::Postings);
                none.insert(disk.txn.cursor(table).map_err(failed)?)
            }
        };
        let row = if is_next { rows.next() } else { rows.seek(&self.key) }.map_err(failed)?;
        let Some((key, row)) = row else { return Ok(At::End) };
        let Some(mut number) = key.strip_prefix(&self.key[..self.front]) else {
            return Ok(At::End);
        };
        let damaged = || store.corrupt(Table::Postings, key, "the key is damaged");
        let found = varint::take_ordered(&mut number).filter(|_| number.is_empty());
        Ok(At::Row { number: found.ok_or_else(damaged)?, key, row })
    }

    /// The first chunk at or after `from` that a past state had.
    fn next_of_past(&mut self, from: u64) -> Result<Option<u64>> {
        let Containers { disk, state, .. } = self.all;
        posting_key(self.tag, from, &mut self.key);
        let end = successor(&self.key[..self.front]);
        let range = KeyRange { start: self.key.clone(), end };
        let range = PastRange::new(Table::Postings, range, *state);
        let mut keys = range.keys(disk, Direction::Forward)?;
        let next = keys.next().map_err(|fault| disk.store.failed("reading", fault))?;
        let Some((key, _)) = next else { return Ok(None) };
        let damaged = || disk.store.corrupt(Table::Postings, key, "the key is damaged");
        of_posting_key(key).map(|(_, number)| Some(number)).ok_or_else(damaged)
    }
}
