//! Reading and writing the rows of one collection.

use std::{ops::ControlFlow, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};

use super::{context, objects::Objects, shared::MyTurn};
use crate::{
    Error, Result, codec,
    store::{Direction, KeyRange, LayerRows, Oid, OidKey, Table, oid_key, oid_of_key},
};

/// Reads the rows of a collection, as its view shows them.
#[derive(Clone)]
pub struct RowReader {
    objects: Arc<Objects>,
    oid: Oid,
}

impl RowReader {
    pub(super) fn new(objects: Arc<Objects>, oid: Oid) -> Self {
        Self { objects, oid }
    }

    /// Whose objects elements refer to.
    pub fn objects(&self) -> &Arc<Objects> {
        &self.objects
    }

    fn key(&self, key: &[u8]) -> Vec<u8> {
        [oid_key(self.oid).as_bytes(), key].concat()
    }

    /// The header row.
    pub fn header<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Result<Option<R>> {
        self.objects.view().get(Table::Headers, oid_key(self.oid).as_bytes(), read)
    }

    /// The row at `key`.
    pub fn get<R>(&self, key: &[u8], read: impl FnOnce(&[u8]) -> R) -> Result<Option<R>> {
        self.objects.view().get(Table::Elements, &self.key(key), read)
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
        let end = end.map_or(own.end, |end| Some(self.key(end)));
        let range = KeyRange { start: self.key(start), end };
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        let skip = front.as_bytes().len();
        self.objects.view().scan(Table::Elements, range, direction, &mut |key, row| each(&key[skip..], row))
    }

    /// Runs `read` so that all it reads is of one moment: again, if something was published in
    /// between. It must not run the user's code.
    pub fn consistent<R>(&self, mut read: impl FnMut(&Self) -> Result<R>) -> Result<R> {
        loop {
            let before = self.objects.rows_version();
            let result = read(self);
            if self.objects.rows_version() == before {
                return result;
            }
            std::thread::yield_now();
        }
    }

    /// Decodes an element; handles in it belong to this view.
    pub fn decode<T: DeserializeOwned>(&self, row: &[u8]) -> Result<T> {
        context::decoding(&self.objects, || codec::decode(row)).map_err(|fault| self.damaged(&fault.to_string()))
    }

    /// The rows of this collection don't make sense.
    pub fn damaged(&self, why: &str) -> Error {
        self.objects.store().corrupt(Table::Elements, oid_key(self.oid).as_bytes(), why)
    }

    /// The collection as messages name it.
    pub fn name(&self) -> String {
        format!("collection {}", self.objects.uuid(self.oid))
    }
}

enum Op {
    Put(Vec<u8>, Vec<u8>),
    Delete(Vec<u8>),
    Header(Vec<u8>),
}

/// Gathers changes of a collection's rows, and publishes them in one step. It has the turn, so that
/// what it reads stays as it is.
pub struct RowWriter {
    reader: RowReader,
    ops: Vec<Op>,
    gained: Vec<Oid>,
    lost: Vec<Oid>,
    _turn: MyTurn,
}

impl RowWriter {
    pub(super) fn new(reader: RowReader, turn: MyTurn) -> Self {
        Self { reader, ops: Vec::new(), gained: Vec::new(), lost: Vec::new(), _turn: turn }
    }

    /// The rows before the changes.
    pub fn reader(&self) -> &RowReader {
        &self.reader
    }

    /// Encodes an element. What it refers to is counted when the changes are published.
    pub fn encode<T: Serialize + ?Sized>(&mut self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        let encode = || {
            codec::encode(value, out).map_err(|fault| Error::Encode {
                what: format!("an element of {} ({})", self.reader.name(), fault.path),
                why: fault.why,
            })
        };
        let ((), gathered) = context::encoding(&self.reader.objects, encode)?;
        self.gained.extend(gathered.references);
        Ok(())
    }

    /// An element goes: what its row refers to is let go.
    pub fn release(&mut self, row: &[u8]) -> Result<()> {
        let lost = &mut self.lost;
        let found = codec::for_each_reference(row, |kind, payload| {
            if kind != codec::WEAK {
                lost.extend(oid_of_key(payload).map(|(oid, _)| oid));
            }
        });
        found.map_err(|fault| self.reader.damaged(&fault.to_string()))
    }

    /// Writes a row.
    pub fn put(&mut self, key: &[u8], row: Vec<u8>) {
        let key = self.reader.key(key);
        self.ops.push(Op::Put(key, row));
    }

    /// Deletes a row.
    pub fn delete(&mut self, key: &[u8]) {
        let key = self.reader.key(key);
        self.ops.push(Op::Delete(key));
    }

    /// Writes the header.
    pub fn put_header(&mut self, row: Vec<u8>) {
        self.ops.push(Op::Header(row));
    }

    /// Changes a row and the header where they stand, if they were written since the last commit:
    /// false, and nothing is done, if they have to be read and put instead. `edit` gets the row
    /// and the header; it must not run the user's code, and either changes both or says false.
    pub fn edit(&mut self, key: &[u8], edit: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>) -> bool) -> bool {
        let key = self.reader.key(key);
        let front = oid_key(self.reader.oid);
        let (gained, lost) = (std::mem::take(&mut self.gained), std::mem::take(&mut self.lost));
        let done = self.reader.objects.write_rows(|rows| {
            let done = rows.edit(&key, &front, edit);
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

    /// Publishes the changes.
    pub fn finish(self) {
        let front: OidKey = oid_key(self.reader.oid);
        self.reader.objects.write_rows(|rows| {
            for op in self.ops {
                match op {
                    Op::Put(key, row) => rows.put(Table::Elements, &key, row),
                    Op::Delete(key) => rows.delete(Table::Elements, &key),
                    Op::Header(row) => rows.put(Table::Headers, front.as_bytes(), row),
                }
            }
            count(rows, &self.gained, &self.lost);
        });
    }
}

fn count(rows: &mut LayerRows, gained: &[Oid], lost: &[Oid]) {
    gained.iter().for_each(|oid| rows.count(*oid, 1));
    lost.iter().for_each(|oid| rows.count(*oid, -1));
}
