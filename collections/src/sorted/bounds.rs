//! A range of entries, from one up to, and without, another.

use std::ops::Bound;

use db0_runtime::{
    Error, Result,
    codec::key::{Key, KeyBounds, prefix_range, successor},
    object::{Anchor, RowReader, asking},
};

use super::row_key::PLAIN_MAX;

/// Entries from `start` up to, and without, `end`, both as whole keys with their suffixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: Vec<u8>,
    /// None: to the last one.
    pub(crate) end: Option<Vec<u8>>,
}

impl Span {
    /// All entries.
    pub(crate) const ALL: Self = Self { start: Vec::new(), end: None };
    const NONE: Self = Self { start: Vec::new(), end: Some(Vec::new()) };

    /// The entries whose keys are within these bounds.
    ///
    /// No key is the beginning of another one: so what is behind a key and all its suffixes is what
    /// is behind everything that starts with it.
    pub(crate) fn of((start, end): KeyBounds) -> Self {
        let mut span = Self::ALL;
        match start {
            Bound::Unbounded => {}
            Bound::Included(key) => span.start = key,
            Bound::Excluded(key) => match successor(&key) {
                Some(start) => span.start = start,
                None => return Self::NONE,
            },
        }
        span.end = match end {
            Bound::Unbounded => None,
            Bound::Included(key) => successor(&key),
            Bound::Excluded(key) => Some(key),
        };
        span
    }

    /// The entries of a collection within bounds that somebody asks for. There are none where a handle of
    /// another prefix is in these: its number is somebody else's here.
    pub(crate) fn asked<K: Key>(anchor: &Anchor, make: impl FnOnce() -> KeyBounds) -> Result<Self> {
        if K::PLAIN {
            return Ok(Self::of(make()));
        }
        let (bounds, of) = asking(make);
        let is_strange =
            |reader: &RowReader| of.iter().any(|of| !of.is_same_prefix(reader.objects()));
        let is_strange = anchor.reader()?.as_ref().is_some_and(is_strange);
        Ok(if is_strange { Self::NONE } else { Self::of(bounds) })
    }

    /// The entries whose keys start with a text.
    pub(crate) fn of_prefix<K: Key>(start: &str) -> Result<Self> {
        prefix_range::<K>(start).map(Self::of).ok_or_else(|| {
            let kind = K::kind();
            Error::Invalid(format!("keys of the kind {kind} don't begin with a text: use range"))
        })
    }

    /// The entries before the key `at`, and the others.
    pub(crate) fn split(&self, at: &[u8]) -> [Self; 2] {
        let middle = at.max(&self.start[..]).to_vec();
        let before = self.end.as_deref().map_or(at, |end| end.min(at)).to_vec();
        let first = Self { start: self.start.clone(), end: Some(before) };
        [first, Self { start: middle, end: self.end.clone() }]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }

    /// Its ends are such as stand for themselves in row keys.
    pub(super) fn is_short(&self) -> bool {
        self.start.len() <= PLAIN_MAX && self.end.as_ref().is_none_or(|end| end.len() <= PLAIN_MAX)
    }

    pub(super) fn contains(&self, full: &[u8]) -> bool {
        full >= &self.start[..] && self.end.as_deref().is_none_or(|end| full < end)
    }

    /// Where the rows of these entries begin. Long keys may have others beside them.
    pub(super) fn row_start(&self) -> &[u8] {
        &self.start[..PLAIN_MAX.min(self.start.len())]
    }

    /// Where their rows end; none: at the last one.
    pub(super) fn row_end(&self) -> Option<Vec<u8>> {
        let end = self.end.as_ref()?;
        if end.len() > PLAIN_MAX { successor(&end[..PLAIN_MAX]) } else { Some(end.clone()) }
    }

    /// About how many entries there are; none without a reader.
    pub(crate) fn estimate(&self, reader: Option<&RowReader>) -> Result<usize> {
        let entries = match reader {
            Some(reader) if !self.is_empty() => {
                reader.estimate(self.row_start(), self.row_end().as_deref())?
            }
            _ => 0,
        };
        Ok(usize::try_from(entries).unwrap_or(usize::MAX))
    }

    /// Goes on behind an entry.
    pub(super) fn set_after(&mut self, full: &[u8]) {
        self.start.clear();
        self.start.extend_from_slice(full);
        self.start.push(0);
    }

    /// Ends before an entry.
    pub(super) fn set_before(&mut self, full: &[u8]) {
        self.end = Some(full.to_vec());
    }

    /// Nothing is left.
    pub(super) fn close(&mut self) {
        self.start.clear();
        self.end = Some(Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Bound::{Excluded, Included, Unbounded};

    use super::*;

    fn key(byte: u8) -> Vec<u8> {
        vec![byte]
    }

    #[test]
    fn bounds_become_half_open() {
        let all = Span::of((Unbounded, Unbounded));
        assert_eq!(all, Span::ALL);
        let span = Span::of((Included(key(1)), Included(key(2))));
        assert_eq!(span, Span { start: key(1), end: Some(key(3)) });
        let span = Span::of((Excluded(key(1)), Excluded(key(2))));
        assert!(span.is_empty());
        assert!(Span::of((Excluded(key(255)), Unbounded)).is_empty());
        assert_eq!(Span::of((Unbounded, Included(key(255)))), Span::ALL);
        assert!(Span::of((Included(key(9)), Excluded(key(2)))).is_empty());
    }

    #[test]
    fn long_bounds_take_in_the_rows_that_start_alike() {
        let long = vec![7; PLAIN_MAX + 5];
        let span = Span::of((Included(long.clone()), Excluded(long.clone())));
        assert_eq!(span.row_start(), &long[..PLAIN_MAX]);
        let mut end = vec![7; PLAIN_MAX];
        end[PLAIN_MAX - 1] = 8;
        assert_eq!(span.row_end(), Some(end));
    }

    #[test]
    fn a_span_is_split_in_two() {
        let span = |start: u8, end: u8| Span { start: key(start), end: Some(key(end)) };
        assert_eq!(span(1, 9).split(&key(5)), [span(1, 5), span(5, 9)]);
        let [before, rest] = Span::ALL.split(&key(5));
        assert_eq!((before.end, rest), (Some(key(5)), Span { start: key(5), end: None }));
        let [before, rest] = span(6, 9).split(&key(5));
        assert!(before.is_empty() && rest == span(6, 9));
        let [before, rest] = span(1, 3).split(&key(5));
        assert!(before == span(1, 3) && rest.is_empty());
    }

    #[test]
    fn spans_shrink_from_both_sides() {
        let mut span = Span::ALL;
        span.set_after(&key(3));
        span.set_before(&key(5));
        assert!(!span.contains(&key(3)) && span.contains(&[3, 0]) && span.contains(&key(4)));
        assert!(!span.contains(&key(5)));
        span.close();
        assert!(span.is_empty());
    }
}
