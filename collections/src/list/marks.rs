//! A mark, or none, for each element of a list.

/// Marks by position: a bit each.
#[derive(Default)]
pub(super) struct Marks {
    words: Vec<u64>,
    len: u64,
    marked: u64,
}

impl Marks {
    /// Marks the next element, or doesn't.
    pub(super) fn push(&mut self, marked: bool) {
        let bit = self.len % 64;
        if bit == 0 {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut().filter(|_| marked) {
            *word |= 1 << bit;
            self.marked += 1;
        }
        self.len += 1;
    }

    /// How many are marked.
    pub(super) fn marked(&self) -> u64 {
        self.marked
    }

    /// From the first position to the last.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, bool)> {
        (0..self.len).map(|at| {
            let word = usize::try_from(at / 64).ok().and_then(|word| self.words.get(word));
            (at, word.is_some_and(|word| word >> (at % 64) & 1 == 1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Marks;

    #[test]
    fn marks_are_given_back() {
        let is_marked = |at: u64| at.is_multiple_of(3) || at > 120;
        for len in [0, 1, 63, 64, 65, 200] {
            let mut marks = Marks::default();
            (0..len).for_each(|at| marks.push(is_marked(at)));
            assert!(marks.iter().eq((0..len).map(|at| (at, is_marked(at)))));
            assert!(marks.iter().rev().eq((0..len).rev().map(|at| (at, is_marked(at)))));
            assert_eq!(marks.marked(), (0..len).filter(|at| is_marked(*at)).count() as u64);
        }
    }
}
