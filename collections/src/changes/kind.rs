//! How changes are told.

use std::{fmt, iter::FusedIterator, vec};

/// What became of something between two states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It was not there before.
    Created,
    /// It was there at both states, and differs.
    Modified,
    /// It is not there any more.
    Deleted,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
        })
    }
}

/// What became of the entry of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntryChange<K, V> {
    /// The key.
    pub key: K,
    /// Its value before; none if there was no entry.
    pub old: Option<V>,
    /// Its value after; none if there is no entry any more.
    pub new: Option<V>,
}

impl<K, V> EntryChange<K, V> {
    /// Whether the entry was created, modified or deleted.
    pub fn kind(&self) -> Kind {
        match (&self.old, &self.new) {
            (None, _) => Kind::Created,
            (Some(_), Some(_)) => Kind::Modified,
            (Some(_), None) => Kind::Deleted,
        }
    }
}

/// Neighbouring elements of a list that others took the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Splice<T> {
    /// Where the old elements began, in the list as it was before.
    pub old_index: usize,
    /// The elements that went; none where elements were only added.
    pub old: Vec<T>,
    /// Where the new elements begin, in the list as it is after.
    pub new_index: usize,
    /// The elements that came; none where elements were only removed.
    pub new: Vec<T>,
}

/// Changes, one after the other.
#[derive(Clone, Debug)]
pub struct Changes<C>(vec::IntoIter<C>);

impl<C> Changes<C> {
    /// There are none (left).
    pub fn is_empty(&self) -> bool {
        self.0.as_slice().is_empty()
    }
}

impl<C> From<Vec<C>> for Changes<C> {
    fn from(changes: Vec<C>) -> Self {
        Self(changes.into_iter())
    }
}

impl<C> Iterator for Changes<C> {
    type Item = C;

    fn next(&mut self) -> Option<C> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<C> DoubleEndedIterator for Changes<C> {
    fn next_back(&mut self) -> Option<C> {
        self.0.next_back()
    }
}

impl<C> ExactSizeIterator for Changes<C> {}
impl<C> FusedIterator for Changes<C> {}
