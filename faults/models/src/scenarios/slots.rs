//! Places, looks and shares: nothing is dropped while somebody looks, nor twice, nor never.

use std::sync::Arc;

use loom::thread;

use super::canary::{Canary, Drops};
use crate::sync::slots::{Look, Place, tend_now};

/// How many values a thread looks at without counting.
const SLOTS: usize = 8;

/// A place with the first of the values.
fn place(drops: &Arc<Drops>) -> Arc<Place<Canary>> {
    let place = Place::empty();
    place.swap(Some(Canary::new(0, drops)));
    Arc::new(place)
}

/// The place has gone and everybody has: so have the values, once the bag has been emptied.
fn all_dropped(place: Arc<Place<Canary>>, drops: &Drops, count: usize) {
    drop(place);
    tend_now();
    drops.are_first(count);
}

pub(super) fn what_is_looked_at_is_not_dropped() {
    let drops = Drops::new();
    let place = place(&drops);
    let looks = {
        let place = place.clone();
        thread::spawn(move || {
            let look = place.look().expect("one is always there");
            look.check();
        })
    };
    drop(place.swap(Some(Canary::new(1, &drops))));
    tend_now();
    looks.join().expect("it ends");
    all_dropped(place, &drops, 2);
}

pub(super) fn a_share_is_of_what_was_there() {
    let drops = Drops::new();
    let place = place(&drops);
    let shares = {
        let place = place.clone();
        thread::spawn(move || {
            if let Some(share) = place.share() {
                share.check();
            }
        })
    };
    drop(place.swap(None));
    tend_now();
    shares.join().expect("it ends");
    all_dropped(place, &drops, 1);
}

pub(super) fn of_two_who_replace_each_sees_the_other() {
    let drops = Drops::new();
    let place = place(&drops);
    let replace = |place: &Place<Canary>, number, drops: &Arc<Drops>| {
        let look = place.look().expect("one is always there");
        look.check();
        place.replace(&look, Canary::new(number, drops))
    };
    let other = {
        let (place, drops) = (place.clone(), drops.clone());
        thread::spawn(move || replace(&place, 1, &drops))
    };
    let mine = replace(&place, 2, &drops);
    tend_now();
    let others = other.join().expect("it ends");
    let last = place.look().expect("one is always there").number;
    match (mine, others) {
        (true, true) => assert!(last > 0, "both replaced what the other did not"),
        (true, false) => assert_eq!(last, 2),
        (false, true) => assert_eq!(last, 1),
        (false, false) => panic!("each lost against the other"),
    }
    all_dropped(place, &drops, 3);
}

pub(super) fn one_of_two_fills_an_empty_place() {
    let drops = Drops::new();
    let place = Arc::new(Place::empty());
    let other = {
        let (place, drops) = (place.clone(), drops.clone());
        thread::spawn(move || {
            place.set_if_empty(Canary::new(0, &drops));
            let look = place.look().expect("one of the two is there");
            look.check();
            look.number
        })
    };
    place.set_if_empty(Canary::new(1, &drops));
    let look = place.look().expect("one of the two is there");
    look.check();
    assert_eq!(other.join().expect("it ends"), look.number, "both see the one that came first");
    drop(look);
    all_dropped(place, &drops, 2);
}

/// A thread hands its slots on when it ends, but for those that a look still uses.
pub(super) fn a_look_outlives_the_thread_that_began_it() {
    let drops = Drops::new();
    let place = place(&drops);
    let begin = |place: &Arc<Place<Canary>>| {
        let place = place.clone();
        thread::spawn(move || place.look().expect("one is always there"))
    };
    let first: Look<Canary> = begin(&place).join().expect("it ends");
    let second = begin(&place);
    drop(place.swap(Some(Canary::new(1, &drops))));
    tend_now();
    first.check();
    second.join().expect("it ends").check();
    drop(first);
    all_dropped(place, &drops, 2);
}

pub(super) fn who_has_no_slot_left_gets_a_share() {
    let drops = Drops::new();
    let place = place(&drops);
    let looks = {
        let (place, drops) = (place.clone(), drops.clone());
        thread::spawn(move || {
            let still = Place::empty();
            still.swap(Some(Canary::new(2, &drops)));
            let full: Vec<_> = (0..SLOTS).map(|_| still.look().expect("it is there")).collect();
            let look = place.look().expect("one is always there");
            look.check();
            full.iter().for_each(|look| look.check());
        })
    };
    drop(place.swap(Some(Canary::new(1, &drops))));
    tend_now();
    looks.join().expect("it ends");
    all_dropped(place, &drops, 3);
}
