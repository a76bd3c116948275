//! Which pages have been met: one bit for each.

/// Some of the pages of a file.
#[derive(Debug)]
pub(super) struct Bitmap {
    words: Vec<u64>,
    len: u64,
}

impl Bitmap {
    /// None of `len` pages.
    pub(super) fn new(len: u64) -> Self {
        let words = usize::try_from(len.div_ceil(64)).unwrap_or(0);
        Self { words: vec![0; words], len }
    }

    /// Adds a page; false if it is there already, or beyond the file.
    pub(super) fn add(&mut self, page: u64) -> bool {
        if page >= self.len {
            return false;
        }
        let word = &mut self.words[(page / 64) as usize];
        let is_new = *word >> (page % 64) & 1 == 0;
        *word |= 1 << (page % 64);
        is_new
    }

    pub(super) fn has(&self, page: u64) -> bool {
        page < self.len && self.words[(page / 64) as usize] >> (page % 64) & 1 == 1
    }

    pub(super) fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The first page that is in neither of two, and how many there are.
    pub(super) fn missing_in_both(&self, other: &Self) -> Option<(u64, u64)> {
        let mut missing = (0..self.len).filter(|page| !self.has(*page) && !other.has(*page));
        let first = missing.next()?;
        Some((first, 1 + missing.count() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_added_once_and_counted() {
        let (mut some, mut others) = (Bitmap::new(130), Bitmap::new(130));
        assert!(some.add(0) && some.add(129) && !some.add(129) && !some.add(130));
        assert!(some.has(0) && !some.has(1) && !some.has(1 << 40));
        (1..128).for_each(|page| assert!(others.add(page)));
        assert_eq!((some.count(), others.count()), (2, 127));
        assert_eq!(some.missing_in_both(&others), Some((128, 1)));
        others.add(128);
        assert_eq!(some.missing_in_both(&others), None);
    }
}
