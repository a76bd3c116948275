//! Iterating over a weak set: deleted objects are passed over.

use std::iter::FusedIterator;

use db0_runtime::{Memo, WeakMemo, class::Class, object::RowReader};

use crate::{
    misuse::expect,
    sorted::{self, Span},
};

/// The objects of a weak set that are still there, from either end.
///
/// It goes on by object: the set may be changed meanwhile, and what is still ahead is given as it
/// then is.
///
/// # Panics
/// When entries can't be read.
pub struct Iter<T> {
    entries: sorted::TryIter<sorted::Values<WeakMemo<T>>>,
}

impl<T: Class> Iter<T> {
    pub(super) fn new(reader: Option<RowReader>) -> Self {
        Self { entries: sorted::TryIter::new(reader, Span::ALL) }
    }
}

impl<T: Class> Iterator for Iter<T> {
    type Item = Memo<T>;

    #[track_caller]
    fn next(&mut self) -> Option<Memo<T>> {
        loop {
            let weak = expect(self.entries.next()?);
            if let Some(memo) = weak.upgrade() {
                return Some(memo);
            }
        }
    }
}

impl<T: Class> DoubleEndedIterator for Iter<T> {
    #[track_caller]
    fn next_back(&mut self) -> Option<Memo<T>> {
        loop {
            let weak = expect(self.entries.next_back()?);
            if let Some(memo) = weak.upgrade() {
                return Some(memo);
            }
        }
    }
}

impl<T: Class> FusedIterator for Iter<T> {}
