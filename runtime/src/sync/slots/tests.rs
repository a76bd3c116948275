//! Looks, shares and places under many threads: nothing is dropped twice, early, or never.

use std::sync::{
    Arc, Barrier,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use super::{Counted, Look, Place, bag::tend_now, tend};

/// Knows whether it has been dropped, and tells.
struct Canary {
    number: usize,
    alive: AtomicBool,
    dropped: Arc<AtomicUsize>,
}

impl Canary {
    fn new(number: usize, dropped: &Arc<AtomicUsize>) -> Counted<Self> {
        let alive = AtomicBool::new(true);
        Counted::new(Self { number, alive, dropped: dropped.clone() }, 0)
    }

    fn check(&self) {
        assert!(self.alive.load(Ordering::SeqCst), "{} is looked at after its drop", self.number);
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        assert!(self.alive.swap(false, Ordering::SeqCst), "{} is dropped twice", self.number);
        self.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

/// The bag is the whole process's: other tests may hold its contents for a moment.
fn until_dropped(dropped: &AtomicUsize, all: usize) {
    for _ in 0..10_000 {
        tend_now();
        if dropped.load(Ordering::SeqCst) == all {
            return;
        }
        std::thread::yield_now();
    }
    panic!("{} of {all} are dropped", dropped.load(Ordering::SeqCst));
}

#[test]
fn a_look_keeps_what_it_shows() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let place = Place::empty();
    assert!(place.look().is_none());
    place.swap(Some(Canary::new(1, &dropped)));
    let look = place.look().expect("it is there");
    drop(place.swap(Some(Canary::new(2, &dropped))));
    tend_now();
    look.check();
    assert!(!place.holds(&look) && look.share().is_none());
    assert_eq!((look.number, dropped.load(Ordering::SeqCst)), (1, 0));
    drop(look);
    until_dropped(&dropped, 1);
    drop(place);
    until_dropped(&dropped, 2);
}

#[test]
fn more_looks_than_slots_are_shares() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let place = Place::empty();
    place.swap(Some(Canary::new(1, &dropped)));
    let looks: Vec<Look<Canary>> = (0..50).map(|_| place.look().expect("it is there")).collect();
    drop(place);
    tend_now();
    for look in looks {
        look.check();
        assert_eq!(dropped.load(Ordering::SeqCst), 0);
    }
    until_dropped(&dropped, 1);
}

#[test]
fn a_look_may_be_sent_away_and_outlive_its_thread() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let place = Arc::new(Place::empty());
    place.swap(Some(Canary::new(1, &dropped)));
    let looks: Vec<_> = (0..20)
        .map(|_| {
            let place = place.clone();
            std::thread::spawn(move || place.look().expect("it is there")).join().expect("it ends")
        })
        .collect();
    drop(place.swap(None));
    tend_now();
    looks.iter().for_each(|look| look.check());
    drop(looks);
    until_dropped(&dropped, 1);
}

#[test]
fn many_threads_look_while_one_replaces() {
    const VALUES: usize = 20_000;
    let dropped = Arc::new(AtomicUsize::new(0));
    let places: Arc<[Place<Canary>; 3]> = Arc::new(std::array::from_fn(|_| Place::empty()));
    let done = Arc::new(AtomicBool::new(false));
    let barrier = Arc::new(Barrier::new(5));
    std::thread::scope(|scope| {
        for reader in 0..4 {
            let (places, done, barrier) = (places.clone(), done.clone(), barrier.clone());
            scope.spawn(move || {
                barrier.wait();
                let mut last = [0; 3];
                let mut held = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    for (place, last) in places.iter().zip(&mut last) {
                        let Some(look) = place.look() else { continue };
                        look.check();
                        assert!(look.number >= *last, "a place goes back");
                        *last = look.number;
                        held.push(look);
                    }
                    // Some are held long, some beyond the slots there are.
                    if held.len() > 2 + 4 * reader {
                        held.iter().for_each(|look| look.check());
                        held.clear();
                    }
                }
            });
        }
        barrier.wait();
        for number in 1..=VALUES {
            let place = &places[number % 3];
            let old = place.swap(Some(Canary::new(number, &dropped)));
            if let Some(old) = old.filter(|old| old.number % 7 == 0) {
                let share = old.clone();
                drop(old);
                share.check();
            }
            tend();
        }
        done.store(true, Ordering::Relaxed);
    });
    drop(places);
    until_dropped(&dropped, VALUES);
}

#[test]
fn what_is_retired_in_bulk_is_dropped_when_that_ends() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let (kept, count) = (Place::empty(), 3 * 4096);
    kept.swap(Some(Canary::new(0, &dropped)));
    let look = super::in_bulk(|| {
        let look = kept.look().expect("it is there");
        for number in 1..count {
            drop(kept.swap(Some(Canary::new(number, &dropped))));
            tend();
        }
        // Nested, it ends with the outer one.
        super::in_bulk(|| drop(kept.swap(None)));
        look
    });
    look.check();
    // All but the one that is looked at, and perhaps some whose addresses other threads have just
    // been about to look at.
    let left = count - dropped.load(Ordering::SeqCst);
    assert!((1..=8).contains(&left), "{left} of {count} are left");
    drop(look);
    until_dropped(&dropped, count);
}

#[test]
fn a_value_is_replaced_only_while_it_is_there() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let place = Place::empty();
    let (threads, rounds) = (4, 2000);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                place.set_if_empty(Canary::new(0, &dropped));
                for _ in 0..rounds {
                    loop {
                        let look = place.look().expect("somebody has put it there");
                        look.check();
                        if place.replace(&look, Canary::new(look.number + 1, &dropped)) {
                            break;
                        }
                    }
                    tend();
                }
            });
        }
    });
    let last = place.look().expect("it is there");
    assert_eq!(last.number, threads * rounds, "no replacement was lost");
    drop(last);
    drop(place);
}
