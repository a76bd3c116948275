//! Writing the rows of one collection.

use std::cell::Cell;

use serde::{Serialize, de::DeserializeOwned};

use super::{
    rows::{ElementKey, RowReader},
    rows_short::with_row,
    staging::Staging,
};
use crate::{
    Error, Result,
    codec::{
        self, RefExt,
        key::{IntoKey, Key},
    },
    object::{
        handles::{context, handle::Handle, reference::strong},
        loading::plain::is_plain,
        shared::MyTurn,
    },
    store::{Entry, LayerRows, Oid, OidKey, RowBytes, RowKey, Table, oid_key, oid_of_key},
};

/// The part of what may wait in memory at which the changes of one call begin to be put aside; and that
/// at which more are, so that both together stay near what may wait.
const STAGED_PART: usize = 16;
const MORE_STAGED_PART: usize = 64;

/// Gathers changes of a collection's rows, and publishes them in one step. It has the turn, so that
/// what it reads stays as it is.
pub struct RowWriter {
    reader: RowReader,
    /// Elements; of those of one key the last counts.
    rows: Vec<(RowKey, Entry)>,
    /// The header, if it is written.
    header: Option<Vec<u8>>,
    /// A rough size of `rows` in memory.
    bytes: usize,
    /// What came before `rows`, if that is very much.
    staging: Option<Staging>,
    gained: Vec<Oid>,
    lost: Vec<Oid>,
    /// What one element after the other refers to; empty in between.
    found: Vec<Oid>,
    _turn: MyTurn<'static>,
}

impl RowWriter {
    pub(in crate::object) fn new(reader: RowReader, turn: MyTurn<'static>) -> Self {
        Self {
            reader,
            rows: Vec::new(),
            header: None,
            bytes: 0,
            staging: None,
            gained: Vec::new(),
            lost: Vec::new(),
            found: Vec::new(),
            _turn: turn,
        }
    }

    /// The rows before the changes.
    pub fn reader(&self) -> &RowReader {
        &self.reader
    }

    /// Encodes an element. What it refers to is counted when the changes are published.
    pub fn encode<T: Serialize + ?Sized>(&mut self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        let refused = |reader: &RowReader, fault: codec::Fault| {
            let path = Some(fault.path).filter(|path| !path.is_empty());
            let place = path.map_or_else(String::new, |path| format!(" ({path})"));
            Error::Encode {
                what: format!("an element of {}{place}", reader.name()),
                why: fault.why,
            }
        };
        if is_plain::<T>() {
            return codec::encode(value, out).map_err(|fault| refused(&self.reader, fault));
        }
        let start = out.len();
        let objects = &self.reader.objects;
        let ((), gathered) =
            context::encoding_into(objects, std::mem::take(&mut self.found), || {
                codec::encode(value, out).map_err(|fault| refused(&self.reader, fault))
            })?;
        self.found = objects.all_references(&out[start..], gathered.references)?;
        self.gained.append(&mut self.found);
        Ok(())
    }

    /// Appends the reference that a handle is stored as; see [`encode`](Self::encode).
    pub fn refer<H: Handle>(&mut self, handle: &H, out: &mut Vec<u8>) -> Result<()> {
        let number = handle.number_in(&self.reader.objects)?;
        codec::put_reference(codec::STRONG, oid_key(Oid(number)).as_bytes(), out);
        self.gained.push(Oid(number));
        Ok(())
    }

    /// Appends the encoding of a key that is to be stored, and gives the references in it.
    pub fn encode_key<K: Key>(
        &mut self,
        key: &impl IntoKey<K>,
        out: &mut Vec<u8>,
    ) -> Result<Vec<RefExt>> {
        let mut write = || key.write_key_of(out);
        if K::PLAIN {
            write();
            return Ok(Vec::new());
        }
        let ((), gathered) = context::encoding_key(&self.reader.objects, write)?;
        let references = gathered.references.iter().map(|oid| strong(*oid)).collect();
        self.gained.extend(gathered.references);
        Ok(references)
    }

    /// Decodes an element that is changed or goes, for the user; the value's own code may not write.
    pub fn decode<T: DeserializeOwned>(&self, row: &[u8]) -> Result<T> {
        context::decoding_in_change(&self.reader.objects, || codec::decode(row))
            .map_err(|fault| self.reader.misfit::<T>(&[], fault))
    }

    /// Decodes the key of an element; see [`decode`](Self::decode).
    pub fn decode_key<K: Key>(&self, bytes: &[u8]) -> Result<K> {
        let read = || codec::key::decode_key(bytes);
        context::decoding_in_change(&self.reader.objects, read)
            .map_err(|fault| self.reader.misfit_key::<K>(bytes, fault))
    }

    /// An element goes: what its row refers to is let go.
    pub fn release(&mut self, row: &[u8]) -> Result<()> {
        references(row, &mut self.lost).map_err(|fault| self.reader.damaged(&fault.to_string()))
    }

    /// Writes a row.
    pub fn put(&mut self, key: &[u8], row: &[u8]) {
        self.push(key, Entry::Row(row.into()), row.len());
    }

    /// As [`put`](Self::put), with the parts of the key.
    pub fn put_below(&mut self, key: &[&[u8]; 2], row: &[u8]) {
        let front = oid_key(self.reader.oid);
        let key = RowKey::of_parts(&[front.as_bytes(), key[0], key[1]]);
        self.push_row(key, Entry::Row(row.into()), row.len());
    }

    /// So many rows are going to be written, as far as they stay in memory until all are.
    pub fn expect(&mut self, rows: usize) {
        let pending = self.reader.objects.shared().config.pending_bytes;
        let most = pending / STAGED_PART / size_of::<(RowKey, Entry)>();
        self.rows.reserve(rows.min(most));
    }

    /// Deletes a row.
    pub fn delete(&mut self, key: &[u8]) {
        self.push(key, Entry::Gone, 0);
    }

    fn push(&mut self, key: &[u8], entry: Entry, row_len: usize) {
        self.push_row(RowKey::below(oid_key(self.reader.oid), key), entry, row_len);
    }

    fn push_row(&mut self, key: RowKey, entry: Entry, row_len: usize) {
        self.bytes += size_of::<(RowKey, Entry)>() + key.as_bytes().len() + row_len;
        self.rows.push((key, entry));
        let part = if self.staging.is_some() { MORE_STAGED_PART } else { STAGED_PART };
        if self.bytes > self.reader.objects.shared().config.pending_bytes / part {
            self.stage();
        }
    }

    /// Puts the changes so far into a layer of their own, which need not stay in memory.
    fn stage(&mut self) {
        let objects = &self.reader.objects;
        let mut staging = self.staging.take().unwrap_or_else(|| Staging::new(objects));
        let (new, header) = (std::mem::take(&mut self.rows), self.header.take());
        staging.write(objects, |rows| {
            apply(rows, oid_key(self.reader.oid), new, header);
            count(rows, &self.gained, &self.lost);
        });
        self.staging = Some(staging);
        self.bytes = 0;
        (self.gained, self.lost) = (Vec::new(), Vec::new());
    }

    /// Lets go of what the rows refer to that are to be deleted, as far as they are still there; gives
    /// how many are. For whoever has run the user's code since, which may have changed them.
    pub fn release_deleted(&mut self) -> Result<u64> {
        let (mut found, mut lost) = (0, Vec::new());
        let view = self.reader.objects.view();
        let mut look = |key: &[u8]| {
            let Some(held) = view.get(Table::Elements, key, |row| references(row, &mut lost))?
            else {
                return Ok(());
            };
            found += 1;
            held.map_err(|fault| self.reader.damaged(&fault.to_string()))
        };
        if let Some(staging) = &self.staging {
            staging.layer().each_deleted(&mut look)?;
        }
        for (key, _) in self.rows.iter().filter(|(_, entry)| *entry == Entry::Gone) {
            look(key.as_bytes())?;
        }
        self.lost.append(&mut lost);
        Ok(found)
    }

    /// Writes the header.
    pub fn put_header(&mut self, row: Vec<u8>) {
        self.header = Some(row);
    }

    /// Changes a row and the header where they stand, if they were written since the last commit:
    /// false, and nothing is done, if they have to be read and put instead. `edit` gets the row
    /// and the header; it must not run the user's code, and either changes both or says false.
    pub fn edit(
        &mut self,
        key: &[u8],
        edit: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>) -> bool,
    ) -> bool {
        let (gained, lost) = (&mut self.gained, &mut self.lost);
        self.reader.objects.edit_rows(oid_key(self.reader.oid), key, edit, |rows| {
            count(rows, gained, lost);
            gained.clear();
            lost.clear();
        })
    }

    /// Puts an element and publishes that: `make` gets its row, and the header, which it may change; it
    /// writes the new row to the last argument, or says false to change nothing, and must not run the
    /// user's code. The element's key is `key` with `suffix` behind it. False if nothing was done, as
    /// where the collection has no header yet.
    pub fn upsert(
        &mut self,
        key: &[u8],
        suffix: &[u8],
        make: impl FnOnce(Option<&[u8]>, &mut Vec<u8>, &mut Vec<u8>) -> bool,
    ) -> Result<bool> {
        self.reader.objects.check_not_closing()?;
        let oid = self.reader.oid;
        let key = RowKey::from(ElementKey::of_parts(oid, key, suffix).as_bytes());
        let lost = Cell::new(Vec::new());
        with_row(|row| {
            let make = |old: Option<&[u8]>, header: &mut Vec<u8>| {
                let mut held = Vec::new();
                let sound = old.is_none_or(|old| references(old, &mut held).is_ok());
                lost.set(held);
                (sound && make(old, header, row)).then(|| RowBytes::from(&row[..]))
            };
            let gained = &mut self.gained;
            self.reader.objects.upsert(oid, key, make, |rows| {
                count(rows, gained, &lost.take());
                gained.clear();
            })
        })
    }

    /// Publishes the changes; refuses if the prefix has been closed while they were gathered.
    pub fn finish(mut self) -> Result<()> {
        self.reader.objects.check_not_closing()?;
        if self.staging.is_some() {
            self.stage();
        }
        let objects = &self.reader.objects;
        match self.staging {
            Some(staging) => staging.publish(objects),
            None => objects.write_rows(|rows| {
                apply(rows, oid_key(self.reader.oid), self.rows, self.header);
                count(rows, &self.gained, &self.lost);
            }),
        }
        Ok(())
    }
}

/// Makes changes of the rows of one collection.
fn apply(
    rows: &mut LayerRows,
    front: OidKey,
    elements: Vec<(RowKey, Entry)>,
    header: Option<Vec<u8>>,
) {
    rows.set_elements(elements);
    if let Some(header) = header {
        rows.put(Table::Headers, front.as_bytes(), header);
    }
}

/// Adds what a row holds.
fn references(row: &[u8], found: &mut Vec<Oid>) -> std::result::Result<(), codec::Fault> {
    codec::for_each_reference(row, |kind, payload| {
        if kind != codec::WEAK {
            found.extend(oid_of_key(payload).map(|(oid, _)| oid));
        }
    })
}

fn count(rows: &mut LayerRows, gained: &[Oid], lost: &[Oid]) {
    gained.iter().for_each(|oid| rows.count(*oid, 1));
    lost.iter().for_each(|oid| rows.count(*oid, -1));
}
