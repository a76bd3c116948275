//! Changing entries: each by its key, all of one call published together.

use std::{ops::ControlFlow, panic::Location};

use db0_runtime::{
    Error, Result,
    codec::{
        ROW_BYTES_MAX, RefExt,
        key::{IntoKey, Key},
    },
    object::{Anchor, Handle, RowReader, RowWriter, varint},
};
use serde::Serialize;

use super::{
    batch::Item,
    bounds::Span,
    cursor::Cursor,
    entry::{self, Entry},
    many::{Many, OneOf},
    row_key,
};
use crate::{
    handle,
    header::{self, Header, Kind},
};

/// A key to be stored: its bytes, and what it refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) key: Vec<u8>,
    pub(crate) references: Vec<RefExt>,
}

impl Stored {
    /// Encodes a key, and counts what it refers to.
    pub(crate) fn of<K: Key>(writer: &mut RowWriter, key: &impl IntoKey<K>) -> Result<Self> {
        let mut bytes = Vec::new();
        let references = writer.encode_key(key, &mut bytes)?;
        Ok(Self { key: bytes, references })
    }
}

/// As [`Stored`], in somebody else's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoredRef<'k> {
    pub(crate) key: &'k [u8],
    pub(super) references: &'k [RefExt],
}

impl<'k> From<&'k Stored> for StoredRef<'k> {
    fn from(stored: &'k Stored) -> Self {
        Self { key: &stored.key, references: &stored.references }
    }
}

/// Encodes the value of a key; an error names that.
pub(crate) fn encode_value<K: Key, V: Serialize>(
    writer: &mut RowWriter,
    key: &Stored,
    value: &V,
    out: &mut Vec<u8>,
) -> Result<()> {
    writer.encode(value, out).map_err(|error| name_key::<K>(writer, &key.key, error))
}

/// Why a value could not be encoded, with the name of its key.
pub(super) fn name_key<K: Key>(writer: &RowWriter, key: &[u8], error: Error) -> Error {
    match error {
        Error::Encode { why, .. } => {
            let shown = K::kind().show(key).unwrap_or_else(|fault| fault.to_string());
            let what = format!("the value of key {shown} in {}", writer.reader().name());
            Error::Encode { what, why }
        }
        other => other,
    }
}

/// Puts an entry, and publishes that. `value` gets the value that is there, and the header, and
/// appends the new one, or says false; it may run nobody's code. False if nothing was done, as for
/// long keys, and in a collection that has no header yet.
pub(crate) fn put_short(
    writer: &mut RowWriter,
    key: &Stored,
    suffix: &[u8],
    value: impl FnOnce(Option<&[u8]>, &mut Vec<u8>, &mut Vec<u8>) -> bool,
) -> Result<bool> {
    if row_key::is_long(&key.key) {
        return Ok(false);
    }
    writer.upsert(&key.key, suffix, |old, header, row| {
        let Some(old) = old_value(old) else { return false };
        entry::put_row(None, &key.references, row, |row| value(old, header, row))
    })
}

/// As [`put_short`], without an allocation: false for keys and values that may refer to something.
/// `ready` gets the value that is there, and the header.
#[track_caller]
pub(crate) fn put_plain<K: Key, V: Serialize>(
    anchor: &Anchor,
    key: &impl IntoKey<K>,
    value: &V,
    ready: impl FnOnce(Option<&[u8]>, &mut Vec<u8>) -> bool,
) -> Result<bool> {
    let key = (key, row_key::PLAIN_MAX);
    anchor.upsert_plain(Location::caller(), key, value, |old, value, header, row| {
        let Some(old) = old_value(old) else { return false };
        entry::put_row(None, &[], row, |row| {
            row.extend_from_slice(value);
            ready(old, header)
        })
    })
}

/// Inserts an entry for an object under a key, without an allocation, if it is not there: see
/// [`Anchor::insert_referring`].
#[track_caller]
pub(crate) fn insert_referring<K: Key, M: Handle>(
    anchor: &Anchor,
    key: &impl IntoKey<K>,
    memo: &M,
    value: impl FnOnce(&[u8], &mut Vec<u8>, &mut Vec<u8>) -> bool,
) -> Result<Option<bool>> {
    let key = (key, row_key::PLAIN_MAX);
    anchor.insert_referring(Location::caller(), key, memo, |reference, header, row| {
        entry::put_row(None, &[], row, |row| value(reference, header, row))
    })
}

/// The value in the row that is there, if there is one; the outer none: the row makes no sense.
fn old_value(row: Option<&[u8]>) -> Option<Option<&[u8]>> {
    match row {
        Some(row) => Some(Some(Entry::parse(row)?.value)),
        None => Some(None),
    }
}

/// The last key, with its suffix, if there is one.
pub(crate) struct End(Option<Vec<u8>>);

impl End {
    /// All entries come before this key.
    pub(crate) fn is_before(&self, key: &[u8]) -> bool {
        self.0.as_deref().is_none_or(|end| end < key && !end.starts_with(key))
    }
}

/// Deletes the entries of a span that `goes` is for, and publishes that; gives how many there were. Of such
/// an entry it says how long the suffix of its key is, and it may run anybody's code.
#[track_caller]
pub(crate) fn delete_where(
    anchor: &Anchor,
    kind: Kind,
    span: Span,
    mut goes: impl FnMut(&RowReader, Item<'_>) -> Result<Option<usize>>,
) -> Result<usize> {
    if span.is_empty() || anchor.reader()?.is_none() {
        return Ok(0);
    }
    let mut writer = handle::writer(anchor)?;
    let mut cursor = Cursor::new(Some(writer.reader().clone()), span);
    while let Some((reader, item)) = cursor.next()? {
        if let Some(suffix) = goes(reader, item)? {
            let (key, suffix) = item.key.split_at(item.key.len() - suffix);
            writer.delete(&row_key::of(key, suffix));
        }
    }
    let gone = writer.release_deleted()?;
    if gone > 0 {
        let mut change = Change::with(writer, kind)?;
        change.length = change.length.saturating_sub(gone);
        change.finish()?;
    }
    Ok(usize::try_from(gone).unwrap_or(usize::MAX))
}

/// Changes of a collection's entries, until they are published.
pub(crate) struct Change {
    pub(crate) writer: RowWriter,
    kind: Kind,
    length: u64,
    /// How many entries an index has ever had; nothing elsewhere.
    number: u64,
    /// For one row after the other.
    row: Vec<u8>,
}

impl Change {
    /// Takes the turn for the caller of the public method.
    #[track_caller]
    pub(crate) fn begin(anchor: &Anchor, kind: Kind) -> Result<Self> {
        let writer = handle::writer(anchor)?;
        Self::with(writer, kind)
    }

    /// Goes on with the turn that `writer` has. The header is read now: values' own code has run.
    pub(crate) fn with(writer: RowWriter, kind: Kind) -> Result<Self> {
        let parse = |header: Header<'_>| {
            let mut rest = header.rest;
            let number = if kind == Kind::Index { varint::take(&mut rest)? } else { 0 };
            Some((header.length, number))
        };
        let (length, number) = header::read(writer.reader(), kind, parse)?.unwrap_or_default();
        Ok(Self { writer, kind, length, number, row: Vec::new() })
    }

    /// The number of a new entry.
    pub(crate) fn take_number(&mut self) -> u64 {
        self.number += 1;
        self.number - 1
    }

    /// There is an entry with this key and suffix.
    pub(crate) fn has<'k>(&self, key: impl Into<StoredRef<'k>>, suffix: &[u8]) -> Result<bool> {
        if self.length == 0 {
            return Ok(false);
        }
        let key = key.into().key;
        Ok(self.row(&row_key::of(key, suffix), key)?.is_some())
    }

    /// What was encoded is not stored: its references don't count.
    pub(crate) fn uncount<'k>(
        &mut self,
        key: impl Into<StoredRef<'k>>,
        value: &[u8],
    ) -> Result<()> {
        self.writer.release(&entry::row(None, key.into().references, value))
    }

    /// Copies the row at an element key, if it is that of `key`.
    fn row(&self, row_key: &[u8], key: &[u8]) -> Result<Option<Vec<u8>>> {
        let reader = self.writer.reader();
        let Some(row) = reader.get(row_key, <[u8]>::to_vec)? else { return Ok(None) };
        let entry = Entry::parse(&row).ok_or_else(|| reader.damaged("an entry is damaged"))?;
        if row_key::is_long(key) && entry.key != Some(key) {
            let why = "another key of over 448 bytes has the same hash".into();
            return Err(Error::Encode { what: format!("a key of {}", reader.name()), why });
        }
        Ok(Some(row))
    }

    /// Writes an entry; gives the row that it replaces, which is let go.
    pub(crate) fn put<'k>(
        &mut self,
        key: impl Into<StoredRef<'k>>,
        suffix: &[u8],
        value: &[u8],
    ) -> Result<Option<Vec<u8>>> {
        let key = key.into();
        let row_key = row_key::of(key.key, suffix);
        // What is empty need not be looked into.
        let old = if self.length == 0 { None } else { self.row(&row_key, key.key)? };
        match &old {
            Some(row) => self.writer.release(row)?,
            None => self.length += 1,
        }
        self.write(key, suffix, value)?;
        Ok(old)
    }

    /// Writes an entry that is not there yet.
    pub(crate) fn put_new<'k>(
        &mut self,
        key: impl Into<StoredRef<'k>>,
        suffix: &[u8],
        value: &[u8],
    ) -> Result<()> {
        self.length += 1;
        self.write(key.into(), suffix, value)
    }

    fn write(&mut self, key: StoredRef<'_>, suffix: &[u8], value: &[u8]) -> Result<()> {
        let long = row_key::is_long(key.key).then_some(key.key);
        if value.len() + long.map_or(0, <[u8]>::len) > ROW_BYTES_MAX {
            let what = format!("an entry of {}", self.writer.reader().name());
            return Err(Error::Encode { what, why: "key and value are too large together".into() });
        }
        self.row.clear();
        entry::put_row(long, key.references, &mut self.row, |row| {
            row.extend_from_slice(value);
            true
        });
        if long.is_some() {
            self.writer.put(&row_key::of(key.key, suffix), &self.row);
        } else {
            self.writer.put_below(&[key.key, suffix], &self.row);
        }
        Ok(())
    }

    /// As [`put_new`](Self::put_new), of many: most rows are as they are to be.
    fn put_new_of(&mut self, one: &OneOf<'_>) -> Result<()> {
        let OneOf { key, row, suffix } = *one;
        let is_ready = !row_key::is_long(key.key) && key.references.is_empty();
        if !is_ready || row.len() > ROW_BYTES_MAX {
            return self.put_new(key, suffix, one.value());
        }
        self.length += 1;
        self.writer.put_below(&[key.key, suffix], row);
        Ok(())
    }

    /// Where the entries end: nothing has to be looked for behind this key.
    pub(crate) fn end(&self) -> Result<End> {
        if self.length == 0 {
            return Ok(End(None));
        }
        Ok(End(self.end_entry(true)?.map(|(key, _)| key)))
    }

    /// Deletes an entry; gives its row, which is let go.
    pub(crate) fn delete(&mut self, key: &[u8], suffix: &[u8]) -> Result<Option<Vec<u8>>> {
        let row_key = row_key::of(key, suffix);
        let old = self.row(&row_key, key)?;
        if let Some(row) = &old {
            self.writer.release(row)?;
            self.writer.delete(&row_key);
            self.length = self.length.saturating_sub(1);
        }
        Ok(old)
    }

    /// Many entries are going to be written.
    pub(crate) fn expect(&mut self, many: &Many) {
        self.writer.expect(many.len());
    }

    /// Writes many entries. Of equal keys the last one counts.
    pub(crate) fn put_all(&mut self, mut many: Many) -> Result<()> {
        many.sort();
        self.expect(&many);
        let end = self.end()?;
        let mut entries = many.iter().peekable();
        while let Some(one) = entries.next() {
            if entries.peek().is_some_and(|next| next.is_twin_of(&one)) {
                self.uncount(one.key, one.value())?;
            } else if end.is_before(one.key.key) {
                self.put_new_of(&one)?;
            } else {
                self.put(one.key, &[], one.value())?;
            }
        }
        Ok(())
    }

    /// The whole key, and the value, of the first entry or the last.
    pub(crate) fn end_entry(&self, last: bool) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
        let mut cursor = Cursor::new(Some(self.writer.reader().clone()), Span::ALL);
        let item = if last { cursor.next_back() } else { cursor.next() }?;
        Ok(item.map(|(_, item)| (item.key.to_vec(), item.value.to_vec())))
    }

    /// Deletes all entries, and publishes that.
    pub(crate) fn clear(mut self) -> Result<()> {
        let reader = self.writer.reader().clone();
        let mut is_empty = true;
        reader.scan(&[], None, false, &mut |key, row| {
            self.writer.release(row)?;
            self.writer.delete(key);
            is_empty = false;
            Ok(ControlFlow::Continue(()))
        })?;
        if !is_empty {
            self.length = 0;
            self.finish()?;
        }
        Ok(())
    }

    /// Publishes everything; see [`RowWriter::finish`].
    pub(crate) fn finish(mut self) -> Result<()> {
        let mut header = Header::start(self.kind, self.length);
        if self.kind == Kind::Index {
            varint::put(&mut header, self.number);
        }
        self.writer.put_header(header);
        self.writer.finish()
    }
}
