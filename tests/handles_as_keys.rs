//! Handles are keys of maps, by identity, and no lint has anything against that.
#![deny(clippy::mutable_key_type)]

mod common;

use std::collections::{BTreeMap, HashMap, HashSet};

use common::World;
use db0::{AnyMemo, Memo, WeakMemo};

#[db0::memo]
struct Person {
    n: u32,
    friends: HashSet<Memo<Person>>,
    ages: HashMap<Memo<Person>, u32>,
    pairs: HashMap<(Memo<Person>, String), BTreeMap<u32, WeakMemo<Person>>>,
    any: HashSet<AnyMemo>,
    weak: HashSet<WeakMemo<Person>>,
}

fn person(n: u32) -> Memo<Person> {
    let (friends, ages, pairs) = (HashSet::new(), HashMap::new(), HashMap::new());
    Memo::new(Person { n, friends, ages, pairs, any: HashSet::new(), weak: HashSet::new() })
}

#[test]
fn they_are_found_by_identity() {
    let mut world = World::new();
    let one = person(1);
    let others: HashMap<Memo<Person>, u32> = (2..5).map(|n| (person(n), n)).collect();
    one.update(|one| {
        one.friends = others.keys().cloned().collect();
        one.ages.clone_from(&others);
        one.any = others.keys().map(AnyMemo::from).collect();
        one.weak = others.keys().map(Memo::downgrade).collect();
        let some = others.keys().next().expect("there are three").clone();
        one.pairs = [((some, "a".into()), BTreeMap::new())].into();
    });
    others.keys().for_each(|other| other.write().n += 100);
    assert!(others.iter().all(|(other, n)| others[other] == *n && one.read().ages[other] == *n));
    db0::tags(&one).add("one");
    drop((one, others));
    world.reopen();
    let one = db0::find::<Person>("one").first().expect("it is there");
    let one = one.read();
    assert_eq!((one.friends.len(), one.any.len(), one.weak.len(), one.pairs.len()), (3, 3, 3, 1));
    for (friend, age) in &one.ages {
        assert_eq!(friend.read().n, age + 100);
        assert!(one.friends.contains(&friend.clone()) && one.any.contains(&AnyMemo::from(friend)));
        assert!(one.weak.contains(&friend.downgrade()));
    }
}
