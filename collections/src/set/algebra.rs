//! Union, intersection and differences of sets: both are gone through side by side, in key order.

use std::{cmp::Ordering, marker::PhantomData};

use db0_runtime::{Result, codec::key::Key};

use super::handle::Set;
use crate::{
    misuse::expect,
    sorted::{Cursor, Span},
};

/// Which elements of the two sets are given.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    only_left: bool,
    both: bool,
    only_right: bool,
}

/// One of the sets, and the element it has come to.
struct Side {
    cursor: Cursor,
    key: Vec<u8>,
    ended: bool,
}

impl Side {
    fn of<T>(set: &Set<T>) -> Result<Self> {
        let cursor = Cursor::new(set.anchor.reader()?, Span::ALL);
        let mut side = Self { cursor, key: Vec::new(), ended: false };
        side.advance()?;
        Ok(side)
    }

    fn advance(&mut self) -> Result<()> {
        self.key.clear();
        match self.cursor.next()? {
            Some((_, item)) => self.key.extend_from_slice(item.key),
            None => self.ended = true,
        }
        Ok(())
    }
}

/// Elements of two sets in key order, each once.
///
/// # Panics
/// When elements can't be read.
pub struct Merge<T> {
    left: Side,
    right: Side,
    wanted: Wanted,
    elements: PhantomData<fn() -> T>,
}

impl<T: Key> Merge<T> {
    fn of(left: &Set<T>, right: &Set<T>, wanted: Wanted) -> Result<Self> {
        let (left, right) = (Side::of(left)?, Side::of(right)?);
        Ok(Self { left, right, wanted, elements: PhantomData })
    }

    fn try_next(&mut self) -> Result<Option<T>> {
        loop {
            let order = match (self.left.ended, self.right.ended) {
                (true, true) => return Ok(None),
                (true, false) if !self.wanted.only_right => return Ok(None),
                (false, true) if !self.wanted.only_left => return Ok(None),
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => self.left.key.cmp(&self.right.key),
            };
            let (side, other, wanted) = match order {
                Ordering::Less => (&mut self.left, None, self.wanted.only_left),
                Ordering::Equal => (&mut self.left, Some(&mut self.right), self.wanted.both),
                Ordering::Greater => (&mut self.right, None, self.wanted.only_right),
            };
            let reader = side.cursor.reader().filter(|_| wanted);
            let element = reader.map(|reader| reader.decode_key(&side.key)).transpose()?;
            side.advance()?;
            other.map_or(Ok(()), Side::advance)?;
            if element.is_some() {
                return Ok(element);
            }
        }
    }
}

impl<T: Key> Iterator for Merge<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        expect(self.try_next())
    }
}

impl<T: Key> Set<T> {
    #[track_caller]
    fn merge(&self, other: &Self, only_left: bool, both: bool, only_right: bool) -> Merge<T> {
        expect(Merge::of(self, other, Wanted { only_left, both, only_right }))
    }

    /// The elements of either set.
    #[track_caller]
    pub fn union(&self, other: &Self) -> Merge<T> {
        self.merge(other, true, true, true)
    }

    /// The elements that both sets have.
    #[track_caller]
    pub fn intersection(&self, other: &Self) -> Merge<T> {
        self.merge(other, false, true, false)
    }

    /// The elements that the other set does not have.
    #[track_caller]
    pub fn difference(&self, other: &Self) -> Merge<T> {
        self.merge(other, true, false, false)
    }

    /// The elements that only one of the sets has.
    #[track_caller]
    pub fn symmetric_difference(&self, other: &Self) -> Merge<T> {
        self.merge(other, true, false, true)
    }

    /// No element is in both sets.
    #[track_caller]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.intersection(other).next().is_none()
    }

    /// The other set has all elements of this one.
    #[track_caller]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.len() <= other.len() && self.difference(other).next().is_none()
    }

    /// This set has all elements of the other one.
    #[track_caller]
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }
}
