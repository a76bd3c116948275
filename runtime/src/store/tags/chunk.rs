//! A set of up to 8192 neighbouring numbers, as bits in memory.

/// Numbers in a chunk: with at most one bit each, a container stays within a page.
pub(crate) const CHUNK_BITS: u32 = 13;
pub(in crate::store) const NUMBERS: usize = 1 << CHUNK_BITS;
pub(in crate::store) const WORDS: usize = NUMBERS / 64;
/// Words that are gone through side by side.
const LANES: usize = 4;

/// The members of one chunk, as bits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk(pub(in crate::store) [u64; WORDS]);

impl Chunk {
    /// How many bits of a number tell its place in a chunk.
    pub const BITS: u32 = CHUNK_BITS;
    /// No member.
    pub const EMPTY: Self = Self([0; WORDS]);
    /// Every number.
    pub const FULL: Self = Self([u64::MAX; WORDS]);

    /// Adds a number.
    pub fn insert(&mut self, n: u16) {
        self.0[word_of(n)] |= bit_of(n);
    }

    /// Removes a number.
    pub fn remove(&mut self, n: u16) {
        self.0[word_of(n)] &= !bit_of(n);
    }

    /// Whether a number is a member.
    pub fn contains(&self, n: u16) -> bool {
        self.0[word_of(n)] & bit_of(n) != 0
    }

    /// How many members there are.
    pub fn len(&self) -> u32 {
        count_ones(&self.0, |word| word)
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

    /// Does something to the words that a run is in; `mask` has the run's bits of a word.
    pub(in crate::store) fn each_word(
        &mut self,
        (first, last): (u16, u16),
        change: impl Fn(&mut u64, u64) + Copy,
    ) {
        let (low, high) = (u64::MAX << (first % 64), u64::MAX >> (63 - last % 64));
        let (first, last) = (word_of(first), word_of(last));
        let Some(words) = self.0.get_mut(first..=last) else { return };
        match words {
            [] => {}
            [word] => change(word, low & high),
            [first, between @ .., last] => {
                change(first, low);
                between.iter_mut().for_each(|word| change(word, u64::MAX));
                change(last, high);
            }
        }
    }
}

/// The word that a number is in; what is no number of a chunk counts as one that is.
fn word_of(n: u16) -> usize {
    usize::from(n) / 64 % WORDS
}

fn bit_of(n: u16) -> u64 {
    1 << (n % 64)
}

/// How many bits are set. Words go through full adders first, several side by side: what is left to be
/// counted is an eighth of them.
#[inline]
pub(in crate::store) fn count_ones<W: Copy>(
    words: &[W; WORDS],
    word: impl Fn(W) -> u64 + Copy,
) -> u32 {
    type Lanes = [u64; LANES];
    let zip = |a: Lanes, b: Lanes, op: fn(u64, u64) -> u64| -> Lanes {
        std::array::from_fn(|lane| op(a[lane], b[lane]))
    };
    let and = |a, b| zip(a, b, |a, b| a & b);
    let xor = |a, b| zip(a, b, |a, b| a ^ b);
    // What three words have in one place, as a digit and a carry.
    let add = |a: Lanes, b: Lanes, c: Lanes| {
        let half = xor(a, b);
        (xor(half, c), zip(and(a, b), and(half, c), |a, b| a | b))
    };
    let ones_of = |lanes: Lanes| lanes.iter().map(|word| word.count_ones()).sum::<u32>();
    let (mut ones, mut twos, mut fours, mut eights) = ([0; LANES], [0; LANES], [0; LANES], 0);
    for block in words.as_chunks::<{ 8 * LANES }>().0 {
        let (block, _) = block.as_chunks::<LANES>();
        let (mut two, mut four) = ([[0; LANES]; 4], [[0; LANES]; 2]);
        for (pair, two) in block.as_chunks::<2>().0.iter().zip(&mut two) {
            (ones, *two) = add(ones, pair[0].map(word), pair[1].map(word));
        }
        for (pair, four) in two.as_chunks::<2>().0.iter().zip(&mut four) {
            (twos, *four) = add(twos, pair[0], pair[1]);
        }
        let eight;
        (fours, eight) = add(fours, four[0], four[1]);
        eights += ones_of(eight);
    }
    8 * eights + 4 * ones_of(fours) + 2 * ones_of(twos) + ones_of(ones)
}

#[cfg(test)]
pub(in crate::store) mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    pub(in crate::store) fn chunk_of(members: &BTreeSet<u16>) -> Chunk {
        let mut chunk = Chunk::EMPTY;
        members.iter().for_each(|&n| chunk.insert(n));
        chunk
    }

    pub(in crate::store) fn members() -> impl Strategy<Value = BTreeSet<u16>> {
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
            let mut either = x.clone();
            either.or(&y);
            prop_assert!(either.iter().eq(a.union(&b).copied()));
            let mut only = x.clone();
            only.and_not(&y);
            prop_assert!(only.iter().eq(a.difference(&b).copied()));
        }
    }
}
