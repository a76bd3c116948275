//! A chunk as the shortest of three forms on disk, and used where it stands there.
//!
//! ```text
//! form   u8      0, 1 or 2
//! class  varint  which all members are of; 0 if they are of several, or that is not known
//! -- form 0
//! u16 LE…                  members, ascending
//! -- form 1
//! u16 LE, then 1024 bytes  how many members; one bit a number, lowest first
//! -- form 2
//! (u16, u16) LE…           runs: first member, last member
//! ```

use super::{
    bearers::Bearers,
    chunk::{Chunk, NUMBERS, WORDS, count_ones},
};
use crate::store::varint;

const MEMBERS: u8 = 0;
const BITS: u8 = 1;
const RUNS: u8 = 2;

/// The members as bits take so many bytes; how many they are stands before them.
const BIT_BYTES: usize = NUMBERS / 8;
const COUNT_BYTES: usize = 2;
/// No form takes more.
const BYTES: usize = COUNT_BYTES + BIT_BYTES;
/// The last number of a chunk.
const LAST: u16 = NUMBERS as u16 - 1;

impl Chunk {
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
        let starts = self.0.map(|word| {
            let starts = word & !(word << 1 | carry);
            carry = word >> 63;
            starts
        });
        count_ones(&starts, |word| word) as usize
    }

    /// Appends the shortest form.
    pub(crate) fn encode(&self, bearers: Bearers, out: &mut Vec<u8>) {
        let len = self.len() as u16;
        let (members, runs) = (2 * usize::from(len), 4 * self.run_count());
        let form = if runs < members.min(BYTES) {
            RUNS
        } else if members < BYTES {
            MEMBERS
        } else {
            BITS
        };
        out.push(form);
        varint::put(out, bearers.number().into());
        match form {
            RUNS => self.runs().for_each(|(first, last)| {
                out.extend_from_slice(&first.to_le_bytes());
                out.extend_from_slice(&last.to_le_bytes());
            }),
            MEMBERS => out.extend(self.iter().flat_map(u16::to_le_bytes)),
            _ => {
                out.extend_from_slice(&len.to_le_bytes());
                out.extend(self.0.iter().flat_map(|word| word.to_le_bytes()));
            }
        }
    }

    /// Becomes what a container holds.
    pub(crate) fn load(&mut self, container: Container<'_>) {
        match container.form {
            Form::Bits(words, _) => {
                for (word, bytes) in self.0.iter_mut().zip(words) {
                    *word = u64::from_le_bytes(*bytes);
                }
            }
            Form::Chunk(chunk) => self.clone_from(chunk),
            Form::Members(_) | Form::Runs(_) => {
                *self = Self::EMPTY;
                self.add(container);
            }
        }
    }

    /// Adds the members of a container.
    pub(crate) fn add(&mut self, container: Container<'_>) {
        match container.form {
            Form::Members(members) => {
                members.iter().for_each(|n| self.insert(u16::from_le_bytes(*n)));
            }
            Form::Bits(words, _) => self.with_words(words, |mine, theirs| mine | theirs),
            Form::Runs(_) => {
                container.runs().for_each(|run| self.each_word(run, |word, mask| *word |= mask));
            }
            Form::Chunk(chunk) => self.or(chunk),
        }
    }

    /// Keeps what a container has, too.
    pub(crate) fn keep(&mut self, container: Container<'_>) {
        match container.form {
            Form::Members(members) => {
                let mut kept = Self::EMPTY;
                let members = members.iter().map(|n| u16::from_le_bytes(*n));
                members.filter(|n| self.contains(*n)).for_each(|n| kept.insert(n));
                *self = kept;
            }
            Form::Bits(words, _) => self.with_words(words, |mine, theirs| mine & theirs),
            Form::Runs(_) => {
                let mut next = 0;
                for (first, last) in container.runs() {
                    if first > next {
                        self.each_word((next, first - 1), |word, mask| *word &= !mask);
                    }
                    next = last.saturating_add(1);
                }
                if next <= LAST {
                    self.each_word((next, LAST), |word, mask| *word &= !mask);
                }
            }
            Form::Chunk(chunk) => self.and(chunk),
        }
    }

    /// Removes what a container has.
    pub(crate) fn take_out(&mut self, container: Container<'_>) {
        match container.form {
            Form::Members(members) => {
                members.iter().for_each(|n| self.remove(u16::from_le_bytes(*n)));
            }
            Form::Bits(words, _) => self.with_words(words, |mine, theirs| mine & !theirs),
            Form::Runs(_) => {
                container.runs().for_each(|run| self.each_word(run, |word, mask| *word &= !mask));
            }
            Form::Chunk(chunk) => self.and_not(chunk),
        }
    }

    fn with_words(&mut self, words: &[[u8; 8]; WORDS], op: impl Fn(u64, u64) -> u64) {
        for (mine, theirs) in self.0.iter_mut().zip(words) {
            *mine = op(*mine, u64::from_le_bytes(*theirs));
        }
    }
}

/// A container, where it stands. Whatever its bytes are, to use it does no harm; that they make
/// sense is known only once they were [sound](Self::is_sound).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Container<'r> {
    form: Form<'r>,
    bearers: Bearers,
}

#[derive(Clone, Copy, Debug)]
enum Form<'r> {
    Members(&'r [[u8; 2]]),
    /// And how many these are.
    Bits(&'r [[u8; 8]; WORDS], u16),
    Runs(&'r [[u8; 4]]),
    /// Not stored, or not as it is now.
    Chunk(&'r Chunk),
}

impl<'r> Container<'r> {
    /// No members.
    pub(crate) const EMPTY: Self = Self { form: Form::Members(&[]), bearers: Bearers::NOBODY };

    /// Members that are not stored, or not as they are now.
    pub(crate) fn of_chunk(chunk: &'r Chunk) -> Self {
        Self { form: Form::Chunk(chunk), bearers: Bearers::UNKNOWN }
    }

    /// The container in the body of a row; `None` if it can't be one.
    #[inline]
    pub(crate) fn of_row(body: &'r [u8]) -> Option<Self> {
        let (&form, mut rest) = body.split_first()?;
        let class = u32::try_from(varint::take(&mut rest)?).ok()?;
        if rest.len() > BYTES {
            return None;
        }
        let form = match form {
            MEMBERS => all_of(rest.as_chunks()).map(Form::Members),
            RUNS => all_of(rest.as_chunks()).map(Form::Runs),
            BITS => {
                let (len, words) = rest.split_first_chunk::<COUNT_BYTES>()?;
                let words = all_of(words.as_chunks())?.try_into().ok()?;
                Some(Form::Bits(words, u16::from_le_bytes(*len)))
            }
            _ => None,
        };
        form.map(|form| Self { form, bearers: Bearers::of_number(class) })
    }

    /// Its members are numbers of a chunk, ascending, and each there once; and as many as it says.
    pub(crate) fn is_sound(self) -> bool {
        let mut next = 0;
        let mut follows = |first: u16, last: u16| {
            let follows = next <= first && first <= last && last <= LAST;
            next = last.wrapping_add(1);
            follows
        };
        match self.form {
            Form::Members(members) => {
                members.iter().map(|n| u16::from_le_bytes(*n)).all(|n| follows(n, n))
            }
            Form::Runs(_) => self.runs().all(|(first, last)| follows(first, last)),
            Form::Bits(words, len) => count_ones(words, u64::from_le_bytes) == u32::from(len),
            Form::Chunk(_) => true,
        }
    }

    /// As [`of_row`](Self::of_row), if it is sound.
    pub(crate) fn sound(body: &'r [u8]) -> Option<Self> {
        Self::of_row(body).filter(|container| container.is_sound())
    }

    /// Of which class its members are.
    #[inline]
    pub(crate) fn bearers(self) -> Bearers {
        self.bearers
    }

    /// Whether a number is a member.
    pub(crate) fn contains(self, n: u16) -> bool {
        match self.form {
            Form::Members(members) => {
                members.binary_search_by_key(&n, |member| u16::from_le_bytes(*member)).is_ok()
            }
            Form::Runs(runs) => {
                let place = runs.partition_point(|run| ends(*run).1 < n);
                runs.get(place).is_some_and(|run| ends(*run).0 <= n)
            }
            Form::Bits(words, _) => {
                let word =
                    words.get(usize::from(n) / 64).map_or(0, |word| u64::from_le_bytes(*word));
                word >> (n % 64) & 1 == 1
            }
            Form::Chunk(chunk) => chunk.contains(n),
        }
    }

    /// How many members there are.
    #[inline]
    pub(crate) fn len(self) -> u32 {
        match self.form {
            Form::Members(members) => members.len() as u32,
            Form::Bits(_, len) => len.into(),
            Form::Runs(_) => {
                let lens = self.runs().map(|(first, last)| last.saturating_sub(first));
                lens.map(|len| u32::from(len) + 1).sum()
            }
            Form::Chunk(chunk) => chunk.len(),
        }
    }

    /// First and last members of its runs, if it is made of runs.
    fn runs(self) -> impl Iterator<Item = (u16, u16)> {
        let runs = if let Form::Runs(runs) = self.form { runs } else { &[] };
        runs.iter().map(|run| ends(*run))
    }
}

/// The chunks of a slice that has nothing but chunks.
fn all_of<'r, const N: usize>((chunks, rest): (&'r [[u8; N]], &[u8])) -> Option<&'r [[u8; N]]> {
    rest.is_empty().then_some(chunks)
}

/// First and last member of a run.
fn ends([a, b, c, d]: [u8; 4]) -> (u16, u16) {
    (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{
        super::chunk::tests::{chunk_of, members},
        *,
    };

    fn encoded(members: &BTreeSet<u16>, class: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        chunk_of(members).encode(Bearers::of_number(class), &mut bytes);
        bytes
    }

    /// A chunk with something done to it.
    fn with(mut chunk: Chunk, change: impl FnOnce(&mut Chunk)) -> Chunk {
        change(&mut chunk);
        chunk
    }

    proptest! {
        #[test]
        fn round_trips_within_a_page(a in members(), class: u32) {
            let bytes = encoded(&a, class);
            prop_assert!(bytes.len() <= 1 + 5 + BYTES);
            let container = Container::sound(&bytes).expect("it is one");
            prop_assert_eq!(container.bearers(), Bearers::of_number(class));
            prop_assert_eq!(container.len() as usize, a.len());
            let loaded = with(Chunk::FULL, |chunk| chunk.load(container));
            prop_assert_eq!(loaded, chunk_of(&a));
            prop_assert!((0..=LAST).all(|n| container.contains(n) == a.contains(&n)));
        }

        #[test]
        fn is_used_as_its_chunk_would_be(a in members(), b in members()) {
            let (x, y, bytes) = (chunk_of(&a), chunk_of(&b), encoded(&b, 1));
            for theirs in [Container::sound(&bytes).expect("it is one"), Container::of_chunk(&y)] {
                let mine = || x.clone();
                prop_assert_eq!(with(mine(), |c| c.add(theirs)), with(mine(), |c| c.or(&y)));
                prop_assert_eq!(with(mine(), |c| c.keep(theirs)), with(mine(), |c| c.and(&y)));
                prop_assert_eq!(with(mine(), |c| c.take_out(theirs)), with(mine(), |c| c.and_not(&y)));
            }
        }

        #[test]
        fn garbage_does_no_harm(form in 0..4_u8, mut rest: Vec<u8>, bits: bool) {
            if bits {
                rest.resize(BYTES, 0xa5);
            }
            rest.splice(..0, [form, 0]);
            let Some(container) = Container::of_row(&rest) else { return Ok(()) };
            let mut chunk = chunk_of(&BTreeSet::from([1, 8191]));
            chunk.add(container);
            let all = chunk.clone();
            chunk.keep(container);
            chunk.take_out(container);
            chunk.load(container);
            if container.is_sound() {
                prop_assert_eq!(chunk.len(), container.len());
                prop_assert!(chunk.iter().all(|n| all.contains(n)));
            }
        }
    }

    #[test]
    fn what_is_in_disorder_is_not_sound() {
        for body in [
            &[0, 1, 5, 0, 5, 0][..],
            &[0, 1, 5, 0, 4, 0],
            &[0, 1, 0, 0x20],
            &[2, 1, 5, 0, 4, 0],
            &[2, 1, 5, 0, 9, 0, 9, 0, 10, 0],
            &[2, 1, 0, 0, 0, 0x20],
            &[2, 1, 0, 0, 0xff, 0xff, 3, 0, 4, 0],
            &[&[1, 1, 0, 4][..], &[0x55; BIT_BYTES]].concat(),
        ] {
            let container = Container::of_row(body).expect("its length is right");
            assert!(!container.is_sound(), "{body:?}");
        }
        let too_long = [&[0, 0][..], &[7; BYTES + 2]].concat();
        assert!(Container::of_row(&too_long).is_none());
        for no_container in [&[][..], &[0], &[3, 0], &[1, 0, 5], &[0, 0xff, 0xff, 0xff, 0xff, 0x7f]]
        {
            assert!(Container::of_row(no_container).is_none(), "{no_container:?}");
        }
    }
}
