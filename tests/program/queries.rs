//! Tags and queries.

use db0::{AnyMemo, Memo, Query, no};

use crate::{
    classes::{Named, Person, Task, person, root},
    common::World,
};

#[derive(db0::Tag, Clone, Copy, Debug, PartialEq, Eq)]
enum Color {
    Red,
    Green,
}

fn people() -> Vec<Memo<Person>> {
    (0..10).map(|n| Memo::new(person(&format!("p{n}"), 20 + n))).collect()
}

#[test]
fn tags() {
    let _world = World::new();
    let people = people();
    let (alice, bob) = (&people[0], &people[1]);
    db0::tags(alice).add("employee").add(["manager", "remote"]).add(Color::Red);
    db0::tags([alice, bob]).add("both").add(("x", Color::Green));
    db0::tags(&people).add(alice);
    db0::tags(bob).add(db0::class::<Task>());
    assert!(db0::tags([alice, bob]).contains("both"));
    assert!(!db0::tags([alice, bob]).contains("employee"));
    let listed: Vec<String> =
        db0::tags(alice).list().iter().map(std::string::ToString::to_string).collect();
    assert!(listed.contains(&"employee".to_string()));
    db0::tags(alice).remove("remote").set(["only", "these"]);
    assert_eq!(db0::tags(alice).list().len(), 2);
    let query = db0::find::<Person>("both");
    db0::tags(&query).add("seen");
    assert_eq!(db0::find::<Person>("seen").count(), query.count());
    assert!(db0::tags(alice).try_add("").is_err());
}

#[test]
fn criteria() {
    let _world = World::new();
    let people = people();
    let category = Memo::new(person("category", 0));
    db0::tags(&people[..6]).add("employee");
    db0::tags(&people[3..8]).add(["a", "c"]);
    db0::tags(&people[5]).add("intern").add(&category).add(Color::Red);
    let find = |n: usize, query: Query<Person>| assert_eq!(query.count() as usize, n);
    find(11, db0::find::<Person>(()));
    find(6, db0::find::<Person>("employee"));
    find(3, db0::find::<Person>(("employee", ["a", "b"])));
    find(2, db0::find::<Person>(("employee", ["a", "b"], no("intern"))));
    find(
        1,
        db0::find::<Person>(("employee", ["a", "b"], no("intern"), Person::AGE.between(20..24))),
    );
    find(10, db0::find::<Person>(no("intern")));
    find(1, db0::find::<Person>(&category));
    find(1, db0::find::<Person>(Color::Red));
    find(0, db0::find::<Person>([Color::Green]));
    find(6, db0::find::<Person>(vec!["employee"]));
    find(7, db0::find::<Person>(db0::any(("employee", Person::AGE.eq(27)))));
    find(1, db0::find::<Person>(db0::all(("employee", Person::AGE.eq(22)))));
    find(3, db0::find::<Person>((db0::find::<Person>("employee"), db0::find::<Person>("a"))));
    find(1, db0::find::<Person>(Person::AGE.eq(25)));
    find(3, db0::find::<Person>(Person::AGE.lt(22)));
    find(2, db0::find::<Person>(Person::AGE.is_in([20, 21])));
    find(10, db0::find::<Person>(Person::NAME.starts_with("p")));
    find(11, db0::find::<Person>(Person::FRIEND.is_none()));
    let root = root();
    root.read().by_age.add(20, &people[0]);
    let by_age = root.read().by_age.clone();
    find(1, db0::find::<Person>(by_age.range(0..=20)));
    assert!(db0::find::<Person>("employee").contains(&people[0]));
}

#[test]
fn results() {
    let _world = World::new();
    let people = people();
    db0::tags(&people[..6]).add("employee");
    let query = db0::find::<Person>("employee");
    for person in &query {
        assert!(person.read().age >= 20);
    }
    assert_eq!(query.iter().count(), 6);
    assert!(!query.is_empty());
    assert_eq!(query.first(), Some(people[0].clone()));
    assert_eq!(query.uuids().len(), 6);
    let ages = |query: Query<Person>| query.iter().map(|p| p.read().age).collect::<Vec<_>>();
    assert_eq!(ages(query.clone().sort_desc_by(Person::AGE))[0], 25);
    assert_eq!(ages(query.clone().sort_by(Person::AGE).skip(1).take(2)), [21, 22]);
    let root = root();
    for person in &people {
        root.read().by_age.add(person.read().age, person);
    }
    let by_age = root.read().by_age.clone();
    assert_eq!(ages(query.clone().sort_desc_by(&by_age))[0], 25);
    assert_eq!(query.clone().filter(|p: &Person| p.age > 23).count(), 2);
    let parts: Vec<Query<Person>> = query.clone().split_by(["employee", "other"]);
    assert_eq!(parts.len(), 2);
    let groups = query.group_by(|p: &Person| p.age % 2);
    assert_eq!(groups.counts().len(), 2);
    let bytes = query.to_bytes().expect("it has no closure");
    let back = Query::<Person>::from_bytes(&bytes).expect("it is one");
    assert_eq!(back.count(), 6);
    assert!(query.filter(|_: &Person| true).to_bytes().is_err());
    for person in db0::find::<Person>("employee") {
        drop(person);
    }
}

#[test]
fn many_classes() {
    let _world = World::new();
    let person = Memo::new(person("Alice", 30));
    let task = Memo::new(Task("write".into(), 1));
    db0::tags(&person).add("today");
    db0::tags(&task).add("today");
    let any: Vec<AnyMemo> = db0::find_any("today").iter().collect();
    assert_eq!(any.len(), 2);
    let named = db0::find_dyn::<dyn Named>("today");
    let mut labels: Vec<String> = named.iter().map(|named| named.read().label()).collect();
    labels.sort();
    assert_eq!(labels, ["Alice", "write"]);
}

#[test]
fn words() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    db0::tags(&alice).add(db0::words("Some Text"));
    assert_eq!(db0::find::<Person>(db0::words("TEXT some")).count(), 1);
}

#[test]
fn unique_and_indexed_fields() {
    let _world = World::new();
    let email = Some("a@example.org".to_string());
    let _alice = Memo::new(Person { email: email.clone(), ..person("Alice", 30) });
    let _bob = Memo::new(person("Bob", 40));
    let _carol = Memo::new(person("Carol", 40));
    assert!(Memo::try_new(Person { email, ..person("Mallory", 1) }).is_err());
    assert_eq!(db0::find::<Person>(Person::EMAIL.eq(Some("a@example.org"))).count(), 1);
    assert_eq!(db0::find::<Person>(Person::AGE.eq(40)).count(), 2);
}
