//! Attributes of objects beyond their structs.

mod common;

use common::World;
use db0::{Error, Memo, Value};

#[db0::memo(keep)]
#[derive(Debug)]
struct Person {
    name: String,
}

fn person(name: &str) -> Memo<Person> {
    Memo::new(Person { name: name.into() })
}

#[db0::memo]
struct Note {
    text: String,
}

#[test]
fn attributes_come_back_as_what_they_were() {
    let mut world = World::new();
    let alice = person("Alice");
    alice.attrs().set("address", "123 Main St");
    alice.attrs().set("age", 31);
    alice.attrs().set("a\0b", vec![Some(1.5), None]);
    let uuid = alice.uuid();
    drop(alice);
    world.reopen();
    let alice = db0::fetch::<Person>(uuid).expect("she is there");
    let attrs = alice.attrs();
    assert_eq!(attrs.get::<String>("address").as_deref(), Some("123 Main St"));
    assert_eq!(attrs.get::<u8>("age"), Some(31));
    assert_eq!(attrs.get::<u8>("shoe"), None);
    assert!(attrs.try_get::<u8>("address").is_err());
    assert!(attrs.try_set(&"x".repeat(500), 1).is_err());
    let error =
        attrs.try_set("big", "x".repeat(17 << 20)).expect_err("it is too large").to_string();
    assert!(
        error.starts_with(&format!("the attribute \"big\" of {uuid} can't be stored: ")),
        "{error}"
    );
    let names: Vec<_> = attrs.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a\0b", "address", "age"]);
    assert!(attrs.remove("age") && !attrs.remove("age"));
    assert_eq!(db0::fetch_any(uuid).expect("there").attrs().get::<Value>("age"), None);
}

#[test]
fn a_change_of_an_attribute_is_a_change_of_the_object() {
    let _world = World::new();
    let alice = person("Alice");
    db0::commit().expect("it commits");
    alice.attrs().set("age", 31);
    let second = db0::commit().expect("it commits");
    assert_eq!(db0::states(second..).expect("kept")[0].modified, 1);
    assert_eq!(alice.history().expect("kept"), [1, 2]);
    let before = db0::snapshot().expect("a state");
    alice.attrs().set("age", 31);
    assert_eq!(db0::commit().expect("it commits"), second, "nothing changed");
    let result = db0::atomic(|| -> db0::Result<()> {
        alice.attrs().set("age", 50);
        assert_eq!(alice.attrs().get::<u8>("age"), Some(50));
        Err(db0::abort("no"))
    });
    assert!(result.is_err());
    assert_eq!(alice.attrs().get::<u8>("age"), Some(31));
    alice.attrs().set("age", 32);
    db0::commit().expect("it commits");
    assert_eq!(before.of(&alice).attrs().get::<u8>("age"), Some(31));
    assert!(matches!(before.of(&alice).attrs().try_set("age", 1), Err(Error::ReadOnly { .. })));
}

#[test]
fn what_an_attribute_refers_to_lives_with_it() {
    let _world = World::new();
    let alice = person("Alice");
    let note = Memo::new(Note { text: "hello".into() });
    let uuid = note.uuid();
    alice.attrs().set("note", &note);
    alice.attrs().set("list", db0::List::from_iter([note.clone()]));
    let value = db0::AnyMemo::from(&alice).attrs().get::<Value>("note").expect("set");
    alice.attrs().set("again", value);
    assert_eq!(note.refcount(), 3);
    drop(note);
    db0::commit().expect("it commits");
    let note: Memo<Note> = alice.attrs().get("note").expect("it lives");
    assert_eq!((note.read().text.as_str(), note.refcount()), ("hello", 3));
    drop(note);
    alice.attrs().remove("again");
    alice.attrs().set("note", 1);
    db0::commit().expect("it commits");
    assert!(db0::exists::<Note>(uuid));
    db0::delete(&alice).expect("nothing refers to her");
    assert!(matches!(alice.attrs().try_set("age", 1), Err(Error::Deleted { .. })));
    assert!(alice.attrs().try_get::<u8>("note").is_err());
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Note>(uuid));
}

#[test]
fn a_name_that_no_attribute_can_have_is_that_of_none() {
    let _world = World::new();
    let alice = person("Alice");
    let long = "n".repeat(2000);
    assert!(alice.attrs().try_set(&long, 1).is_err());
    assert_eq!((alice.attrs().get::<u8>(&long), alice.attrs().remove(&long)), (None, false));
}
