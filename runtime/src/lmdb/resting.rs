//! What rests between two uses, and is taken and put back without a lock, until its age is over.

use std::ptr;

use crate::sync::{
    atomic::{AtomicPtr, AtomicU64, Ordering},
    thread_number,
};

/// So many may rest: threads that use them at a time mostly have places of their own.
const PLACES: usize = 8;

/// One that may rest, and the age in which it was made or begun anew.
pub(crate) struct Aged<T> {
    pub(crate) age: u64,
    pub(crate) one: T,
}

/// Places to rest in.
///
/// An age ends by being raised first and then looking into every place. Whoever puts one down looks at the
/// age afterwards: a look into the place that missed it came before, and so did the raise. Whoever takes one
/// looks at its age as well, since it may be there for that moment only.
pub(crate) struct Resting<T, const N: usize = PLACES> {
    age: AtomicU64,
    places: [Place<T>; N],
}

impl<T, const N: usize> Default for Resting<T, N> {
    fn default() -> Self {
        Self { age: AtomicU64::new(0), places: std::array::from_fn(|_| Place::default()) }
    }
}

impl<T: Send, const N: usize> Resting<T, N> {
    pub(crate) fn age(&self) -> u64 {
        self.age.load(Ordering::Acquire)
    }

    #[inline]
    fn place(&self) -> &Place<T> {
        &self.places[thread_number() as usize % N]
    }

    /// One that rests; `over` gets one whose age is.
    #[inline]
    pub(crate) fn take(&self, over: impl FnOnce(Box<Aged<T>>)) -> Option<Box<Aged<T>>> {
        let taken = self.place().swap(None)?;
        if taken.age == self.age() {
            return Some(taken);
        }
        over(taken);
        None
    }

    /// Lets one rest; `over` gets what does not, which may be another.
    #[inline]
    pub(crate) fn put(&self, one: Box<Aged<T>>, mut over: impl FnMut(Box<Aged<T>>)) {
        let age = one.age;
        if age != self.age() {
            return over(one);
        }
        let place = self.place();
        if let Some(displaced) = place.swap(Some(one)) {
            over(displaced);
        }
        if age != self.age()
            && let Some(old) = place.swap(None)
        {
            over(old);
        }
    }

    /// Ends the present age: `over` gets all that rest.
    pub(crate) fn end_age(&self, over: impl FnMut(Box<Aged<T>>)) {
        self.age.fetch_add(1, Ordering::AcqRel);
        self.places.iter().filter_map(|place| place.swap(None)).for_each(over);
    }

    /// How many rest.
    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        let is_there = |place: &&Place<T>| !place.0.load(Ordering::Acquire).is_null();
        self.places.iter().filter(is_there).count()
    }
}

/// Room for one.
struct Place<T>(AtomicPtr<Aged<T>>);

impl<T> Default for Place<T> {
    fn default() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }
}

impl<T> Place<T> {
    #[inline]
    fn swap(&self, one: Option<Box<Aged<T>>>) -> Option<Box<Aged<T>>> {
        let new = one.map_or(ptr::null_mut(), Box::into_raw);
        let old = self.0.swap(new, Ordering::AcqRel);
        // SAFETY: what is not null was made by the line above, and whoever exchanges it for something
        // else has it alone.
        (!old.is_null()).then(|| unsafe { Box::from_raw(old) })
    }
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        drop(self.swap(None));
    }
}

#[cfg(test)]
mod tests {
    use crate::sync::atomic::AtomicBool;

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
        resting.put(Box::new(Aged { age: u64::MAX, one: 0 }), drop);
        resting.put(Box::new(Aged { age: resting.age(), one: 1 }), drop);
        assert_eq!(resting.count(), 1);
        let mut displaced = Vec::new();
        resting.put(Box::new(Aged { age: resting.age(), one: 2 }), |one| displaced.push(one.one));
        assert_eq!(displaced, [1]);
        assert_eq!(resting.take(drop).map(|one| one.one), Some(2));
        assert!(resting.take(drop).is_none());
    }
}
