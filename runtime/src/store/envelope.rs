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

    /// Writes the envelope and body of the row that follows this one. Nobody can travel to before
    /// `floor`, so a row from then or earlier starts the chain anew.
    pub(super) fn write_next(
        &self,
        stamp: StateNum,
        next: Next<'_>,
        floor: StateNum,
        seal: Seal<'_>,
    ) {
        let (flags, body) = match next {
            Next::Body(body) => (0, body),
            Next::Tombstone => (TOMBSTONE, &[][..]),
        };
        let own = [(self.version, self.stamp)];
        if self.stamp <= floor {
            return seal.write(flags, stamp, Some((1, own.into_iter())), body);
        }
        let next = self.version + 1;
        let named = own.into_iter().chain(self.predecessors());
        let named = named.filter(|(version, _)| is_named(next, *version));
        seal.write(flags, stamp, Some((next, named)), body);
    }
}

/// What follows a row.
#[derive(Clone, Copy)]
pub(super) enum Next<'a> {
    Body(&'a [u8]),
    /// The row was deleted for a while, and is there again.
    Tombstone,
}

/// Writes a row that has no past.
pub(super) fn write_first(stamp: StateNum, body: &[u8], seal: Seal<'_>) {
    seal.write(FIRST, stamp, None::<(u64, std::iter::Empty<_>)>, body);
}

/// Where a row goes, and what its checksum covers beside it.
pub(super) struct Seal<'a> {
    pub(super) table: Table,
    pub(super) key: &'a [u8],
    pub(super) out: &'a mut Vec<u8>,
}

impl Seal<'_> {
    fn write(
        self,
        flags: u8,
        stamp: StateNum,
        past: Option<(u64, impl Iterator<Item = (u64, StateNum)>)>,
        body: &[u8],
    ) {
        let out = self.out;
        let is_aligned = body.len() >= ALIGNED_FROM;
        out.clear();
        out.extend_from_slice(&[0; CHECKSUM_BYTES]);
        out.push(if is_aligned { flags | ALIGNED } else { flags });
        varint::put(out, stamp.0);
        if let Some((version, predecessors)) = past {
            varint::put(out, version);
            let mut newer = stamp;
            for (_, older) in predecessors {
                varint::put(out, newer.0 - older.0);
                newer = older;
            }
        }
        if is_aligned {
            out.resize(out.len() + padding(out.len()), 0);
        }
        out.extend_from_slice(body);
        let sum = checksum(self.table, self.key, &out[CHECKSUM_BYTES..]);
        out[..CHECKSUM_BYTES].copy_from_slice(&sum.to_le_bytes());
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

    fn seal(out: &mut Vec<u8>) -> Seal<'_> {
        Seal { table: Table::Objects, key: KEY, out }
    }

    fn open(row: &[u8]) -> Envelope<'_> {
        Envelope::open(Table::Objects, KEY, row).expect("a sound row")
    }

    /// Rows of versions 0.. with stamps 10, 20, …, and the reads it takes to find each.
    fn history(versions: u64) -> Vec<Vec<u8>> {
        let mut rows = vec![Vec::new()];
        write_first(StateNum(10), b"0", seal(&mut rows[0]));
        for v in 1..versions {
            let mut row = Vec::new();
            let body = v.to_string();
            let next = Next::Body(body.as_bytes());
            open(&rows[v as usize - 1]).write_next(
                StateNum(10 * (v + 1)),
                next,
                StateNum(0),
                seal(&mut row),
            );
            rows.push(row);
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
            let mut row = Vec::new();
            write_first(StateNum(10), &body, seal(&mut row));
            for version in 1..200 {
                let at = row.len() - len;
                assert_eq!(open(&row).body, body);
                assert!(len < ALIGNED_FROM || (at + BEFORE_BYTES).is_multiple_of(ALIGNMENT));
                assert_eq!(open(&row).version, version - 1);
                let mut next = Vec::new();
                let stamp = StateNum(10 + version * version);
                let written = Next::Body(&body);
                open(&row).write_next(stamp, written, StateNum(0), seal(&mut next));
                row = next;
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
