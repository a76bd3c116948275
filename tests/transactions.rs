//! Commits and atomics: what makes a state, and what others see meanwhile.

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
fn a_commit_of_nothing_keeps_the_number() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    db0::tags(&alice).add("x");
    let state = db0::commit().expect("it commits");
    assert_eq!(db0::commit().expect("it commits"), state);
    alice.write().age = 30;
    assert_eq!(db0::commit().expect("it commits"), state, "equal content");
    db0::tags(&alice).add("y");
    db0::tags(&alice).remove("y");
    assert_eq!(db0::commit().expect("it commits"), state, "a tag put on and taken off");
    drop(Memo::new(person("Bob", 40)));
    assert_eq!(db0::commit().expect("it commits"), state, "made and let go");
    let bob = Memo::new(person("Bob", 40));
    alice.write().friend = Some(bob.clone());
    alice.write().friend = None;
    drop(bob);
    assert_eq!(db0::commit().expect("it commits"), state, "made, referred to, and let go");
    let handle = db0::find::<Person>("x").first();
    db0::tags(&alice).remove("x");
    db0::tags(&alice).add("x");
    drop(handle);
    assert_eq!(db0::commit().expect("it commits"), state, "a tag taken off and put on");
}

#[test]
fn other_threads_dont_see_or_fetch_what_an_atomic_makes() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    db0::atomic(|| -> db0::Result<()> {
        let bob = Memo::new(person("Bob", 40));
        let uuid = bob.uuid();
        db0::tags(&bob).add("x");
        std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    let _entered = workspace.enter();
                    assert!(!db0::exists::<Person>(uuid));
                    assert_eq!(db0::find::<Person>(()).count(), 0);
                    assert_eq!(db0::find::<Person>("x").count(), 0);
                })
                .join()
                .expect("it holds");
        });
        assert!(db0::exists::<Person>(uuid));
        Ok(())
    })
    .expect("it succeeds");
    assert_eq!(db0::find::<Person>("x").count(), 1);
}
