//! The rows of the base's file, found in its pages without LMDB.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

const PAGE: usize = 4096;
const LEAF: u16 = 0x02;
const HEAD_KEY: &[u8] = b"db0-head";
/// Tables whose rows have their checksum in front, in an envelope.
const VERSIONED: std::ops::RangeInclusive<u8> = 1..=11;
const LOG: u8 = 12;

/// A row, without its checksum.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) table: u8,
    pub(crate) key: Vec<u8>,
    pub(crate) rest: Vec<u8>,
}

fn checksum(table: u8, key: &[u8], rest: &[u8]) -> [u8; 4] {
    let seed = xxh3_64_with_seed(key, u64::from(table));
    ((xxh3_64_with_seed(rest, seed) >> 32) as u32).to_le_bytes()
}

/// Whether the checksum of a table's rows stands in front.
fn is_enveloped(table: u8) -> bool {
    VERSIONED.contains(&table) && table != 7 && table != 8
}

/// The place of which a row has the checksum: an old one in the log, that of its own.
fn own_place(table: u8, key: &[u8]) -> (u8, &[u8]) {
    let state = 1 + usize::from(*key.first().unwrap_or(&0));
    match key.get(state..) {
        Some([0, own, key @ ..]) if table == LOG && is_enveloped(*own) => (*own, key),
        _ => (table, key),
    }
}

impl Row {
    /// A row of a known place, whatever its checksum.
    pub(crate) fn at(table: u8, key: &[u8], bytes: &[u8]) -> Option<Self> {
        let (rest, _) = if is_enveloped(own_place(table, key).0) {
            bytes.split_first_chunk::<4>().map(|(sum, rest)| (rest, sum))
        } else {
            bytes.split_last_chunk::<4>()
        }?;
        Some(Self { table, key: key.to_vec(), rest: rest.to_vec() })
    }

    fn of(key: &[u8], bytes: &[u8]) -> Option<Self> {
        let (front, behind) = bytes.split_first_chunk::<4>()?;
        let (before, back) = bytes.split_last_chunk::<4>()?;
        let found = (1..=15).find_map(|table| {
            let (sum, rest) = if is_enveloped(table) { (front, behind) } else { (back, before) };
            (checksum(table, key, rest) == *sum).then(|| (table, rest.to_vec()))
        });
        found.map(|(table, rest)| Self { table, key: key.to_vec(), rest })
    }

    /// As it stands in the file, with a checksum that fits.
    pub(crate) fn sealed(&self) -> Vec<u8> {
        let (table, key) = own_place(self.table, &self.key);
        let sum = checksum(table, key, &self.rest);
        if is_enveloped(table) {
            [&sum, &self.rest[..]].concat()
        } else {
            [&self.rest[..], &sum].concat()
        }
    }
}

/// The nodes of all leaf pages, also of those that are free by now.
fn nodes(file: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let number =
        |page: &[u8], at: usize| page.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    file.chunks_exact(PAGE).flat_map(move |page| {
        let is_leaf = number(page, 10) == Some(LEAF);
        let count =
            if is_leaf { (number(page, 12).unwrap_or(16).saturating_sub(16)) / 2 } else { 0 };
        (0..usize::from(count)).filter_map(move |place| {
            let at = usize::from(number(page, 16 + 2 * place)?);
            let len = usize::from(number(page, at)?) | usize::from(number(page, at + 2)?) << 16;
            let key = at + 8..at + 8 + usize::from(number(page, at + 6)?);
            let is_plain = number(page, at + 4) == Some(0);
            let row = page.get(key.end..key.end + len).filter(|_| is_plain)?;
            Some((page.get(key)?, row))
        })
    })
}

pub(crate) fn rows(file: &[u8]) -> Vec<Row> {
    nodes(file).filter_map(|(key, row)| Row::of(key, row)).collect()
}

/// What the newest head row says, behind its checksum.
pub(crate) fn head(file: &[u8]) -> Vec<u8> {
    let heads = nodes(file).filter(|(key, _)| *key == HEAD_KEY);
    let sound = heads.filter_map(|(_, row)| {
        let (sum, rest) = row.split_first_chunk::<8>()?;
        (xxh3_64(rest).to_le_bytes() == *sum).then(|| rest.to_vec())
    });
    sound.max_by_key(|rest| numbers(rest)[REVISION]).expect("it has a head row")
}

/// Where the state and the revision stand in a head row.
pub(crate) const STATE: usize = 2;
pub(crate) const REVISION: usize = 3;

/// The numbers a head row begins with: version, prefix, state and revision.
pub(crate) fn numbers(mut rest: &[u8]) -> [u64; 4] {
    [(); 4].map(|()| take(&mut rest))
}

pub(crate) fn take(rest: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let Some((&byte, behind)) = rest.split_first() else { break };
        *rest = behind;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

pub(crate) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A head row of the state after this one, and the revision.
pub(crate) fn next_head(head: &[u8]) -> Vec<u8> {
    let mut rest = head;
    let mut numbers = [(); 4].map(|()| take(&mut rest));
    numbers[STATE] += 1;
    numbers[REVISION] += 1;
    let mut next = Vec::new();
    numbers.into_iter().for_each(|number| put(&mut next, number));
    next.extend_from_slice(rest);
    next
}
