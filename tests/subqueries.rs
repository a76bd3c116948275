//! Queries as criteria of queries, and guards that outlive their snapshot.

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

#[db0::memo]
struct Task {
    title: String,
}

#[test]
fn a_query_of_another_class_as_a_criterion_gives_its_members() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let task = Memo::new(Task { title: "t".into() });
    db0::tags(&alice).add("x");
    db0::tags(&task).add("x");
    assert_eq!(task.read().title, "t");
    assert_eq!(db0::find::<Person>(db0::find::<Task>("x")).count(), 0);
    assert_eq!(db0::find::<Person>(db0::no(db0::find::<Task>("x"))).count(), 1);
}

#[test]
fn a_query_of_a_snapshot_as_a_criterion_gives_its_members() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    db0::tags(&alice).add("x");
    db0::commit().expect("it commits");
    let snapshot = db0::snapshot().expect("a state");
    db0::tags(&alice).remove("x");
    assert_eq!(snapshot.find::<Person>("x").count(), 1);
    assert_eq!(db0::find::<Person>(snapshot.find::<Person>("x")).count(), 1);
}

#[test]
fn a_guard_of_a_snapshot_reaches_on() {
    let _world = World::new();
    let alice =
        Memo::new(Person { friend: Some(Memo::new(person("Bob", 40))), ..person("Alice", 30) });
    db0::commit().expect("it commits");
    let guard = {
        let snapshot = db0::snapshot().expect("a state");
        snapshot.of(&alice).read()
    };
    alice.write().friend = None;
    db0::commit().expect("it commits");
    assert_eq!(guard.friend.as_ref().expect("Bob").try_read().expect("kept").name, "Bob");
    let bob = guard.friend.clone().expect("Bob");
    drop(guard);
    assert_eq!(bob.try_read().expect("kept").name, "Bob");
}
