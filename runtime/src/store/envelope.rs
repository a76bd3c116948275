//! What stands around the body of every versioned row: its stamp, its predecessors', a checksum.
//!
//! ```text
//! checksum u32   over table, key and all that follows
//! flags    u8    1 = first version, 2 = tombstone, 4 = aligned
//! stamp    varint
//! -- not in a first version:
//! version  varint   how many versions came before
//! stamps   varint…  of predecessors, each as the difference to the one before it
//! -- aligned: zeros, until three bytes before a place divisible by 16
//! -- then the body
//! ```
//!
//! Which predecessors: all since the last version divisible by 32; then those divisible by 32 since
//! the last divisible by 1024; and so on. Version 1000 so names 39, and any one is two reads away.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{num::StateNum, table::Table, varint};

const FIRST: u8 = 1;
const TOMBSTONE: u8 = 2;
const ALIGNED: u8 = 4;
const CHECKSUM_BYTES: usize = 4;
/// A body of so many bytes gets pages of its own, on which LMDB begins with byte 16 (where pages are of
/// 4 KiB, as nearly everywhere).
const ALIGNED_FROM: usize = 2048;
/// Bodies are aligned to this, as far as what is behind the three bytes goes that say how many bytes
/// there are: so an array's elements can be read where they stand.
const ALIGNMENT: usize = 16;
const BEFORE_BYTES: usize = 3;
const RADIX_BITS: u32 = 5;
const RADIX: u64 = 1 << RADIX_BITS;

/// A row as it stands on disk, taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope<'a> {
    pub(crate) stamp: StateNum,
    flags: u8,
    version: u64,
    /// The encoded stamps of predecessors.
    before: &'a [u8],
    pub(crate) body: &'a [u8],
}

/// Where the version that was valid at some state is to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It is this row.
    Here,
    /// The row had not been made.
    Nowhere,
    /// Look at the old row that the log keeps under this state, and ask again there.
    Log(StateNum),
}

pub(super) fn checksum(table: Table, key: &[u8], rest: &[u8]) -> u32 {
    let seed = xxh3_64_with_seed(key, table as u64);
    (xxh3_64_with_seed(rest, seed) >> 32) as u32
}

impl<'a> Envelope<'a> {
    /// Takes a row apart; `Err` says what is wrong with it.
    pub(crate) fn open(table: Table, key: &[u8], row: &'a [u8]) -> Result<Self, &'static str> {
        let (sum, rest) = row.split_at_checked(CHECKSUM_BYTES).ok_or("the row is too short")?;
        if sum != checksum(table, key, rest).to_le_bytes() {
            return Err("the checksum does not fit");
        }
        Self::parse(rest).ok_or("the envelope is damaged")
    }

    /// As [`open`](Self::open), for a row whose checksum has been looked at.
    pub(super) fn checked(row: &'a [u8]) -> Result<Self, &'static str> {
        let rest = row.get(CHECKSUM_BYTES..).and_then(Self::parse);
        rest.ok_or("the envelope is damaged")
    }

    fn parse(rest: &'a [u8]) -> Option<Self> {
        let whole = rest.len();
        let (&flags, mut rest) = rest.split_first()?;
        let stamp = StateNum(varint::take(&mut rest)?);
        let (mut version, mut before) = (0, &[][..]);
        if flags & FIRST == 0 {
            version = varint::take(&mut rest)?;
            let start = rest;
            for _ in 0..named_predecessors(version) {
                varint::take(&mut rest)?;
            }
            before = &start[..start.len() - rest.len()];
        }
        if flags & ALIGNED != 0 {
            rest = rest.get(padding(CHECKSUM_BYTES + whole - rest.len())..)?;
        }
        Some(Self { stamp, flags, version, before, body: rest })
    }

    /// It names no predecessor.
    pub(crate) fn is_first(&self) -> bool {
        self.flags & FIRST != 0
    }

    /// It can be the version right after another one.
    pub(crate) fn follows(&self, older: &Self) -> bool {
        let before = self.predecessors().find(|(version, _)| *version + 1 == self.version);
        older.stamp < self.stamp && before.is_none_or(|(_, stamp)| stamp == older.stamp)
    }

    /// The row stands for 'deleted at its stamp'.
    pub(super) fn is_tombstone(&self) -> bool {
        self.flags & TOMBSTONE != 0
    }

    /// The predecessors that are named, newest first.
    fn predecessors(&self) -> impl Iterator<Item = (u64, StateNum)> {
        let mut rest = self.before;
        let mut stamp = self.stamp.0;
        versions_named(self.version).map_while(move |version| {
            stamp = stamp.checked_sub(varint::take(&mut rest)?)?;
            Some((version, StateNum(stamp)))
        })
    }

    /// How to get from this row to the version that was valid at `state`.
    pub(super) fn way_to(&self, state: StateNum) -> Way {
        if self.stamp <= state {
            return Way::Here;
        }
        // The log keeps a version under the stamp of the one that replaced it, so the way to a
        // version, or to the last one of a block, leads through its successor's stamp.
        let mut successor = self.stamp;
        for (_, stamp) in self.predecessors() {
            if stamp <= state {
                return Way::Log(successor);
            }
            successor = stamp;
        }
        Way::Nowhere
    }

    /// Makes the front of the row that follows this one. Nobody can travel to before `floor`, so a row
    /// from then or earlier starts the chain anew.
    pub(super) fn put_next(
        &self,
        stamp: StateNum,
        next: Next,
        floor: StateNum,
        front: &mut Vec<u8>,
    ) {
        let (flags, body_len) = match next {
            Next::Body(len) => (0, len),
            Next::Tombstone => (TOMBSTONE, 0),
        };
        let own = [(self.version, self.stamp)];
        if self.is_first() || self.stamp <= floor {
            return put_front(flags, stamp, Some((1, own.into_iter())), body_len, front);
        }
        let next = self.version + 1;
        let named = own.into_iter().chain(self.predecessors());
        let named = named.filter(|(version, _)| is_named(next, *version));
        put_front(flags, stamp, Some((next, named)), body_len, front);
    }
}

/// What follows a row.
#[derive(Clone, Copy)]
pub(super) enum Next {
    /// A body of so many bytes.
    Body(usize),
    /// The row was deleted for a while, and is there again.
    Tombstone,
}

/// Makes the front of a row that has no past.
pub(super) fn put_first(stamp: StateNum, body_len: usize, front: &mut Vec<u8>) {
    put_front(FIRST, stamp, None::<(u64, std::iter::Empty<_>)>, body_len, front);
}

/// The fronts of rows without a past that one state writes: nearly all of them are the same.
#[derive(Debug)]
pub(super) struct Firsts {
    short: Vec<u8>,
    aligned: Vec<u8>,
}

impl Firsts {
    pub(super) fn of(stamp: StateNum) -> Self {
        let [mut short, mut aligned] = [Vec::with_capacity(16), Vec::with_capacity(32)];
        put_first(stamp, 0, &mut short);
        put_first(stamp, ALIGNED_FROM, &mut aligned);
        Self { short, aligned }
    }

    /// The front before a body of so many bytes.
    #[inline]
    pub(super) fn before(&self, body_len: usize) -> &[u8] {
        if body_len < ALIGNED_FROM { &self.short } else { &self.aligned }
    }
}

/// Makes all of a row that is before its body; the checksum is put in by [`seal`].
fn put_front(
    flags: u8,
    stamp: StateNum,
    past: Option<(u64, impl Iterator<Item = (u64, StateNum)>)>,
    body_len: usize,
    front: &mut Vec<u8>,
) {
    let is_aligned = body_len >= ALIGNED_FROM;
    front.clear();
    front.extend_from_slice(&[0; CHECKSUM_BYTES]);
    front.push(if is_aligned { flags | ALIGNED } else { flags });
    varint::put(front, stamp.0);
    if let Some((version, predecessors)) = past {
        varint::put(front, version);
        let mut newer = stamp;
        for (_, older) in predecessors {
            varint::put(front, newer.0 - older.0);
            newer = older;
        }
    }
    if is_aligned {
        front.resize(front.len() + padding(front.len()), 0);
    }
}

/// Puts the checksum into a row that is a front and its body, where it stands.
#[inline]
pub(super) fn seal(table: Table, key: &[u8], row: &mut [u8]) {
    if let Some((sum, rest)) = row.split_first_chunk_mut::<CHECKSUM_BYTES>() {
        *sum = checksum(table, key, rest).to_le_bytes();
    }
}

/// How many bytes there are between an envelope of so many and a body that is aligned.
fn padding(envelope: usize) -> usize {
    (ALIGNMENT - (envelope + BEFORE_BYTES) % ALIGNMENT) % ALIGNMENT
}

/// How many predecessors the row of `version` names: the sum of its digits to the radix.
fn named_predecessors(mut version: u64) -> u64 {
    let mut sum = 0;
    while version > 0 {
        sum += version % RADIX;
        version /= RADIX;
    }
    sum
}

/// The predecessors that the row of `version` names, newest first.
fn versions_named(version: u64) -> impl Iterator<Item = u64> {
    let mut at = version;
    let mut step = 1;
    std::iter::from_fn(move || {
        if at == 0 {
            return None;
        }
        // Once all of a block are named, go on with the heads of blocks.
        while at.is_multiple_of(step * RADIX) {
            step *= RADIX;
        }
        at -= step;
        Some(at)
    })
}

/// The row of `next` names `version`.
fn is_named(next: u64, version: u64) -> bool {
    let mut step = 1;
    loop {
        let block = step * RADIX;
        if version >= next - next % block {
            return version.is_multiple_of(step);
        }
        step = block;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"key";

    /// A row of a body, behind the front that is made for it.
    fn row(body: &[u8], put_front: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut row = Vec::new();
        put_front(&mut row);
        row.extend_from_slice(body);
        seal(Table::Objects, KEY, &mut row);
        row
    }

    fn open(row: &[u8]) -> Envelope<'_> {
        Envelope::open(Table::Objects, KEY, row).expect("a sound row")
    }

    /// Rows of versions 0.. with stamps 10, 20, …, and the reads it takes to find each.
    fn history(versions: u64) -> Vec<Vec<u8>> {
        let mut rows = vec![row(b"0", |front| put_first(StateNum(10), 1, front))];
        for v in 1..versions {
            let body = v.to_string();
            let next = Next::Body(body.len());
            let stamp = StateNum(10 * (v + 1));
            let old = open(&rows[v as usize - 1]);
            rows.push(row(body.as_bytes(), |front| old.put_next(stamp, next, StateNum(0), front)));
        }
        rows
    }

    #[test]
    fn every_version_is_found_in_few_steps() {
        let versions = 1500;
        let rows = history(versions);
        for state in 0..=10 * versions + 5 {
            let mut row = &rows[versions as usize - 1];
            let mut reads = 1;
            let found = loop {
                match open(row).way_to(StateNum(state)) {
                    Way::Here => break Some(open(row).body),
                    Way::Nowhere => break None,
                    // the log keeps version v under the stamp of v + 1
                    Way::Log(successor) => row = &rows[successor.0 as usize / 10 - 2],
                }
                reads += 1;
            };
            let expected = (state >= 10).then(|| (state / 10).min(versions) - 1);
            assert_eq!(found, expected.map(|v| v.to_string()).as_deref().map(str::as_bytes));
            assert!(reads <= 4, "state {state} took {reads} reads");
        }
        assert!(rows[999].len() < 120, "{} bytes", rows[999].len());
    }

    #[test]
    fn large_bodies_are_aligned_in_every_version() {
        for len in [ALIGNED_FROM - 1, ALIGNED_FROM, 3843] {
            let body = vec![7; len];
            let mut last = row(&body, |front| put_first(StateNum(10), len, front));
            let firsts = Firsts::of(StateNum(10));
            assert_eq!(last, row(&body, |front| front.extend_from_slice(firsts.before(len))));
            for version in 1..200 {
                let at = last.len() - len;
                assert_eq!(open(&last).body, body);
                assert!(len < ALIGNED_FROM || (at + BEFORE_BYTES).is_multiple_of(ALIGNMENT));
                assert_eq!(open(&last).version, version - 1);
                let stamp = StateNum(10 + version * version);
                let next = Next::Body(len);
                let old = open(&last);
                last = row(&body, |front| old.put_next(stamp, next, StateNum(0), front));
            }
        }
        assert!(Envelope::parse(&[FIRST | ALIGNED, 1, 0]).is_none());
    }

    #[test]
    fn names_match_their_count() {
        for version in 0..5000 {
            let named: Vec<_> = versions_named(version).collect();
            assert_eq!(named.len() as u64, named_predecessors(version), "{version}");
            assert!(named.iter().all(|&v| is_named(version, v)));
        }
    }

    #[test]
    fn each_flipped_bit_is_noticed() {
        let rows = history(40);
        let row = &rows[39];
        for bit in 0..row.len() * 8 {
            let mut bad = row.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Envelope::open(Table::Objects, KEY, &bad).is_err(), "bit {bit}");
        }
        assert!(Envelope::open(Table::Headers, KEY, row).is_err());
        assert!(Envelope::open(Table::Objects, b"kez", row).is_err());
        for len in 0..row.len() {
            assert!(Envelope::open(Table::Objects, KEY, &row[..len]).is_err());
        }
    }
}
