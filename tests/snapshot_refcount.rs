//! Counts of holders have a past, as everything else that a snapshot shows.

mod common;

use common::World;
use db0::Memo;

#[db0::memo]
#[derive(Debug, PartialEq)]
struct Person {
    name: String,
    age: u32,
    friend: Option<Memo<Person>>,
}

fn person(name: &str, age: u32) -> Person {
    Person { name: name.into(), age, friend: None }
}

#[test]
fn a_snapshots_refcount_is_that_states() {
    let _world = World::new();
    let bob = Memo::new(person("Bob", 40));
    let alice = Memo::new(Person { friend: Some(bob.clone()), ..person("Alice", 30) });
    db0::commit().expect("it commits");
    let snapshot = db0::snapshot().expect("a state");
    alice.write().friend = None;
    db0::commit().expect("it commits");
    assert_eq!(bob.refcount(), 0);
    assert_eq!(snapshot.of(&bob).refcount(), 1);
    let later = db0::snapshot().expect("a state");
    let keeper = Memo::new(Person { friend: Some(bob.clone()), ..person("Cid", 50) });
    db0::tags(&keeper).add("kept");
    db0::commit().expect("it commits");
    assert_eq!((bob.refcount(), later.of(&bob).refcount()), (1, 0));
}
