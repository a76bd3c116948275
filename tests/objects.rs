//! Objects: made, read, written, found again after a restart, seen in a snapshot.

mod common;

use common::World;
use db0::Memo;

#[db0::memo(singleton)]
struct Root {
    greeting: String,
    first: Option<Memo<Person>>,
}

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
fn an_object_is_found_again_by_tag_and_uuid_after_a_restart() {
    let mut world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let bob = Memo::new(Person { friend: Some(alice.clone()), ..person("Bob", 40) });
    db0::tags(&bob).add("employee").add(["manager", "remote"]);
    alice.write().age += 1;
    let uuid = alice.uuid();
    drop((alice, bob));
    world.reopen();
    let found: Vec<_> = db0::find::<Person>(("employee", db0::no("intern"))).iter().collect();
    assert_eq!(found.len(), 1);
    let friend = found[0].read().friend.clone().expect("Bob has a friend");
    assert_eq!((friend.read().name.as_str(), friend.read().age), ("Alice", 31));
    assert_eq!(friend.uuid(), uuid);
    assert_eq!(db0::fetch::<Person>(uuid).expect("it is there"), friend);
    assert_eq!(friend.refcount(), 1);
    assert_eq!(found[0].refcount(), 3);
}

#[test]
fn a_singleton_is_made_once() {
    let mut world = World::new();
    assert!(!db0::has_singleton::<Root>());
    let root = db0::singleton(|| Root { greeting: "Hello".into(), first: None });
    root.write().first = Some(Memo::new(person("Eve", 1)));
    world.reopen();
    let root = db0::singleton::<Root>(|| unreachable!("it is there"));
    assert_eq!(root.read().greeting, "Hello");
    let eve = root.read().first.clone().expect("it was stored");
    assert_eq!(eve.read().name, "Eve");
}

#[test]
fn a_snapshot_shows_what_was() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    db0::tags(&alice).add("a");
    let first = db0::commit().expect("it commits");
    let snapshot = db0::snapshot().expect("there is a state");
    alice.write().age = 31;
    db0::tags(&alice).remove("a").add("b");
    let second = db0::commit().expect("it commits");
    assert_eq!(second, first + 1);
    assert_eq!(snapshot.of(&alice).read().age, 30);
    assert_eq!(snapshot.find::<Person>("a").count(), 1);
    assert_eq!(snapshot.find::<Person>("b").count(), 0);
    assert_eq!(db0::find::<Person>("a").count(), 0);
    assert_eq!(db0::find::<Person>("b").count(), 1);
    let again = db0::snapshot_at(first).expect("it is kept");
    assert_eq!(again.find::<Person>(()).first().expect("Alice").read().age, 30);
    assert!(again.of(&alice).try_write().is_err());
}

#[test]
fn what_nothing_holds_goes_with_the_commit() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let bob = Memo::new(Person { friend: Some(alice.clone()), ..person("Bob", 40) });
    let (a, b) = (alice.uuid(), bob.uuid());
    db0::commit().expect("it commits");
    drop(alice);
    db0::commit().expect("it commits");
    assert!(db0::exists::<Person>(a));
    drop(bob);
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Person>(b) && !db0::exists::<Person>(a));
    assert_eq!(db0::find::<Person>(()).count(), 0);
}

#[test]
fn an_atomic_happens_whole_or_not_at_all() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let mut escaped = None;
    let result = db0::atomic(|| -> db0::Result<()> {
        alice.write().age = 99;
        assert_eq!(alice.read().age, 99);
        let bob = Memo::new(person("Bob", 40));
        db0::tags(&bob).add("new");
        assert_eq!(db0::find::<Person>("new").count(), 1);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| alice.read().age);
            assert_eq!(other.join().expect("it runs"), 30);
        });
        escaped = Some(bob);
        Err(db0::abort("on purpose"))
    });
    assert!(result.is_err());
    assert_eq!(alice.read().age, 30);
    assert_eq!(db0::find::<Person>("new").count(), 0);
    assert_eq!(db0::find::<Person>(()).count(), 1);
    assert!(matches!(escaped.expect("it was set").try_read(), Err(db0::Error::Deleted { .. })));
    db0::atomic(|| -> db0::Result<()> {
        alice.write().age = 50;
        let inner = db0::atomic(|| -> db0::Result<()> {
            alice.write().age = 60;
            Err(db0::abort("inner"))
        });
        assert!(inner.is_err());
        assert_eq!(alice.read().age, 50);
        Ok(())
    })
    .expect("it succeeds");
    assert_eq!(alice.read().age, 50);
}

#[test]
fn guards_show_what_they_showed() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let before = alice.read();
    alice.write().age = 31;
    db0::commit().expect("it commits");
    assert_eq!(before.age, 30);
    let first = alice.write();
    let second = alice.try_write().expect_err("one guard at a time");
    assert!(second.to_string().contains("objects.rs"), "{second}");
    assert!(db0::commit().is_err());
    drop(first);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut draft = alice.write();
        draft.age = 99;
        panic!("on purpose");
    }));
    assert!(panicked.is_err());
    assert_eq!(alice.read().age, 31);
    assert_eq!(*db0::snapshot().expect("a state").of(&alice).read(), *alice.read());
}
