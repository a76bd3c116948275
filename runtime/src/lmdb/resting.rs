//! What rests between two uses, and is taken and put back without a lock, until its age is over.

use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_utils::atomic::AtomicCell;

use crate::sync::thread_number;

/// So many may rest: threads that use them at a time mostly have places of their own.
const PLACES: usize = 8;

/// One that may rest, and the age in which it was made or begun anew.
pub(super) struct Aged<T> {
    pub(super) age: u64,
    pub(super) one: T,
}

/// Places to rest in.
///
/// An age ends by being raised first and then looking into every place. Whoever puts one down looks at the
/// age afterwards: a look into the place that missed it came before, and so did the raise. Whoever takes one
/// looks at its age as well, since it may be there for that moment.
pub(super) struct Resting<T> {
    age: AtomicU64,
    places: [AtomicCell<Option<Box<Aged<T>>>>; PLACES],
}

impl<T> Default for Resting<T> {
    fn default() -> Self {
        Self { age: AtomicU64::new(0), places: Default::default() }
    }
}

impl<T> Resting<T> {
    /// No age: nothing of it rests.
    pub(super) const NEVER: u64 = u64::MAX;

    pub(super) fn age(&self) -> u64 {
        self.age.load(Ordering::Acquire)
    }

    #[inline]
    fn place(&self) -> &AtomicCell<Option<Box<Aged<T>>>> {
        &self.places[thread_number() as usize % PLACES]
    }

    /// One that rests; `over` gets one whose age is.
    #[inline]
    pub(super) fn take(&self, over: impl FnOnce(Box<Aged<T>>)) -> Option<Box<Aged<T>>> {
        let taken = self.place().take()?;
        if taken.age == self.age() {
            return Some(taken);
        }
        over(taken);
        None
    }

    /// Lets one rest; `over` gets what does not, which may be another.
    #[inline]
    pub(super) fn put(&self, one: Box<Aged<T>>, mut over: impl FnMut(Box<Aged<T>>)) {
        let age = one.age;
        if age != self.age() {
            return over(one);
        }
        let place = self.place();
        if let Some(displaced) = place.swap(Some(one)) {
            over(displaced);
        }
        if age != self.age()
            && let Some(old) = place.take()
        {
            over(old);
        }
    }

    /// Ends the present age: `over` gets all that rest.
    pub(super) fn end_age(&self, over: impl FnMut(Box<Aged<T>>)) {
        self.age.fetch_add(1, Ordering::SeqCst);
        self.places.iter().filter_map(AtomicCell::take).for_each(over);
    }

    /// How many rest.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        let there = self.places.iter().filter_map(|place| {
            let one = place.take();
            let is_there = one.is_some();
            place.store(one);
            is_there.then_some(())
        });
        there.count()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn none_is_taken_after_its_age() {
        let resting = Resting::<u64>::default();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for thread in 0..3 {
                let (resting, over) = (&resting, &over);
                scope.spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        let before = resting.age();
                        let taken = resting.take(drop);
                        let age = taken.as_ref().map_or(before, |taken| taken.age);
                        assert!(age >= before, "one of age {age} in {before}");
                        let one = taken.unwrap_or_else(|| Box::new(Aged { age, one: thread }));
                        resting.put(one, drop);
                    }
                });
            }
            for _ in 0..20_000 {
                resting.end_age(drop);
            }
            over.store(true, Ordering::Relaxed);
        });
        resting.end_age(drop);
        assert_eq!(resting.count(), 0);
        resting.put(Box::new(Aged { age: Resting::<u64>::NEVER, one: 0 }), drop);
        resting.put(Box::new(Aged { age: resting.age(), one: 1 }), drop);
        assert_eq!(resting.count(), 1);
        let mut displaced = Vec::new();
        resting.put(Box::new(Aged { age: resting.age(), one: 2 }), |one| displaced.push(one.one));
        assert_eq!(displaced, [1]);
        assert_eq!(resting.take(drop).map(|one| one.one), Some(2));
        assert!(resting.take(drop).is_none());
    }
}
