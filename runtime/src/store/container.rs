//! A set of up to 8192 neighbouring numbers: as bits in memory, as the shortest of three forms on disk.
//!
//! ```text
//! 0, then u16 LE…         members, ascending
//! 1, then 1024 bytes      one bit a number, lowest first
//! 2, then (u16, u16) LE…  runs: first member, last member
//! ```

/// Numbers in a chunk: with at most one bit each, a container stays within a page.
pub(crate) const CHUNK_BITS: u32 = 13;
const NUMBERS: usize = 1 << CHUNK_BITS;
const WORDS: usize = NUMBERS / 64;

const MEMBERS: u8 = 0;
const BITS: u8 = 1;
const RUNS: u8 = 2;

/// The members of one chunk, as bits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk([u64; WORDS]);

impl Chunk {
    /// How many bits of a number tell its place in a chunk.
    pub const BITS: u32 = CHUNK_BITS;
    /// No member.
    pub const EMPTY: Self = Self([0; WORDS]);
    /// Every number.
    pub const FULL: Self = Self([u64::MAX; WORDS]);

    /// Adds a number.
    pub fn insert(&mut self, n: u16) {
        self.0[usize::from(n) / 64] |= 1 << (n % 64);
    }

    /// Removes a number.
    pub fn remove(&mut self, n: u16) {
        self.0[usize::from(n) / 64] &= !(1 << (n % 64));
    }

    /// Whether a number is a member.
    pub fn contains(&self, n: u16) -> bool {
        self.0[usize::from(n) / 64] >> (n % 64) & 1 == 1
    }

    /// How many members there are.
    pub fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// How many members are in the other, too.
    pub fn len_of_both(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a & b).count_ones()).sum()
    }

    /// There is no member.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    /// Keeps what is in both.
    pub fn and(&mut self, other: &Self) {
        self.zip(other, |a, b| a & b);
    }

    /// Adds what is in the other.
    pub fn or(&mut self, other: &Self) {
        self.zip(other, |a, b| a | b);
    }

    /// Removes what is in the other.
    pub fn and_not(&mut self, other: &Self) {
        self.zip(other, |a, b| a & !b);
    }

    fn zip(&mut self, other: &Self, op: impl Fn(u64, u64) -> u64) {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a = op(*a, *b);
        }
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> {
        self.0.iter().enumerate().flat_map(|(i, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    (i as u32 * 64 + bit) as u16
                })
            })
        })
    }

    /// Calls `each` with the members, ascending.
    #[inline]
    pub fn each(&self, mut each: impl FnMut(u16)) {
        for (i, &word) in self.0.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                each((i as u32 * 64 + rest.trailing_zeros()) as u16);
                rest &= rest - 1;
            }
        }
    }

    /// Takes out the lowest member at or above word `from`, which is left at the word it was in.
    #[inline]
    pub fn take_first(&mut self, from: &mut usize) -> Option<u16> {
        while let Some(word) = self.0.get_mut(*from) {
            if *word != 0 {
                let bit = word.trailing_zeros();
                *word &= *word - 1;
                return Some((*from as u32 * 64 + bit) as u16);
            }
            *from += 1;
        }
        None
    }

    fn runs(&self) -> impl Iterator<Item = (u16, u16)> {
        let mut members = self.iter().peekable();
        std::iter::from_fn(move || {
            let first = members.next()?;
            let mut last = first;
            while members.next_if(|&n| n == last + 1).is_some() {
                last += 1;
            }
            Some((first, last))
        })
    }

    /// How many runs there are: a run starts at each bit whose lower neighbour is not set.
    fn run_count(&self) -> usize {
        let mut carry = 0;
        let mut count = 0;
        for &word in &self.0 {
            count += (word & !(word << 1 | carry)).count_ones() as usize;
            carry = word >> 63;
        }
        count
    }

    /// Appends the shortest form.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let (members, runs) = (2 * self.len() as usize, 4 * self.run_count());
        if runs < members.min(NUMBERS / 8) {
            out.push(RUNS);
            for (first, last) in self.runs() {
                out.extend_from_slice(&first.to_le_bytes());
                out.extend_from_slice(&last.to_le_bytes());
            }
        } else if members < NUMBERS / 8 {
            out.push(MEMBERS);
            out.extend(self.iter().flat_map(u16::to_le_bytes));
        } else {
            out.push(BITS);
            out.extend(self.0.iter().flat_map(|word| word.to_le_bytes()));
        }
    }

    /// Adds the members of an encoded container; `None` if it is damaged.
    pub(crate) fn add_encoded(&mut self, bytes: &[u8]) -> Option<()> {
        let (&form, rest) = bytes.split_first()?;
        match form {
            MEMBERS => {
                let (members, []) = rest.as_chunks::<2>() else { return None };
                for member in members {
                    let n = u16::from_le_bytes(*member);
                    (usize::from(n) < NUMBERS).then(|| self.insert(n))?;
                }
            }
            BITS => {
                let (words, []) = rest.as_chunks::<8>() else { return None };
                let words: &[[u8; 8]; WORDS] = words.try_into().ok()?;
                for (word, bytes) in self.0.iter_mut().zip(words) {
                    *word |= u64::from_le_bytes(*bytes);
                }
            }
            RUNS => {
                let (runs, []) = rest.as_chunks::<4>() else { return None };
                for &[a, b, c, d] in runs {
                    self.insert_run(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))?;
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn insert_run(&mut self, first: u16, last: u16) -> Option<()> {
        let (first, last) = (usize::from(first), usize::from(last));
        if first > last || last >= NUMBERS {
            return None;
        }
        let (low, high) = (u64::MAX << (first % 64), u64::MAX >> (63 - last % 64));
        let (first, last) = (first / 64, last / 64);
        if first == last {
            self.0[first] |= low & high;
        } else {
            self.0[first] |= low;
            self.0[first + 1..last].fill(u64::MAX);
            self.0[last] |= high;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn chunk_of(members: &BTreeSet<u16>) -> Chunk {
        let mut chunk = Chunk::EMPTY;
        members.iter().for_each(|&n| chunk.insert(n));
        chunk
    }

    fn members() -> impl Strategy<Value = BTreeSet<u16>> {
        let number = 0..NUMBERS as u16;
        let runs = prop::collection::vec((number.clone(), 1..900u16), 0..12).prop_map(|runs| {
            runs.into_iter().flat_map(|(a, n)| a..(a + n).min(NUMBERS as u16)).collect()
        });
        prop_oneof![prop::collection::btree_set(number, 0..3000), runs]
    }

    proptest! {
        #[test]
        fn agrees_with_a_set(a in members(), b in members()) {
            let (x, y) = (chunk_of(&a), chunk_of(&b));
            prop_assert_eq!(x.len() as usize, a.len());
            prop_assert_eq!(x.is_empty(), a.is_empty());
            prop_assert!(x.iter().eq(a.iter().copied()));
            let mut each = Vec::new();
            x.each(|n| each.push(n));
            prop_assert!(each.iter().eq(a.iter()));
            let (mut rest, mut word) = (x.clone(), 0);
            prop_assert!(std::iter::from_fn(|| rest.take_first(&mut word)).eq(a.iter().copied()));
            let mut both = x.clone();
            both.and(&y);
            prop_assert!(both.iter().eq(a.intersection(&b).copied()));
            prop_assert_eq!(both.len(), x.len_of_both(&y));
            let mut either = x.clone();
            either.or(&y);
            prop_assert!(either.iter().eq(a.union(&b).copied()));
            let mut only = x.clone();
            only.and_not(&y);
            prop_assert!(only.iter().eq(a.difference(&b).copied()));
        }

        #[test]
        fn round_trips_within_a_page(a in members()) {
            let chunk = chunk_of(&a);
            let mut bytes = Vec::new();
            chunk.encode(&mut bytes);
            prop_assert!(bytes.len() <= 1 + NUMBERS / 8);
            let mut back = Chunk::EMPTY;
            prop_assert_eq!(back.add_encoded(&bytes), Some(()));
            prop_assert_eq!(back, chunk);
        }

        #[test]
        fn garbage_is_refused_not_panicked_on(bytes: Vec<u8>) {
            let _ = Chunk::EMPTY.clone().add_encoded(&bytes);
        }
    }
}
