//! A list that is most often one thing long, and then needs no memory of its own.

use std::ops::{Deref, DerefMut};

/// Some things, in the order in which they came.
#[derive(Clone, Debug)]
pub struct Few<T>(List<T>);

#[derive(Clone, Debug)]
enum List<T> {
    One([T; 1]),
    Many(Vec<T>),
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(List::Many(Vec::new()))
    }
}

impl<T> Few<T> {
    /// Makes room for so many more.
    pub fn reserve(&mut self, more: usize) {
        match &mut self.0 {
            List::Many(many) if many.capacity() > 0 || more > 1 => many.reserve(more),
            List::Many(_) | List::One(_) => {}
        }
    }

    /// Adds a thing.
    #[inline]
    pub fn push(&mut self, thing: T) {
        match &mut self.0 {
            List::Many(many) if many.capacity() == 0 => self.0 = List::One([thing]),
            List::Many(many) => many.push(thing),
            List::One(_) => {
                if let List::One([first]) = std::mem::replace(&mut self.0, List::Many(Vec::new())) {
                    self.0 = List::Many(vec![first, thing]);
                }
            }
        }
    }
}

impl<T> Extend<T> for Few<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, things: I) {
        things.into_iter().for_each(|thing| self.push(thing));
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        let mut few = Self::default();
        few.extend(things);
        few
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match &self.0 {
            List::One(one) => one,
            List::Many(many) => many,
        }
    }
}

impl<T> DerefMut for Few<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            List::One(one) => one,
            List::Many(many) => many,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_stay_in_their_order() {
        let mut few = Few::default();
        for n in 0..20 {
            assert!(few.iter().copied().eq(0..n));
            few.push(n);
        }
        assert!((0..20).collect::<Few<_>>().iter().eq(few.iter()));
        few.reverse();
        assert!(few.iter().copied().eq((0..20).rev()));
        for more in 0..3 {
            let mut few = Few::default();
            few.reserve(more);
            (0..3).for_each(|n| few.push(n));
            assert!(few.iter().copied().eq(0..3));
        }
    }
}
