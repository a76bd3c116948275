//! A container of up to 8192 neighbouring ids, in the three forms that db0's has on disk.

use super::rows::{put_varint, take_varint};

const WORDS: usize = 128;
/// As bits, with how many they are.
const BYTES: usize = 2 + 8 * WORDS;
pub(super) const BITS: u32 = 13;

/// The members of one chunk, as bits.
#[derive(Clone)]
pub(crate) struct Chunk(pub(super) [u64; WORDS]);

impl Chunk {
    pub(crate) const EMPTY: Self = Self([0; WORDS]);

    pub(crate) fn insert(&mut self, n: u16) {
        self.0[usize::from(n) / 64] |= 1 << (n % 64);
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    pub(crate) fn and(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
    }

    pub(crate) fn and_not(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= !b);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u16> {
        self.0.iter().enumerate().flat_map(|(i, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let n = (rest != 0).then(|| i as u16 * 64 + rest.trailing_zeros() as u16);
                rest &= rest.wrapping_sub(1);
                n
            })
        })
    }

    fn runs(&self) -> Vec<(u16, u16)> {
        let mut runs: Vec<(u16, u16)> = Vec::new();
        for n in self.iter() {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == n => *last = n,
                _ => runs.push((n, n)),
            }
        }
        runs
    }

    fn run_count(&self) -> usize {
        let mut carry = 0;
        let mut count = 0;
        for &word in &self.0 {
            count += (word & !(word << 1 | carry)).count_ones() as usize;
            carry = word >> 63;
        }
        count
    }

    /// Appends the shortest form: members of a class.
    pub(super) fn encode(&self, class: u64, out: &mut Vec<u8>) {
        let (members, runs) = (2 * self.len() as usize, 4 * self.run_count());
        let mut begin = |form| {
            out.push(form);
            put_varint(out, class);
        };
        if runs < members.min(BYTES) {
            begin(2);
            for (first, last) in self.runs() {
                out.extend_from_slice(&first.to_le_bytes());
                out.extend_from_slice(&last.to_le_bytes());
            }
        } else if members < BYTES {
            begin(0);
            out.extend(self.iter().flat_map(u16::to_le_bytes));
        } else {
            begin(1);
            out.extend_from_slice(&(self.len() as u16).to_le_bytes());
            out.extend(self.0.iter().flat_map(|word| word.to_le_bytes()));
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Self {
        let mut chunk = Self::EMPTY;
        let (form, rest) = Self::open(bytes);
        match form {
            0 => rest.as_chunks::<2>().0.iter().for_each(|n| chunk.insert(u16::from_le_bytes(*n))),
            1 => {
                let words = rest[2..].as_chunks::<8>().0;
                chunk
                    .0
                    .iter_mut()
                    .zip(words)
                    .for_each(|(word, bytes)| *word = u64::from_le_bytes(*bytes));
            }
            _ => {
                for &[a, b, c, d] in rest.as_chunks::<4>().0 {
                    chunk.insert_run(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
                }
            }
        }
        chunk
    }

    pub(super) fn insert_run(&mut self, first: u16, last: u16) {
        let (first, last) = (usize::from(first), usize::from(last));
        for word in first / 64..=last / 64 {
            let from = if word == first / 64 { u64::MAX << (first % 64) } else { u64::MAX };
            let to = if word == last / 64 { u64::MAX >> (63 - last % 64) } else { u64::MAX };
            self.0[word] |= from & to;
        }
    }

    /// The form, and what comes behind the class.
    fn open(bytes: &[u8]) -> (u8, &[u8]) {
        let mut rest = &bytes[1..];
        take_varint(&mut rest);
        (bytes[0], rest)
    }

    /// How many members an encoded container has, without taking it apart.
    pub(super) fn count(bytes: &[u8]) -> u64 {
        let (form, rest) = Self::open(bytes);
        match form {
            0 => rest.len() as u64 / 2,
            1 => u64::from(u16::from_le_bytes([rest[0], rest[1]])),
            _ => {
                let run = |[a, b, c, d]: [u8; 4]| {
                    u16::from_le_bytes([c, d]) - u16::from_le_bytes([a, b]) + 1
                };
                rest.as_chunks::<4>().0.iter().map(|bytes| u64::from(run(*bytes))).sum()
            }
        }
    }
}
