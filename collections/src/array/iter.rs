//! Iterating over an array: some elements at a time, from either end.

use std::ops::Range;

use bytemuck::Pod;
use db0_runtime::{Result, object::RowReader};

use super::read::read_at;
use crate::misuse::expect;

/// How many bytes are copied at a time.
const COPIED: u64 = 16 << 10;

/// Elements that were copied, and where the first of them stands.
struct Page<T> {
    start: u64,
    elements: Vec<T>,
}

impl<T: Pod> Page<T> {
    const EMPTY: Self = Self { start: 0, elements: Vec::new() };

    fn load(&mut self, reader: &RowReader, range: Range<u64>) -> Result<()> {
        let count = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        self.start = range.start;
        self.elements.resize(count, T::zeroed());
        let count = read_at(reader, range.start, &mut self.elements)?;
        self.elements.truncate(count);
        Ok(())
    }

    fn element(&self, position: u64) -> Option<T> {
        let index = usize::try_from(position.checked_sub(self.start)?).ok()?;
        self.elements.get(index).copied()
    }
}

/// The elements of an array, or the failure to read them, after which it ends.
pub struct TryIter<T> {
    reader: Option<RowReader>,
    left: Range<u64>,
    front: Page<T>,
    back: Page<T>,
}

impl<T: Pod> TryIter<T> {
    pub(super) fn new(reader: Option<RowReader>, left: Range<u64>) -> Self {
        Self { reader, left, front: Page::EMPTY, back: Page::EMPTY }
    }

    fn end(&mut self) {
        self.left.start = self.left.end;
    }

    /// How many elements are copied at a time.
    fn at_once() -> u64 {
        COPIED / (size_of::<T>() as u64).clamp(1, COPIED)
    }

    fn left(&self) -> usize {
        usize::try_from(self.left.end - self.left.start).unwrap_or(usize::MAX)
    }
}

impl<T: Pod> Iterator for TryIter<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let position = self.left.start;
        let reader = self.reader.as_ref().filter(|_| position < self.left.end)?;
        if self.front.element(position).is_none() {
            let end = self.left.end.min(position.saturating_add(Self::at_once()));
            if let Err(error) = self.front.load(reader, position..end) {
                self.end();
                return Some(Err(error));
            }
        }
        let element = self.front.element(position);
        // It has become too short for the others, too.
        if element.is_none() {
            self.end();
        } else {
            self.left.start += 1;
        }
        element.map(Ok)
    }

    fn nth(&mut self, skipped: usize) -> Option<Result<T>> {
        self.left.start += (skipped as u64).min(self.left.end - self.left.start);
        self.next()
    }

    fn count(self) -> usize {
        self.left()
    }

    fn last(mut self) -> Option<Result<T>> {
        self.next_back()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Elements may go meanwhile.
        (0, Some(self.left()))
    }
}

impl<T: Pod> DoubleEndedIterator for TryIter<T> {
    fn next_back(&mut self) -> Option<Result<T>> {
        while self.left.start < self.left.end {
            let position = self.left.end - 1;
            let reader = self.reader.as_ref()?;
            if self.back.element(position).is_none() {
                let start = self.left.start.max(self.left.end.saturating_sub(Self::at_once()));
                if let Err(error) = self.back.load(reader, start..self.left.end) {
                    self.end();
                    return Some(Err(error));
                }
                // What is no longer there is passed over: the array became shorter.
                let copied = start + self.back.elements.len() as u64;
                self.left.end = copied.min(self.left.end);
            }
            if let Some(element) = self.back.element(position) {
                self.left.end = position;
                return Some(Ok(element));
            }
        }
        None
    }

    fn nth_back(&mut self, skipped: usize) -> Option<Result<T>> {
        self.left.end -= (skipped as u64).min(self.left.end - self.left.start);
        self.next_back()
    }
}

/// The elements of an array.
///
/// # Panics
/// When the array can't be read; [`TryIter`] gives an error instead.
pub struct Iter<T> {
    elements: TryIter<T>,
}

impl<T: Pod> Iter<T> {
    pub(super) fn new(elements: TryIter<T>) -> Self {
        Self { elements }
    }
}

impl<T: Pod> Iterator for Iter<T> {
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

impl<T: Pod> DoubleEndedIterator for Iter<T> {
    #[track_caller]
    fn next_back(&mut self) -> Option<T> {
        expect(self.elements.next_back().transpose())
    }

    #[track_caller]
    fn nth_back(&mut self, skipped: usize) -> Option<T> {
        expect(self.elements.nth_back(skipped).transpose())
    }
}
