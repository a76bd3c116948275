//! Union, intersection and differences of sets: both are gone through side by side, in key order.

use std::{cmp::Ordering, marker::PhantomData, ops};

use db0_runtime::{Result, codec::key::Key, object::Anchor};

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

/// Elements of two sets in key order, each once, or the failure to read them, after which it ends.
pub struct TryMerge<T> {
    left: Side,
    right: Side,
    wanted: Wanted,
    elements: PhantomData<fn() -> T>,
}

impl<T: Key> TryMerge<T> {
    fn of(left: &Set<T>, right: &Set<T>, wanted: Wanted) -> Result<Self> {
        let (left, right) = (Side::of(left)?, Side::of(right)?);
        Ok(Self { left, right, wanted, elements: PhantomData })
    }

    fn step(&mut self) -> Result<Option<T>> {
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

impl<T: Key> Iterator for TryMerge<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let element = self.step();
        if element.is_err() {
            (self.left.ended, self.right.ended) = (true, true);
        }
        element.transpose()
    }
}

/// Elements of two sets in key order, each once.
///
/// # Panics
/// When elements can't be read; [`TryMerge`] gives an error instead.
pub struct Merge<T> {
    elements: TryMerge<T>,
}

impl<T: Key> Iterator for Merge<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        expect(self.elements.next().transpose())
    }
}

macro_rules! merges {
    ($($(#[$doc:meta])* $name:ident, $try_name:ident, $twin:literal, $operator:ident :: $call:ident,
        [$only_left:literal, $both:literal, $only_right:literal];)*) => {
        impl<T: Key> Set<T> {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $name(&self, other: &Self) -> Merge<T> {
                    Merge { elements: expect(self.$try_name(other)) }
                }

                #[doc = $twin]
                pub fn $try_name(&self, other: &Self) -> Result<TryMerge<T>> {
                    let wanted =
                        Wanted { only_left: $only_left, both: $both, only_right: $only_right };
                    TryMerge::of(self, other, wanted)
                }
            )*
        }

        $(
            $(#[$doc])*
            ///
            /// It makes another set.
            impl<T: Key> ops::$operator for &Set<T> {
                type Output = Set<T>;

                #[track_caller]
                fn $call(self, other: Self) -> Set<T> {
                    let elements = self.with(other, || self.$try_name(other)?.collect());
                    Set::from_iter(expect::<Vec<T>>(elements))
                }
            }
        )*
    };
}

merges! {
    /// The elements of either set.
    union, try_union, "As [`union`](Self::union), with failures as values.",
        BitOr::bitor, [true, true, true];
    /// The elements that both sets have.
    intersection, try_intersection,
        "As [`intersection`](Self::intersection), with failures as values.",
        BitAnd::bitand, [false, true, false];
    /// The elements that the other set does not have.
    difference, try_difference, "As [`difference`](Self::difference), with failures as values.",
        Sub::sub, [true, false, false];
    /// The elements that only one of the sets has.
    symmetric_difference, try_symmetric_difference,
        "As [`symmetric_difference`](Self::symmetric_difference), with failures as values.",
        BitXor::bitxor, [true, false, true];
}

impl<T: Key> Set<T> {
    /// No element is in both sets.
    #[track_caller]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        expect(self.try_is_disjoint(other))
    }

    /// As [`is_disjoint`](Self::is_disjoint), with the failure as a value.
    pub fn try_is_disjoint(&self, other: &Self) -> Result<bool> {
        self.with(other, || Ok(self.try_intersection(other)?.next().transpose()?.is_none()))
    }

    /// The other set has all elements of this one.
    #[track_caller]
    pub fn is_subset(&self, other: &Self) -> bool {
        expect(self.try_is_subset(other))
    }

    /// As [`is_subset`](Self::is_subset), with the failure as a value.
    pub fn try_is_subset(&self, other: &Self) -> Result<bool> {
        self.with(other, || {
            Ok(self.try_len()? <= other.try_len()?
                && self.try_difference(other)?.next().transpose()?.is_none())
        })
    }

    /// Runs `read`, which looks at both sets, so that it sees them as of one moment.
    fn with<R>(&self, other: &Self, read: impl FnMut() -> Result<R>) -> Result<R> {
        Anchor::in_one_moment([&self.anchor, &other.anchor], read)
    }

    /// This set has all elements of the other one.
    #[track_caller]
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }

    /// As [`is_superset`](Self::is_superset), with the failure as a value.
    pub fn try_is_superset(&self, other: &Self) -> Result<bool> {
        other.try_is_subset(self)
    }
}
