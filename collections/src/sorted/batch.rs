//! Some entries of a range, copied in their order.

use std::{ops::ControlFlow, ops::Range};

use db0_runtime::{
    Result,
    object::{Ahead, RowReader},
};

use super::{bounds::Span, entry::Entry, row_key};

/// Bytes at which a batch is full, however few its entries are.
const BYTES_MAX: usize = 256 << 10;

/// An entry that was copied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'b> {
    /// The key, with its suffix.
    pub(crate) key: &'b [u8],
    pub(crate) value: &'b [u8],
}

/// An entry that is taken, and what its batch knows of objects.
pub(crate) struct Taken<'b> {
    pub(crate) item: Item<'b>,
    /// Where it is in its batch.
    pub(crate) place: usize,
    pub(crate) ahead: &'b mut Ahead,
}

/// Copied entries, to be taken from either end.
#[derive(Default)]
pub(super) struct Batch {
    /// The objects of the entries, where these have some.
    ahead: Ahead,
    copied: Copied,
    /// Not taken yet.
    left: Range<usize>,
}

#[derive(Default)]
struct Copied {
    bytes: Vec<u8>,
    /// Where each key and its value end in `bytes`; an entry begins where the one before ends.
    ends: Vec<(usize, usize)>,
}

impl Copied {
    fn item(&self, at: usize) -> Item<'_> {
        let start = if at == 0 { 0 } else { self.ends[at - 1].1 };
        let (key_end, end) = self.ends[at];
        Item { key: &self.bytes[start..key_end], value: &self.bytes[key_end..end] }
    }
}

impl Batch {
    pub(super) fn len(&self) -> usize {
        self.left.len()
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    fn push(&mut self, key: &[u8], value: &[u8]) {
        let Copied { bytes, ends } = &mut self.copied;
        bytes.extend_from_slice(key);
        let key_end = bytes.len();
        bytes.extend_from_slice(value);
        ends.push((key_end, bytes.len()));
        self.left.end += 1;
    }

    /// The entries are of objects: `member` tells which, by their values.
    pub(super) fn begin_objects(&mut self, member: fn(&[u8]) -> Option<u64>) {
        let Self { copied, ahead, .. } = self;
        ahead.begin((0..copied.ends.len()).map(|at| member(copied.item(at).value)));
    }

    /// The entry that was copied last, taken or not.
    pub(super) fn last(&self) -> Option<Item<'_>> {
        self.copied.ends.len().checked_sub(1).map(|at| self.copied.item(at))
    }

    /// Takes the entry that was copied first.
    #[inline]
    pub(super) fn take_first(&mut self) -> Option<Taken<'_>> {
        let place = self.left.next()?;
        Some(Taken { item: self.copied.item(place), place, ahead: &mut self.ahead })
    }

    /// Takes the entry that was copied last.
    #[inline]
    pub(super) fn take_last(&mut self) -> Option<Taken<'_>> {
        let place = self.left.next_back()?;
        Some(Taken { item: self.copied.item(place), place, ahead: &mut self.ahead })
    }

    /// Copies the entries of `span`, `count` of them or some more, from its start, or `backward` from
    /// its end; true if these are all.
    pub(super) fn fill(
        &mut self,
        reader: &RowReader,
        span: &Span,
        backward: bool,
        count: usize,
        keep: &impl Fn(&[u8]) -> bool,
    ) -> Result<bool> {
        self.copied.bytes.clear();
        self.copied.ends.clear();
        self.left = 0..0;
        let mut filling = Filling { batch: self, span, backward, group: Group::default() };
        let mut complete = true;
        let end = span.row_end();
        reader.scan(span.row_start(), end.as_deref(), backward, &mut |key, row| {
            let Some(entry) = Entry::parse(row) else {
                return Err(reader.damaged("an entry is damaged"));
            };
            if !filling.group.continues(key, &entry) {
                filling.end_group();
                let copied = &filling.batch.copied;
                if copied.ends.len() >= count || copied.bytes.len() >= BYTES_MAX {
                    complete = false;
                    return Ok(ControlFlow::Break(()));
                }
            }
            if keep(entry.value) {
                filling
                    .add(key, &entry)
                    .ok_or_else(|| reader.damaged("an entry's key is damaged"))?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        filling.end_group();
        Ok(complete)
    }
}

/// How many entries a range has.
pub(super) fn count(
    reader: &RowReader,
    span: &Span,
    keep: &impl Fn(&[u8]) -> bool,
) -> Result<usize> {
    let mut count = 0;
    let end = span.row_end();
    let mut full = Vec::new();
    reader.scan(span.row_start(), end.as_deref(), false, &mut |key, row| {
        let Some(entry) = Entry::parse(row) else {
            return Err(reader.damaged("an entry is damaged"));
        };
        full.clear();
        let inside = match entry.key {
            None => span.is_short() || span.contains(key),
            Some(long) => {
                full.extend_from_slice(long);
                full.extend_from_slice(row_key::suffix_of_long(key).unwrap_or_default());
                span.contains(&full)
            }
        };
        count += usize::from(inside && keep(entry.value));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(count)
}

/// Entries with long keys that start alike: their rows are not in order.
#[derive(Default)]
struct Group {
    start: Vec<u8>,
    /// Keys with their suffixes, and values.
    entries: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Group {
    fn continues(&self, row_key: &[u8], entry: &Entry<'_>) -> bool {
        entry.key.is_some() && !self.start.is_empty() && row_key.starts_with(&self.start)
    }
}

struct Filling<'b> {
    batch: &'b mut Batch,
    span: &'b Span,
    backward: bool,
    group: Group,
}

impl Filling<'_> {
    /// Adds an entry; none if its row makes no sense.
    fn add(&mut self, row_key: &[u8], entry: &Entry<'_>) -> Option<()> {
        let Some(key) = entry.key else {
            // Rows of short spans are exactly the entries of these.
            if self.span.is_short() || self.span.contains(row_key) {
                self.batch.push(row_key, entry.value);
            }
            return Some(());
        };
        let suffix = row_key::suffix_of_long(row_key)?;
        let start = row_key::start_of_long(row_key);
        if !row_key::is_long(key) || !key.starts_with(start) {
            return None;
        }
        self.group.start.clear();
        self.group.start.extend_from_slice(start);
        let full = [key, suffix].concat();
        if self.span.contains(&full) {
            self.group.entries.push((full, entry.value.to_vec()));
        }
        Some(())
    }

    #[inline]
    fn end_group(&mut self) {
        if !self.group.start.is_empty() {
            self.give_group();
        }
    }

    #[cold]
    fn give_group(&mut self) {
        self.group.start.clear();
        let mut entries = std::mem::take(&mut self.group.entries);
        entries.sort_unstable();
        if self.backward {
            entries.reverse();
        }
        entries.iter().for_each(|(key, value)| self.batch.push(key, value));
    }
}
