//! Going through a range of entries from both ends, some at a time.

use db0_runtime::{Result, object::RowReader};

use super::{
    batch::{self, Batch, Item},
    bounds::Span,
};

/// How many entries are copied at first, and at most: who wants one need not pay for hundreds.
const COPIED_MIN: usize = 8;
const COPIED_MAX: usize = 512;

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
        }
    }

    /// Gives only those entries for whose values, and this number, `keep` says so.
    pub(crate) fn keep(self, keep: fn(&[u8], u64) -> bool, number: u64) -> Self {
        Self { keep: (keep, number), ..self }
    }

    /// Whose rows these are.
    pub(crate) fn reader(&self) -> Option<&RowReader> {
        self.reader.as_ref()
    }

    /// The next entry from the front, and whose row it is.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<(&RowReader, Item<'_>)>> {
        if self.front.is_empty() {
            self.load(false)?;
        }
        let item = self.front.take_first();
        let item = if item.is_some() { item } else { self.back.take_last() };
        Ok(self.reader.as_ref().zip(item))
    }

    /// The next entry from the back, and whose row it is.
    #[inline]
    pub(crate) fn next_back(&mut self) -> Result<Option<(&RowReader, Item<'_>)>> {
        if self.back.is_empty() {
            self.load(true)?;
        }
        let item = self.back.take_first();
        let item = if item.is_some() { item } else { self.front.take_last() };
        Ok(self.reader.as_ref().zip(item))
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
        Ok(())
    }

    /// How many entries are left.
    pub(crate) fn count(&self) -> Result<usize> {
        let copied = self.front.len() + self.back.len();
        match &self.reader {
            Some(reader) if !self.span.is_empty() => {
                let keep = |value: &[u8]| (self.keep.0)(value, self.keep.1);
                Ok(copied + batch::count(reader, &self.span, &keep)?)
            }
            _ => Ok(copied),
        }
    }

    /// Takes an entry from one end, and makes something of it; after a failure, gives nothing more.
    #[inline]
    pub(crate) fn step<R>(
        &mut self,
        backward: bool,
        read: impl FnOnce(&RowReader, Item<'_>) -> Result<R>,
    ) -> Result<Option<R>> {
        let item = if backward { self.next_back() } else { self.next() };
        let item = item.and_then(|item| item.map(|(reader, item)| read(reader, item)).transpose());
        if item.is_err() {
            self.end();
        }
        item
    }

    /// Gives nothing more.
    pub(crate) fn end(&mut self) {
        self.span.close();
        (self.front, self.back) = (Batch::default(), Batch::default());
    }
}
