//! Who lives and who dies: what handles, drafts, references, tags and atomics hold.

mod common;

use common::World;
use db0::{Error, List, Memo, WeakMemo};

#[db0::memo(singleton)]
struct Root {
    first: Option<Memo<Person>>,
    all: Vec<Memo<Person>>,
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
fn a_handle_taken_out_of_a_draft_is_alive() {
    let _world = World::new();
    let alice =
        Memo::new(Person { friend: Some(Memo::new(person("Bob", 40))), ..person("Alice", 30) });
    db0::commit().expect("it commits");
    let bob = alice.write().friend.take().expect("Bob");
    db0::commit().expect("it commits");
    assert_eq!(bob.try_read().expect("a handle holds him").name, "Bob");
    let uuid = bob.uuid();
    drop(bob);
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Person>(uuid));
}

#[test]
fn a_reference_can_be_moved_between_objects() {
    let _world = World::new();
    let alice =
        Memo::new(Person { friend: Some(Memo::new(person("Bob", 40))), ..person("Alice", 30) });
    let carol = Memo::new(person("Carol", 20));
    db0::commit().expect("it commits");
    let bob = alice.write().friend.take();
    db0::commit().expect("it commits");
    carol.write().friend = bob;
    db0::commit().expect("it commits");
    let bob = carol.read().friend.clone().expect("Bob");
    assert_eq!(bob.try_read().expect("he lives").name, "Bob");
    assert_eq!(bob.refcount(), 1);
}

#[test]
fn what_an_atomic_tags_outlives_other_threads_commits() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let bob = Memo::new(person("Bob", 40));
    let uuid = bob.uuid();
    db0::commit().expect("it commits");
    db0::atomic(|| -> db0::Result<()> {
        db0::tags(&bob).add("new");
        drop(bob);
        std::thread::scope(|scope| scope.spawn(|| workspace.commit()).join().expect("runs"))?;
        Ok(())
    })
    .expect("it succeeds");
    db0::commit().expect("it commits");
    assert!(db0::exists::<Person>(uuid));
    assert_eq!(db0::find::<Person>("new").count(), 1);
}

#[test]
fn a_write_guard_reached_through_a_field_keeps_its_object() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let alice =
        Memo::new(Person { friend: Some(Memo::new(person("Bob", 40))), ..person("Alice", 30) });
    db0::commit().expect("it commits");
    let read = alice.read();
    let mut guard = read.friend.as_ref().expect("Bob").write();
    guard.age = 41;
    alice.write().friend = None;
    std::thread::scope(|scope| scope.spawn(|| workspace.commit()).join().expect("runs"))
        .expect("it commits");
    let uuid = read.friend.as_ref().expect("Bob").uuid();
    let published = guard.publish();
    let exists = db0::exists::<Person>(uuid);
    db0::commit().expect("it commits");
    assert_eq!(published.is_ok(), exists);
    assert_eq!(db0::find::<Person>(()).count(), 1, "published: {published:?}");
}

#[test]
fn an_escaped_handle_cant_be_tagged() {
    let _world = World::new();
    let mut escaped = None;
    let result = db0::atomic(|| -> db0::Result<()> {
        escaped = Some(Memo::new(person("Bob", 40)));
        Err(db0::abort("on purpose"))
    });
    assert!(result.is_err());
    let bob = escaped.expect("set");
    assert!(matches!(db0::tags(&bob).try_add("x"), Err(Error::Deleted { .. })));
}

#[test]
fn an_escaped_handle_cant_be_stored() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let mut escaped = None;
    let result = db0::atomic(|| -> db0::Result<()> {
        escaped = Some(Memo::new(person("Bob", 40)));
        Err(db0::abort("on purpose"))
    });
    assert!(result.is_err());
    let bob = escaped.expect("set");
    assert!(matches!(
        alice.try_update(|alice| alice.friend = Some(bob.clone())),
        Err(Error::Deleted { .. })
    ));
    assert!(alice.read().friend.is_none());
}

#[test]
fn objects_held_by_a_handle_until_the_end_are_gone_at_the_next_opening() {
    let mut world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let uuid = alice.uuid();
    world.close();
    drop(alice);
    world.open();
    assert_eq!(db0::find::<Person>(()).count(), 0);
    assert!(!db0::exists::<Person>(uuid));
}

#[test]
fn a_handle_is_closed_with_its_workspace() {
    let mut world = World::new();
    let friend = Some(Memo::new(person("Bob", 40)));
    let alice = Memo::new(Person { friend, ..person("Alice", 30) });
    let guard = alice.read();
    world.close();
    assert_eq!(guard.name, "Alice");
    assert!(matches!(alice.try_write(), Err(Error::Closed { .. })));
    assert!(matches!(alice.try_read(), Err(Error::Closed { .. })));
    assert!(matches!(guard.friend.as_ref().expect("Bob").try_read(), Err(Error::Closed { .. })));
}

#[test]
fn what_an_atomic_refers_to_outlives_other_threads_commits() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let root = db0::singleton(|| Root { first: None, all: Vec::new() });
    let bob = Memo::new(person("Bob", 40));
    db0::commit().expect("it commits");
    db0::atomic(|| -> db0::Result<()> {
        root.write().first = Some(bob);
        std::thread::scope(|scope| scope.spawn(|| workspace.commit()).join().expect("runs"))?;
        Ok(())
    })
    .expect("it succeeds");
    db0::commit().expect("it commits");
    assert_eq!(root.read().first.as_ref().expect("Bob").try_read().expect("he lives").name, "Bob");
}

#[test]
fn what_an_atomic_changed_and_let_go_is_no_trouble_for_other_threads_commits() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let bob = Memo::new(person("Bob", 40));
    let uuid = bob.uuid();
    db0::commit().expect("it commits");
    db0::atomic(|| -> db0::Result<()> {
        bob.write().age = 41;
        drop(bob);
        std::thread::scope(|scope| scope.spawn(|| workspace.commit()).join().expect("runs"))?;
        Ok(())
    })
    .expect("it succeeds");
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Person>(uuid));
    assert_eq!(db0::find::<Person>(()).count(), 0);
}

#[test]
fn an_untouched_write_guard_gives_live_handles_too() {
    let _world = World::new();
    let alice =
        Memo::new(Person { friend: Some(Memo::new(person("Bob", 40))), ..person("Alice", 30) });
    db0::commit().expect("it commits");
    let bob = {
        let mut guard = alice.write();
        guard.age += 1;
        guard.friend.clone().expect("Bob")
    };
    alice.write().friend = None;
    db0::commit().expect("it commits");
    assert!(bob.try_read().is_ok());
}

#[test]
fn a_clone_of_a_value_out_of_a_guard_holds_its_references() {
    let _world = World::new();
    let alice =
        Memo::new(Person { friend: Some(Memo::new(person("Bob", 40))), ..person("Alice", 30) });
    db0::commit().expect("it commits");
    let copy: Person = alice.read().clone();
    let copy_of_draft: Person = {
        let mut guard = alice.write();
        guard.age = 1;
        (*guard).clone()
    };
    alice.write().friend = None;
    db0::commit().expect("it commits");
    assert!(copy.friend.as_ref().expect("Bob").try_read().is_ok());
    assert!(copy_of_draft.friend.as_ref().expect("Bob").try_read().is_ok());
}

#[test]
fn a_swap_of_two_drafts_keeps_what_they_refer_to() {
    let _world = World::new();
    let alice =
        Memo::new(Person { friend: Some(Memo::new(person("Bob", 40))), ..person("Alice", 30) });
    let carol =
        Memo::new(Person { friend: Some(Memo::new(person("Dan", 41))), ..person("Carol", 20) });
    db0::commit().expect("it commits");
    {
        let (mut a, mut c) = (alice.write(), carol.write());
        std::mem::swap(&mut a.friend, &mut c.friend);
    }
    db0::commit().expect("it commits");
    let name =
        |memo: &Memo<Person>| memo.read().friend.as_ref().map(|friend| friend.read().name.clone());
    assert_eq!((name(&alice).as_deref(), name(&carol).as_deref()), (Some("Dan"), Some("Bob")));
}

#[test]
fn a_weak_handle_of_what_an_atomic_undid_is_expired() {
    let _world = World::new();
    let mut weak: Option<WeakMemo<Person>> = None;
    let result = db0::atomic(|| -> db0::Result<()> {
        weak = Some(Memo::new(person("Bob", 40)).downgrade());
        assert!(!weak.as_ref().expect("set").is_expired());
        Err(db0::abort("on purpose"))
    });
    assert!(result.is_err());
    assert!(weak.expect("set").is_expired());
}

#[test]
fn the_same_reference_twice_counts_twice() {
    let _world = World::new();
    let bob = Memo::new(person("Bob", 40));
    let root =
        db0::singleton(|| Root { first: Some(bob.clone()), all: vec![bob.clone(), bob.clone()] });
    assert_eq!(bob.refcount(), 3);
    db0::commit().expect("it commits");
    assert_eq!(bob.refcount(), 3);
    root.write().all.pop();
    root.write().first = None;
    assert_eq!(bob.refcount(), 1);
    let uuid = bob.uuid();
    drop(bob);
    db0::commit().expect("it commits");
    assert!(db0::exists::<Person>(uuid));
    root.write().all.clear();
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Person>(uuid));
}

#[test]
fn a_deletion_lets_go_of_each_reference_once() {
    let _world = World::new();
    let bob = Memo::new(person("Bob", 40));
    let of_bob = |name| Memo::new(Person { friend: Some(bob.clone()), ..person(name, 30) });
    let (alice, carol) = (of_bob("Alice"), of_bob("Carol"));
    db0::commit().expect("it commits");
    db0::delete(&alice).expect("nothing refers to her");
    assert_eq!(bob.refcount(), 1);
    db0::commit().expect("it commits");
    assert_eq!(bob.refcount(), 1);
    let uuid = bob.uuid();
    drop(bob);
    db0::commit().expect("it commits");
    assert!(db0::exists::<Person>(uuid), "Carol refers to him");
    // One that no commit has seen yet goes in the same way, also while there is a handle.
    let bob = carol.read().friend.clone().expect("Bob");
    let dan = Memo::new(Person { friend: Some(bob.clone()), ..person("Dan", 20) });
    dan.attrs().set("boss", &bob);
    assert_eq!(bob.refcount(), 3);
    db0::delete(&dan).expect("nothing refers to him");
    db0::commit().expect("it commits");
    assert_eq!(bob.refcount(), 1);
}

#[test]
fn a_handle_that_came_too_late_is_not_stored() {
    let _world = World::new();
    let root = db0::singleton(|| Root { first: None, all: Vec::new() });
    for name in ["Alice", "Bob"] {
        db0::tags(Memo::new(person(name, 30))).add("tagged");
    }
    db0::commit().expect("it commits");
    db0::clear_cache();
    let mut found = db0::find::<Person>("tagged").into_iter();
    let alice = found.next().expect("she is there");
    db0::tags(db0::find::<Person>("tagged").skip(1)).remove("tagged");
    db0::commit().expect("it commits");
    let bob = found.next().expect("it was found before he went");
    assert!(matches!(
        root.try_update(|root| root.all = vec![alice.clone(), bob]),
        Err(Error::Deleted { .. })
    ));
    root.write().all = vec![alice];
    assert_eq!(root.read().all.len(), 1);
}

#[db0::memo]
struct Club {
    members: List<Memo<Person>>,
}

#[test]
fn what_a_collection_held_that_comes_and_goes_between_commits_dies_with_its_handle() {
    let _world = World::new();
    let club = Memo::new(Club { members: List::new() });
    let alice = Memo::new(person("Alice", 30));
    club.read().members.push(alice.clone());
    db0::delete(&club).expect("nothing refers to it");
    db0::commit().expect("it commits");
    assert_eq!((alice.refcount(), alice.read().age), (0, 30));
    let uuid = alice.uuid();
    drop(alice);
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Person>(uuid));
}

#[test]
fn what_an_atomic_changed_lets_go_once_when_it_is_deleted() {
    let _world = World::new();
    let bob = Memo::new(person("Bob", 40));
    let [alice, carol] = ["Alice", "Carol"]
        .map(|name| Memo::new(Person { friend: Some(bob.clone()), ..person(name, 30) }));
    let done = db0::atomic(|| -> db0::Result<()> {
        alice.write().friend = None;
        Ok(())
    });
    done.expect("it succeeds");
    assert_eq!(bob.refcount(), 1);
    db0::delete(&alice).expect("nothing refers to her");
    db0::commit().expect("it commits");
    assert_eq!((bob.refcount(), carol.read().friend.as_ref()), (1, Some(&bob)));
}
