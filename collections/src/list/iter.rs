//! Iterating over a list: leaf by leaf, from either end.

use std::{marker::PhantomData, ops::Range};

use db0_runtime::{Result, object::RowReader};
use serde::de::DeserializeOwned;

use super::{
    find::{self, Found},
    finder::Finder,
    leaf::Leaf,
};
use crate::misuse::expect;

/// A leaf that was copied, with the bounds of its elements.
struct Page {
    start: u64,
    row: Vec<u8>,
    bounds: Vec<u32>,
}

impl Page {
    fn of(found: Found, reader: &RowReader) -> Result<Self> {
        let row = found.leaf.into_row();
        let bounds = Leaf::parse(&row).and_then(Leaf::bounds);
        let bounds = bounds.ok_or_else(|| reader.damaged("a leaf of the list is damaged"))?;
        Ok(Self { start: found.start, row, bounds })
    }

    /// The bytes of the element at `position`, if it is in here.
    fn element(&self, position: u64) -> Option<&[u8]> {
        let index = usize::try_from(position.checked_sub(self.start)?).ok()?;
        let [start, end] = self.bounds.get(index..index + 2)? else { return None };
        let values = Leaf::parse(&self.row)?.values;
        values.get(*start as usize..*end as usize)
    }
}

/// The elements of a list, or the failure to read them, after which it ends.
pub struct TryIter<T> {
    reader: Option<RowReader>,
    finder: Finder,
    left: Range<u64>,
    /// The leaves at both ends of what is left.
    front: Option<Page>,
    back: Option<Page>,
    elements: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> TryIter<T> {
    pub(super) fn new(reader: Option<RowReader>, left: Range<u64>) -> Self {
        Self {
            reader,
            finder: Finder::default(),
            left,
            front: None,
            back: None,
            elements: PhantomData,
        }
    }

    fn end(&mut self) {
        self.left.start = self.left.end;
        (self.front, self.back) = (None, None);
    }

    fn left(&self) -> usize {
        usize::try_from(self.left.end - self.left.start).unwrap_or(usize::MAX)
    }

    /// Decodes the element at `position`; none if the list has become too short for it.
    fn element(&mut self, position: u64, from_back: bool) -> Option<Result<T>> {
        let reader = self.reader.as_ref()?;
        let page = if from_back { &mut self.back } else { &mut self.front };
        let copied = page.as_ref().and_then(|page| page.element(position));
        let row = match copied {
            Some(row) => row,
            None => match load(reader, &mut self.finder, position) {
                Ok(found) => page.insert(found?).element(position)?,
                Err(error) => return Some(Err(error)),
            },
        };
        Some(reader.decode(row))
    }
}

fn load(reader: &RowReader, finder: &mut Finder, position: u64) -> Result<Option<Page>> {
    let found = finder.search(reader, |steps| find::leaf(steps, position))?;
    found.map(|found| Page::of(found, reader)).transpose()
}

impl<T: DeserializeOwned> Iterator for TryIter<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let position = self.left.start;
        if position >= self.left.end {
            return None;
        }
        self.left.start += 1;
        let element = self.element(position, false);
        if !matches!(element, Some(Ok(_))) {
            self.end();
        }
        element
    }

    fn nth(&mut self, skipped: usize) -> Option<Result<T>> {
        let left = self.left.end - self.left.start;
        self.left.start += left.min(skipped as u64);
        self.next()
    }

    fn count(self) -> usize {
        self.left()
    }

    fn last(mut self) -> Option<Result<T>> {
        self.next_back()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Elements may go meanwhile, and a length that is not true costs no memory.
        (0, Some(self.left()))
    }
}

impl<T: DeserializeOwned> DoubleEndedIterator for TryIter<T> {
    fn next_back(&mut self) -> Option<Result<T>> {
        while self.left.start < self.left.end {
            self.left.end -= 1;
            // Elements that are no longer there are passed over: the list became shorter.
            match self.element(self.left.end, true) {
                None => {}
                Some(Ok(element)) => return Some(Ok(element)),
                Some(Err(error)) => {
                    self.end();
                    return Some(Err(error));
                }
            }
        }
        None
    }

    fn nth_back(&mut self, skipped: usize) -> Option<Result<T>> {
        let left = self.left.end - self.left.start;
        self.left.end -= left.min(skipped as u64);
        self.next_back()
    }
}

/// The elements of a list.
///
/// # Panics
/// When the list can't be read; [`TryIter`] gives an error instead.
pub struct Iter<T> {
    elements: TryIter<T>,
}

impl<T: DeserializeOwned> Iter<T> {
    pub(super) fn new(elements: TryIter<T>) -> Self {
        Self { elements }
    }
}

impl<T: DeserializeOwned> Iterator for Iter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        expect(self.elements.next().transpose())
    }

    #[track_caller]
    fn nth(&mut self, skipped: usize) -> Option<T> {
        expect(self.elements.nth(skipped).transpose())
    }

    fn count(self) -> usize {
        self.elements.count()
    }

    #[track_caller]
    fn last(mut self) -> Option<T> {
        self.next_back()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.elements.size_hint()
    }
}

impl<T: DeserializeOwned> DoubleEndedIterator for Iter<T> {
    #[track_caller]
    fn next_back(&mut self) -> Option<T> {
        expect(self.elements.next_back().transpose())
    }

    #[track_caller]
    fn nth_back(&mut self, skipped: usize) -> Option<T> {
        expect(self.elements.nth_back(skipped).transpose())
    }
}
