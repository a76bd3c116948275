//! Reading and writing the rows of one collection.

use std::{ops::ControlFlow, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    context, objects::Objects, plain::is_plain, reference::strong, rows_short::with_row,
    shared::MyTurn,
};
use crate::{
    Error, Result,
    codec::{
        self, RefExt,
        key::{IntoKey, Key, KeyFault, KeyReader},
    },
    store::{
        Direction, Entry, KeyRange, LayerRows, Oid, OidKey, PrefixId, RowBytes, RowKey, StateNum,
        Table, oid_key, oid_of_key,
    },
};

/// How often reading something in one moment is tried, beside others who write.
const TRIES: usize = 4;

/// How many bytes of a key an error shows.
const SHOWN_MAX: usize = 64;

/// A moment between two publishings of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    rows: u64,
    state: Option<StateNum>,
    /// A collection may have moved from one prefix to another.
    place: (PrefixId, Oid),
}

/// Reads the rows of a collection, as its view shows them.
#[derive(Clone)]
pub struct RowReader {
    pub(super) objects: Arc<Objects>,
    pub(super) oid: Oid,
}

impl RowReader {
    pub(super) fn new(objects: Arc<Objects>, oid: Oid) -> Self {
        Self { objects, oid }
    }

    /// Whose objects elements refer to.
    pub fn objects(&self) -> &Arc<Objects> {
        &self.objects
    }

    fn key(&self, key: &[u8]) -> ElementKey {
        ElementKey::of(self.oid, key)
    }

    /// The header row.
    pub fn header<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Result<Option<R>> {
        self.objects.view().get(Table::Headers, oid_key(self.oid).as_bytes(), read)
    }

    /// The row at `key`.
    pub fn get<R>(&self, key: &[u8], read: impl FnOnce(&[u8]) -> R) -> Result<Option<R>> {
        self.objects.view().get(Table::Elements, self.key(key).as_bytes(), read)
    }

    /// Calls `each` with the rows from `start` up to, and without, `end` (none: the last row),
    /// forwards or backwards, until it breaks. The collection may be written to meanwhile.
    pub fn scan(
        &self,
        start: &[u8],
        end: Option<&[u8]>,
        backward: bool,
        each: &mut dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let front = oid_key(self.oid);
        let own = KeyRange::prefix(front.as_bytes());
        let end = end.map_or(own.end, |end| Some(self.key(end).as_bytes().to_vec()));
        let range = KeyRange { start: self.key(start).as_bytes().to_vec(), end };
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        let skip = front.as_bytes().len();
        self.objects
            .view()
            .scan(Table::Elements, range, direction, &mut |key, row| each(&key[skip..], row))
    }

    /// The moment as which rows are seen now: while it stays equal, so do they. None inside an
    /// `atomic`, whose rows may still be undone.
    pub fn stamp(&self) -> Option<Stamp> {
        let objects = &self.objects;
        let lasts = !objects.shared().in_atomic();
        lasts.then(|| Stamp {
            rows: objects.rows_version(),
            state: objects.view().state(),
            place: (objects.store().prefix_id(), self.oid),
        })
    }

    /// Runs `read` so that all it reads is of one moment: again, if something was published in
    /// between. It must not run the user's code.
    pub fn consistent<R>(&self, mut read: impl FnMut(&Self) -> Result<R>) -> Result<R> {
        let objects = &self.objects;
        let moment = || (objects.rows_version(), objects.view().state());
        for _ in 0..TRIES {
            let before = moment();
            let result = read(self);
            if moment() == before {
                return result;
            }
            std::thread::yield_now();
        }
        // Writers that never pause: they have to, for once.
        objects.while_unpublished(|| read(self))
    }

    /// Decodes an element for the user; handles in it belong to this view.
    pub fn decode<T: DeserializeOwned>(&self, row: &[u8]) -> Result<T> {
        let decode = || codec::decode(row);
        let decoded = if is_plain::<T>() {
            decode()
        } else {
            context::decoding_for_user(&self.objects, decode)
        };
        decoded.map_err(|fault| self.damaged(&fault.to_string()))
    }

    /// As [`decode`](Self::decode), where it is up to the caller's type whether the row fits.
    pub(super) fn decode_stored<T: DeserializeOwned>(
        &self,
        row: &[u8],
    ) -> std::result::Result<T, codec::Fault> {
        context::decoding_for_user(&self.objects, || codec::decode(row))
    }

    /// As [`decode`](Self::decode), of the value of a key.
    pub fn decode_at<T: DeserializeOwned>(&self, key: &[u8], row: &[u8]) -> Result<T> {
        self.decode(row).map_err(|error| match error {
            Error::Corrupt { why, .. } => self.damaged_at(key, &why),
            other => other,
        })
    }

    /// Decodes a key for the user; handles in it belong to this view.
    pub fn decode_key<K: Key>(&self, bytes: &[u8]) -> Result<K> {
        self.read_key(bytes, codec::key::decode_key)
    }

    /// Decodes the key that `bytes` begin with; see [`decode_key`](Self::decode_key).
    pub fn decode_key_in_front<K: Key>(&self, bytes: &[u8]) -> Result<K> {
        self.read_key(bytes, |bytes| K::read_key(&mut KeyReader::new(bytes)))
    }

    #[inline]
    fn read_key<K: Key>(
        &self,
        bytes: &[u8],
        read: impl FnOnce(&[u8]) -> std::result::Result<K, KeyFault>,
    ) -> Result<K> {
        let key = if is_plain::<K>() {
            read(bytes)
        } else {
            context::decoding_for_user(&self.objects, || read(bytes))
        };
        key.map_err(|fault| self.damaged_at(bytes, &fault.to_string()))
    }

    /// Appends the key that is looked for; false if it can't be in here, since a handle in it is of
    /// another prefix.
    pub fn find_key<K: Key>(&self, key: &impl IntoKey<K>, out: &mut Vec<u8>) -> Result<bool> {
        if is_plain::<K>() {
            key.write_key_of(out);
            return Ok(true);
        }
        match context::encoding_key(&self.objects, || key.write_key_of(out)) {
            Ok(_) => Ok(true),
            Err(Error::CrossPrefix { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Appends a value that is looked for; false as in [`find_key`](Self::find_key).
    pub fn find_value<T: Serialize>(&self, value: &T, out: &mut Vec<u8>) -> Result<bool> {
        let encode = || {
            let what = || format!("what is looked for in {}", self.name());
            codec::encode(value, out)
                .map_err(|fault| Error::Encode { what: what(), why: fault.why })
        };
        match context::encoding(&self.objects, encode) {
            Ok(_) => Ok(true),
            Err(Error::CrossPrefix { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The rows of this collection don't make sense.
    pub fn damaged(&self, why: &str) -> Error {
        self.damaged_at(&[], why)
    }

    /// The element of this key doesn't make sense.
    pub fn damaged_at(&self, key: &[u8], why: &str) -> Error {
        let key = self.key(&key[..key.len().min(SHOWN_MAX)]);
        let name = self.name();
        let why = if why.ends_with(&name) { why.to_owned() } else { format!("{why}, in {name}") };
        self.objects.store().corrupt(Table::Elements, key.as_bytes(), &why)
    }

    /// The collection as messages name it.
    pub fn name(&self) -> String {
        format!("collection {}", self.objects.uuid(self.oid))
    }
}

/// The key of an element's row: that of its collection, and its own.
enum ElementKey {
    Short { bytes: [u8; SHORT_MAX], len: usize },
    Long(Vec<u8>),
}

/// Keys up to this length need no allocation.
const SHORT_MAX: usize = 40;

impl ElementKey {
    #[inline]
    fn of(oid: Oid, key: &[u8]) -> Self {
        Self::of_parts(oid, key, &[])
    }

    /// The key of an element whose own key comes in two parts.
    #[inline]
    fn of_parts(oid: Oid, key: &[u8], suffix: &[u8]) -> Self {
        let front = oid_key(oid);
        let front = front.as_bytes();
        let (own, end) = (front.len(), front.len() + key.len());
        let len = end + suffix.len();
        if len > SHORT_MAX {
            return Self::Long([front, key, suffix].concat());
        }
        let mut bytes = [0; SHORT_MAX];
        bytes[..own].copy_from_slice(front);
        bytes[own..end].copy_from_slice(key);
        bytes[end..len].copy_from_slice(suffix);
        Self::Short { bytes, len }
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { bytes, len } => &bytes[..*len],
            Self::Long(bytes) => bytes,
        }
    }
}

enum Op {
    Put(RowKey, RowBytes),
    Delete(RowKey),
    Header(Vec<u8>),
}

/// Gathers changes of a collection's rows, and publishes them in one step. It has the turn, so that
/// what it reads stays as it is.
pub struct RowWriter {
    reader: RowReader,
    ops: Vec<Op>,
    gained: Vec<Oid>,
    lost: Vec<Oid>,
    _turn: MyTurn<'static>,
}

impl RowWriter {
    pub(super) fn new(reader: RowReader, turn: MyTurn<'static>) -> Self {
        Self { reader, ops: Vec::new(), gained: Vec::new(), lost: Vec::new(), _turn: turn }
    }

    /// The rows before the changes.
    pub fn reader(&self) -> &RowReader {
        &self.reader
    }

    /// Encodes an element. What it refers to is counted when the changes are published.
    pub fn encode<T: Serialize + ?Sized>(&mut self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        let refused = |reader: &RowReader, fault: codec::Fault| Error::Encode {
            what: format!("an element of {} ({})", reader.name(), fault.path),
            why: fault.why,
        };
        if is_plain::<T>() {
            return codec::encode(value, out).map_err(|fault| refused(&self.reader, fault));
        }
        let start = out.len();
        let objects = &self.reader.objects;
        let ((), gathered) = context::encoding(objects, || {
            codec::encode(value, out).map_err(|fault| refused(&self.reader, fault))
        })?;
        self.gained.extend(objects.all_references(&out[start..], gathered.references)?);
        Ok(())
    }

    /// Appends the encoding of a key that is to be stored, and gives the references in it.
    pub fn encode_key<K: Key>(
        &mut self,
        key: &impl IntoKey<K>,
        out: &mut Vec<u8>,
    ) -> Result<Vec<RefExt>> {
        let mut write = || key.write_key_of(out);
        if is_plain::<K>() {
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
            .map_err(|fault| self.reader.damaged(&fault.to_string()))
    }

    /// Decodes the key of an element; see [`decode`](Self::decode).
    pub fn decode_key<K: Key>(&self, bytes: &[u8]) -> Result<K> {
        let read = || codec::key::decode_key(bytes);
        context::decoding_in_change(&self.reader.objects, read)
            .map_err(|fault| self.reader.damaged_at(bytes, &fault.to_string()))
    }

    /// An element goes: what its row refers to is let go.
    pub fn release(&mut self, row: &[u8]) -> Result<()> {
        references(row, &mut self.lost).map_err(|fault| self.reader.damaged(&fault.to_string()))
    }

    /// Writes a row.
    pub fn put(&mut self, key: &[u8], row: &[u8]) {
        let key = RowKey::below(oid_key(self.reader.oid), key);
        self.ops.push(Op::Put(key, row.into()));
    }

    /// Deletes a row.
    pub fn delete(&mut self, key: &[u8]) {
        self.ops.push(Op::Delete(RowKey::below(oid_key(self.reader.oid), key)));
    }

    /// Writes the header.
    pub fn put_header(&mut self, row: Vec<u8>) {
        self.ops.push(Op::Header(row));
    }

    /// Changes a row and the header where they stand, if they were written since the last commit:
    /// false, and nothing is done, if they have to be read and put instead. `edit` gets the row
    /// and the header; it must not run the user's code, and either changes both or says false.
    pub fn edit(
        &mut self,
        key: &[u8],
        edit: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>) -> bool,
    ) -> bool {
        let front = oid_key(self.reader.oid);
        let key = RowKey::below(front, key);
        let (gained, lost) = (std::mem::take(&mut self.gained), std::mem::take(&mut self.lost));
        let done = self.reader.objects.write_rows(|rows| {
            let done = rows.edit(&key, front, edit);
            if done {
                count(rows, &gained, &lost);
            }
            done
        });
        if !done {
            (self.gained, self.lost) = (gained, lost);
        }
        done
    }

    /// Puts an element and publishes that, if it is known without a search whether there was one:
    /// `make` gets its row, and the header, which it may change; it writes the new row to the last
    /// argument, or says false to change nothing, and must not run the user's code. The element's
    /// key is `key` with `suffix` behind it. False if nothing was done.
    pub fn upsert(
        &mut self,
        key: &[u8],
        suffix: &[u8],
        make: impl FnOnce(Option<&[u8]>, &mut Vec<u8>, &mut Vec<u8>) -> bool,
    ) -> bool {
        let oid = self.reader.oid;
        let key = RowKey::from(ElementKey::of_parts(oid, key, suffix).as_bytes());
        let (gained, mut lost) = (std::mem::take(&mut self.gained), Vec::new());
        let done = with_row(|row| {
            self.reader.objects.write_rows_of(oid, |rows, below| {
                let done = rows.upsert(key, oid_key(oid), below, |old, header| {
                    let sound = old.is_none_or(|old| references(old, &mut lost).is_ok());
                    (sound && make(old, header, row)).then(|| RowBytes::from(&row[..]))
                });
                if done {
                    count(rows, &gained, &lost);
                }
                done
            })
        });
        if !done {
            self.gained = gained;
        }
        done
    }

    /// Publishes the changes.
    pub fn finish(self) {
        let front: OidKey = oid_key(self.reader.oid);
        self.reader.objects.write_rows(|rows| {
            for op in self.ops {
                match op {
                    Op::Put(key, row) => rows.set(Table::Elements, key, Entry::Row(row)),
                    Op::Delete(key) => rows.set(Table::Elements, key, Entry::Gone),
                    Op::Header(row) => rows.put(Table::Headers, front.as_bytes(), row),
                }
            }
            count(rows, &self.gained, &self.lost);
        });
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
