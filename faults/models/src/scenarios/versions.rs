//! Versions: what belongs together comes to light by one word.

use std::sync::Arc;

use loom::thread;

use super::canary::{Canary, Drops};
use crate::{
    sync::slots::{Counted, Look, Place, tend_now},
    version::{Content, Outcome, Standing, Version, When},
};

type Versions = Place<Version<Canary>>;

/// A version that was published before anything else.
fn first(number: usize, drops: &Arc<Drops>) -> Counted<Version<Canary>> {
    Counted::new(Version::loaded(Content::Value(Canary::bare(number, drops))), 0)
}

/// Puts a version of an `atomic` over what is there.
fn put(place: &Versions, number: usize, outcome: &Arc<Outcome>, drops: &Arc<Drops>) {
    let below = place.share();
    let content = Content::Value(Canary::bare(number, drops));
    let version = Version::new(content, When::Atomic(outcome.clone()), below);
    drop(place.swap(Some(Counted::new(version, 0))));
}

/// What somebody sees who is not in the `atomic`.
fn seen(place: &Versions) -> usize {
    let newest = place.look().expect("one is always there");
    let number = |version: &Version<Canary>| {
        let canary = version.value().expect("none of them is deleted");
        canary.check();
        canary.number
    };
    if matches!(newest.standing(), Standing::Published(_)) {
        return number(&newest);
    }
    let below = newest.before().expect("nobody cuts what is pending from what is below");
    number(&below)
}

/// A version that is dropped puts the one below it into the bag.
fn empty_the_bag() {
    tend_now();
    tend_now();
}

/// Two objects change in one `atomic`: who has seen the one changed sees the other changed.
fn together(end: impl FnOnce(&Arc<Outcome>, &dyn Fn(&Arc<Outcome>)) + Send + 'static) {
    let drops = Drops::new();
    let (one, two) = (Versions::new(Some(first(0, &drops))), Versions::new(Some(first(1, &drops))));
    let places = Arc::new([one, two]);
    let writer = {
        let (places, drops) = (places.clone(), drops.clone());
        thread::spawn(move || {
            let outer = Outcome::new(None);
            end(&outer, &|outcome| {
                put(&places[0], 2, outcome, &drops);
                put(&places[1], 3, outcome, &drops);
            });
        })
    };
    let one = seen(&places[0]);
    let two = seen(&places[1]);
    assert!(one == 0 || two == 3, "one part of an atomic is seen without the other");
    writer.join().expect("it ends");
    assert_eq!((seen(&places[0]), seen(&places[1])), (2, 3));
    drop(places);
    empty_the_bag();
    drops.are_first(4);
}

pub(super) fn what_an_atomic_published_is_seen_together() {
    together(|outer, publish| {
        publish(outer);
        outer.succeed(7);
    });
}

pub(super) fn an_inner_atomic_waits_for_the_outer_one() {
    together(|outer, publish| {
        let inner = Outcome::new(Some(outer.clone()));
        publish(&inner);
        inner.succeed(7);
        outer.succeed(7);
    });
}

/// An `atomic` that has put a version over another one ends, while somebody looks; gives what everybody
/// sees then.
fn beside(
    end: impl FnOnce(&Versions, &Outcome) + Send + 'static,
    look: impl FnOnce(Look<Version<Canary>>),
) -> usize {
    let drops = Drops::new();
    let place = Arc::new(Versions::new(Some(first(0, &drops))));
    let outcome = Outcome::new(None);
    put(&place, 1, &outcome, &drops);
    let writer = {
        let (place, outcome) = (place.clone(), outcome.clone());
        thread::spawn(move || {
            end(&place, &outcome);
            tend_now();
        })
    };
    look(place.look().expect("one is always there"));
    writer.join().expect("it ends");
    let seen = seen(&place);
    drop(place);
    empty_the_bag();
    drops.are_first(2);
    seen
}

/// The `atomic` is undone while somebody is on the way to the version below.
pub(super) fn what_is_undone_leaves_what_was_below() {
    let undo = |place: &Versions, outcome: &Outcome| {
        outcome.undo();
        let undone = place.look().expect("one is always there");
        let below = undone.before().expect("nobody has cut it");
        assert!(place.replace(&undone, below), "nobody else writes");
        undone.cut();
    };
    let left = beside(undo, |newest| match newest.before() {
        Some(below) => below.value().expect("it is not deleted").check(),
        // Then it is the first one itself, or has been undone: who looks again finds that.
        None => assert_ne!(newest.standing(), Standing::Pending, "it was cut too early"),
    });
    assert_eq!(left, 0);
}

/// The `atomic` ends, and its version is cut from the one below, while somebody is on the way there.
pub(super) fn the_way_back_is_cut_while_somebody_walks_it() {
    let succeed = |place: &Versions, outcome: &Outcome| {
        outcome.succeed(7);
        place.look().expect("one is always there").cut();
    };
    let left = beside(succeed, |newest| {
        if newest.standing() != Standing::Pending {
            return;
        }
        match newest.before() {
            Some(below) => below.value().expect("it is not deleted").check(),
            None => assert_eq!(newest.standing(), Standing::Published(7), "it was cut too early"),
        }
    });
    assert_eq!(left, 1);
}
