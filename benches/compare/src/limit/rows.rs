//! The bytes of db0's rows, made by hand.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Numbers of tables, as they stand in the log's keys and under the checksums.
pub(super) const OBJECTS: u8 = 1;
pub(super) const HEADERS: u8 = 2;
pub(super) const ELEMENTS: u8 = 3;
pub(super) const OBJECT_TAGS: u8 = 4;
pub(super) const POSTINGS: u8 = 6;
pub(super) const COUNTS: u8 = 9;
pub(super) const FIELDS: u8 = 11;
const LOG: u8 = 12;

const CHECKSUM_BYTES: usize = 4;
const FIRST: u8 = 1;

pub(super) fn put_varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

pub(super) fn take_varint(bytes: &mut &[u8]) -> u64 {
    let (mut n, mut shift) = (0, 0);
    loop {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        n |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return n;
        }
        shift += 7;
    }
}

/// A number whose bytes sort as it does: how many bytes matter, and these.
pub(super) fn put_ordered(out: &mut Vec<u8>, n: u64) {
    let skip = n.leading_zeros() as usize / 8;
    out.push((8 - skip) as u8);
    out.extend_from_slice(&n.to_be_bytes()[skip..]);
}

/// The number that is all of `bytes`.
pub(super) fn take_ordered(bytes: &[u8]) -> u64 {
    bytes[1..].iter().fold(0, |n, byte| n << 8 | u64::from(*byte))
}

pub(super) fn oid_key(oid: u64, out: &mut Vec<u8>) {
    out.clear();
    put_ordered(out, oid);
}

pub(super) fn posting_key(tag: u64, chunk: u64, out: &mut Vec<u8>) {
    out.clear();
    put_ordered(out, tag);
    put_ordered(out, chunk);
}

/// Where the row that a state replaced is kept.
pub(super) fn log_key(state: u64, table: u8, key: &[u8], out: &mut Vec<u8>) {
    out.clear();
    put_ordered(out, state);
    out.extend_from_slice(&[0, table]);
    out.extend_from_slice(key);
}

/// Where a state is described.
pub(super) fn state_key(state: u64, out: &mut Vec<u8>) {
    out.clear();
    put_ordered(out, state);
    out.push(2);
}

/// Where the changes of a class in a state are listed.
pub(super) fn change_key(state: u64, class: u64, out: &mut Vec<u8>) {
    out.clear();
    put_ordered(out, state);
    out.extend_from_slice(&[1, 0]);
    put_ordered(out, class);
}

/// Where the elements that a state created in a collection are listed.
pub(super) fn created_key(state: u64, collection: u64, out: &mut Vec<u8>) {
    out.clear();
    put_ordered(out, state);
    out.extend_from_slice(&[1, 1]);
    put_ordered(out, collection);
}

/// What a state did to the objects of a class: runs of each kind of change.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) created: Vec<u64>,
    pub(super) modified: Vec<u64>,
    pub(super) retagged: Vec<u64>,
}

impl Changes {
    pub(super) fn is_empty(&self) -> bool {
        self.created.is_empty() && self.modified.is_empty() && self.retagged.is_empty()
    }

    pub(super) fn row(&self) -> Vec<u8> {
        let mut row = Vec::new();
        let none = Vec::new();
        for oids in [&self.created, &self.modified, &none, &self.retagged, &none] {
            let runs = || oids.chunk_by(|a, b| a + 1 == *b);
            put_varint(&mut row, runs().count() as u64);
            let mut end = 0;
            for run in runs() {
                put_varint(&mut row, run[0] - end);
                put_varint(&mut row, run.len() as u64 - 1);
                end = run[0] + run.len() as u64;
            }
        }
        row
    }
}

/// Begins the row of a key that had none, or, with the stamp of its predecessor, its second one.
pub(super) fn begin(out: &mut Vec<u8>, state: u64, before: Option<u64>) {
    out.clear();
    out.extend_from_slice(&[0; CHECKSUM_BYTES]);
    out.push(if before.is_none() { FIRST } else { 0 });
    put_varint(out, state);
    if let Some(before) = before {
        put_varint(out, 1);
        put_varint(out, state - before);
    }
}

/// Closes a row: the body has been appended.
pub(super) fn seal(out: &mut [u8], table: u8, key: &[u8]) {
    let seed = xxh3_64_with_seed(key, u64::from(table));
    let sum = (xxh3_64_with_seed(&out[CHECKSUM_BYTES..], seed) >> 32) as u32;
    out[..CHECKSUM_BYTES].copy_from_slice(&sum.to_le_bytes());
}

/// A row of the log that is no old version: its checksum stands behind it.
pub(super) fn log_row(key: &[u8], mut row: Vec<u8>) -> Vec<u8> {
    let seed = xxh3_64_with_seed(key, u64::from(LOG));
    let sum = (xxh3_64_with_seed(&row, seed) >> 32) as u32;
    row.extend_from_slice(&sum.to_le_bytes());
    row
}

/// The stamp and body of a row that was written once or twice.
pub(super) fn open(row: &[u8]) -> (u64, &[u8]) {
    let mut rest = &row[CHECKSUM_BYTES + 1..];
    let stamp = take_varint(&mut rest);
    if row[CHECKSUM_BYTES] & FIRST == 0 {
        take_varint(&mut rest);
        take_varint(&mut rest);
    }
    (stamp, rest)
}

/// Adds a tag to an object's, ascending numbers that stand as differences.
pub(super) fn put_tag(tags: &mut Vec<u8>, tag: u64) {
    let mut rest = &tags[..];
    let mut last = 0;
    while !rest.is_empty() {
        last += take_varint(&mut rest);
    }
    put_varint(tags, tag - last);
}

/// How many bear a tag, by its row.
pub(super) fn tally(row: &[u8]) -> u64 {
    let mut body = open(row).1;
    take_varint(&mut body); // the class
    take_varint(&mut body)
}

/// The fields of an object's row.
pub(super) fn fields(row: &[u8]) -> &[u8] {
    let mut body = open(row).1;
    take_varint(&mut body); // the class
    take_varint(&mut body); // which set of its fields
    body
}

/// The head row: as long as db0's is.
pub(super) fn head(state: u64, next_oid: u64) -> Vec<u8> {
    let mut row = vec![0; 60];
    row[..8].copy_from_slice(&state.to_le_bytes());
    row[8..16].copy_from_slice(&next_oid.to_le_bytes());
    row
}

/// The state and the next oid of a head row.
pub(super) fn open_head(row: &[u8]) -> (u64, u64) {
    let numbers = row.as_chunks::<8>().0;
    (u64::from_le_bytes(numbers[0]), u64::from_le_bytes(numbers[1]))
}

/// The description of a state.
pub(super) fn state_row(changes: &Changes) -> Vec<u8> {
    let mut row = Vec::new();
    for n in [1 << 60, changes.created.len() as u64, changes.modified.len() as u64, 0] {
        put_varint(&mut row, n);
    }
    row
}
