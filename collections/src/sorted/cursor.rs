//! Going through a range of entries from both ends, some at a time.

use db0_runtime::{Result, object::RowReader};

use super::{
    batch::{self, Batch, Item, Taken},
    bounds::Span,
};

/// How many entries are copied at first, and at most: who wants one need not pay for hundreds.
const COPIED_MIN: usize = 8;
const COPIED_MAX: usize = 2048;

/// Gives the entries of a range. It goes on by key, so that the collection may be written to
/// meanwhile: what is not copied yet is found as it then is.
pub(crate) struct Cursor {
    reader: Option<RowReader>,
    /// What has not been copied.
    span: Span,
    /// Entries before `span`, ascending.
    front: Batch,
    /// Entries behind it, descending.
    back: Batch,
    copied: usize,
    /// Whether entries are given, by their values.
    keep: (fn(&[u8], u64) -> bool, u64),
    /// Tells which object an entry is of, by its value.
    member: Option<fn(&[u8]) -> Option<u64>>,
}

impl Cursor {
    /// Over the entries of `span`; there are none without a reader.
    pub(crate) fn new(reader: Option<RowReader>, span: Span) -> Self {
        Self {
            reader,
            span,
            front: Batch::default(),
            back: Batch::default(),
            copied: COPIED_MIN,
            keep: (|_, _| true, 0),
            member: None,
        }
    }

    /// Gives only those entries for whose values, and this number, `keep` says so.
    pub(crate) fn keep(self, keep: fn(&[u8], u64) -> bool, number: u64) -> Self {
        Self { keep: (keep, number), ..self }
    }

    /// Its entries are of objects: `member` tells which, by an entry's value.
    pub(crate) fn of_objects(self, member: fn(&[u8]) -> Option<u64>) -> Self {
        Self { member: Some(member), ..self }
    }

    /// Whose rows these are.
    pub(crate) fn reader(&self) -> Option<&RowReader> {
        self.reader.as_ref()
    }

    /// The next entry from the front, and whose row it is.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(&RowReader, Item<'_>)>> {
        Ok(self.take(false)?.map(|(reader, taken)| (reader, taken.item)))
    }

    /// The next entry from the back, and whose row it is.
    #[inline]
    pub(crate) fn next_back(&mut self) -> Result<Option<(&RowReader, Item<'_>)>> {
        Ok(self.take(true)?.map(|(reader, taken)| (reader, taken.item)))
    }

    #[inline]
    fn take(&mut self, backward: bool) -> Result<Option<(&RowReader, Taken<'_>)>> {
        if if backward { &self.back } else { &self.front }.is_empty() {
            self.load(backward)?;
        }
        let (near, far) = if backward {
            (&mut self.back, &mut self.front)
        } else {
            (&mut self.front, &mut self.back)
        };
        let taken = if near.is_empty() { far.take_last() } else { near.take_first() };
        Ok(self.reader.as_ref().zip(taken))
    }

    /// Copies entries at one end of what is left.
    fn load(&mut self, backward: bool) -> Result<()> {
        let Some(reader) = self.reader.as_ref().filter(|_| !self.span.is_empty()) else {
            return Ok(());
        };
        let batch = if backward { &mut self.back } else { &mut self.front };
        let complete = batch.fill(reader, &self.span, backward, self.copied, &|value| {
            (self.keep.0)(value, self.keep.1)
        })?;
        self.copied = (self.copied * 4).min(COPIED_MAX);
        match batch.last() {
            Some(last) if !complete && backward => self.span.set_before(last.key),
            Some(last) if !complete => self.span.set_after(last.key),
            _ => self.span.close(),
        }
        if let Some(member) = self.member {
            batch.begin_objects(member);
        }
        Ok(())
    }

    /// How many entries are left.
    pub(crate) fn count(&self) -> Result<usize> {
        let copied = self.front.len() + self.back.len();
        match &self.reader {
            Some(reader) if !self.span.is_empty() => {
                let keep = |value: &[u8]| (self.keep.0)(value, self.keep.1);
                let count = |reader: &RowReader| batch::count(reader, &self.span, &keep);
                Ok(copied + reader.in_one_moment(count)?)
            }
            _ => Ok(copied),
        }
    }

    /// Takes an entry from one end, and makes something of it; after a failure, gives nothing more.
    #[inline]
    pub(crate) fn step<R>(
        &mut self,
        backward: bool,
        read: impl FnOnce(&RowReader, Taken<'_>) -> Result<R>,
    ) -> Result<Option<R>> {
        let taken = self.take(backward);
        let made =
            taken.and_then(|taken| taken.map(|(reader, taken)| read(reader, taken)).transpose());
        if made.is_err() {
            self.end();
        }
        made
    }

    /// Gives nothing more.
    pub(crate) fn end(&mut self) {
        self.span.close();
        (self.front, self.back) = (Batch::default(), Batch::default());
    }
}
