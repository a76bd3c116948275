//! Elements of collections in raw LMDB: their rows, and a header for all of them.

use std::ops::ControlFlow;

use super::{
    people::{Buffers, Limit},
    rows::{self, Changes},
};

/// Kinds of collections in headers.
pub(crate) const LIST: u8 = 1;
pub(crate) const DICT: u8 = 2;
pub(crate) const INDEX: u8 = 4;

/// Takes elements in the order of their keys: the key within the collection, and the row.
pub(crate) type Put<'p> = dyn FnMut(&[u8], &[u8]) + 'p;

/// Appends a text as db0 has it in keys, if it has no control characters.
pub(crate) fn text_key(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(text.as_bytes());
    out.push(0);
}

/// Appends the row of a dict's entry.
pub(crate) fn entry(value: u64, out: &mut Vec<u8>) {
    out.push(0x91);
    rmp_serde::encode::write(out, &value).expect("a number can be encoded");
}

/// The value of a dict's entry.
pub(crate) fn entry_value(row: &[u8]) -> u64 {
    rmp_serde::from_slice(&row[1..]).expect("the row has a number")
}

/// The first byte of the key of zero, and of a number of one byte that needs one of its own.
const ZERO: u8 = 0x60;
const ONE_BYTE: u8 = 0xe0;

/// Appends a number as db0 has it in keys: below 128 one byte, else a length and the bytes.
pub(crate) fn number_key(number: u32, out: &mut Vec<u8>) {
    if number < u32::from(ONE_BYTE - ZERO) {
        out.push(ZERO + number as u8);
        return;
    }
    let skip = number.leading_zeros() as usize / 8;
    out.push(ONE_BYTE + (3 - skip) as u8);
    out.extend_from_slice(&number.to_be_bytes()[skip..]);
}

/// Appends the key of an index's entry: its number, and the object's.
pub(crate) fn index_key(number: u32, oid: u64, out: &mut Vec<u8>) {
    number_key(number, out);
    rows::put_ordered(out, oid);
}

/// The object of an index's entry.
pub(crate) fn index_oid(element: &[u8]) -> u64 {
    let number_len = usize::from(element[0].saturating_sub(ONE_BYTE - 1)) + 1;
    rows::take_ordered(&element[number_len..])
}

/// Appends the row of an index's entry: a reference, and how many entries came before.
pub(crate) fn index_entry(oid: u64, before: u64, out: &mut Vec<u8>) {
    let mut payload = Vec::with_capacity(9);
    rows::put_ordered(&mut payload, oid);
    out.extend_from_slice(&[0x91, 0x92]);
    rmp::encode::write_ext_meta(out, payload.len() as u32, 1).expect("a vector takes all");
    out.extend_from_slice(&payload);
    rmp_serde::encode::write(out, &before).expect("a number can be encoded");
}

impl Limit {
    /// Makes a collection of what `elements` puts, in one commit; objects that it `holds` come in
    /// ascending order, and nothing held them before. Gives its oid.
    pub(crate) fn collect(
        &mut self,
        kind: u8,
        len: u64,
        holds: &[u64],
        elements: impl FnOnce(&mut Put<'_>),
    ) -> u64 {
        let oid = self.next_oid;
        self.next_oid += 1;
        self.state += 1;
        let mut txn = self.env.write();
        let (mut key, mut row, mut created) = (Vec::new(), Vec::new(), Vec::new());
        elements(&mut |element, body| {
            rows::oid_key(oid, &mut key);
            key.extend_from_slice(element);
            rows::begin(&mut row, self.state, None);
            row.extend_from_slice(body);
            rows::seal(&mut row, rows::ELEMENTS, &key);
            txn.append(self.elements, &key, &row);
            rows::put_varint(&mut created, element.len() as u64);
            created.extend_from_slice(element);
        });
        rows::oid_key(oid, &mut key);
        rows::begin(&mut row, self.state, None);
        row.push(kind);
        rows::put_varint(&mut row, len);
        if kind == INDEX {
            // It counts the entries that it ever had.
            rows::put_varint(&mut row, len);
        }
        rows::seal(&mut row, rows::HEADERS, &key);
        txn.append(self.headers, &key, &row);
        rows::created_key(self.state, oid, &mut key);
        txn.append(self.log, &key, &rows::log_row(&key, created));
        for held in holds {
            rows::oid_key(*held, &mut key);
            rows::begin(&mut row, self.state, None);
            rows::put_varint(&mut row, 1);
            rows::seal(&mut row, rows::COUNTS, &key);
            txn.append(self.counts, &key, &row);
        }
        self.finish(txn, &Changes::default());
        oid
    }

    /// Replaces elements of a collection that `elements` puts, in one commit with history. No element
    /// may have been replaced before; the header may.
    pub(crate) fn replace_elements(
        &mut self,
        oid: u64,
        kind: u8,
        len: u64,
        elements: impl FnOnce(&mut Put<'_>),
    ) {
        self.state += 1;
        let mut txn = self.env.write();
        let mut b = Buffers::default();
        rows::oid_key(oid, &mut b.key);
        let header = |out: &mut Vec<u8>| {
            out.push(kind);
            rows::put_varint(out, len);
        };
        self.replace(&mut txn, (self.headers, rows::HEADERS), &mut b, header);
        elements(&mut |element, body| {
            rows::oid_key(oid, &mut b.key);
            b.key.extend_from_slice(element);
            let body = |out: &mut Vec<u8>| out.extend_from_slice(body);
            self.replace(&mut txn, (self.elements, rows::ELEMENTS), &mut b, body);
        });
        rows::created_key(self.state, oid, &mut b.key);
        txn.append(self.log, &b.key, &rows::log_row(&b.key, vec![0]));
        self.finish(txn, &Changes::default());
    }

    /// Calls `each` with the rows of elements, which exist; `next` appends the key of the next one.
    pub(crate) fn elements(
        &self,
        oid: u64,
        mut next: impl FnMut(&mut Vec<u8>) -> ControlFlow<()>,
        mut each: impl FnMut(&[u8]),
    ) {
        let txn = self.env.read();
        let mut key = Vec::new();
        loop {
            rows::oid_key(oid, &mut key);
            if next(&mut key).is_break() {
                return;
            }
            each(rows::open(txn.get(self.elements, &key).expect("it was put")).1);
        }
    }

    /// Calls `each` with all elements from a key on, until it breaks.
    pub(crate) fn range(
        &self,
        oid: u64,
        from: &[u8],
        mut each: impl FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) {
        let mut front = Vec::new();
        rows::oid_key(oid, &mut front);
        let start = [&front[..], from].concat();
        let txn = self.env.read();
        txn.scan(self.elements, &start, |key, row| match key.strip_prefix(&front[..]) {
            Some(element) => each(element, rows::open(row).1),
            None => ControlFlow::Break(()),
        });
    }
}
