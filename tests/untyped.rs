//! Objects by handles without a type: of classes that the program knows, and of others.

mod common;

use common::World;
use db0::{
    AnyMemo, Dict, Error, List, Memo, Value,
    plumbing::{Class, ClassInfo, FieldInfo, KeyInfo, KeySink, KeyUse, Probe, Shape},
};
use serde::{Deserialize, Serialize};

#[db0::memo]
#[derive(Debug, PartialEq)]
struct Person {
    name: String,
    age: u8,
    friend: Option<Memo<Person>>,
    other: Option<AnyMemo>,
}

fn person(name: &str, age: u8) -> Person {
    Person { name: name.into(), age, friend: None, other: None }
}

#[db0::memo(keep)]
#[derive(Debug, PartialEq)]
enum Figure {
    Dot,
    Circle { radius: f64 },
    Perhaps(Option<u8>),
}

/// A class that nobody has made known: to find one by its number is to meet a stranger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ghost {
    name: String,
    age: u8,
    friend: Option<Memo<Person>>,
}

const fn field(name: &'static str, rust_type: &'static str) -> FieldInfo {
    FieldInfo { name, renamed_from: &[], rust_type, has_default: false }
}

impl Class for Ghost {
    const INFO: &'static ClassInfo = &ClassInfo {
        name: "Ghost",
        rust_path: "untyped::Ghost",
        renamed_from: &[],
        prefix: None,
        singleton: false,
        keep: false,
        plain: false,
        shape: Shape::Named,
        fields: &[
            field("name", "String"),
            field("age", "u8"),
            field("friend", "Option<Memo<Person>>"),
        ],
        keys: &[],
    };
}

fn ghost(friend: Option<Memo<Person>>) -> Ghost {
    Ghost { name: "Boo".into(), age: 200, friend }
}

#[test]
fn a_known_object_is_read_and_written() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let any = db0::fetch_any(alice.uuid()).expect("it is there");
    assert_eq!((any.class().as_str(), any.uuid()), ("Person", alice.uuid()));
    assert_eq!(any.get("age"), Some(30.into()));
    assert_eq!(any.get("shoe"), None);
    any.set("age", 31);
    assert_eq!(alice.read().age, 31);
    alice.write().name = "Alice Lee".into();
    let fields = any.fields();
    assert_eq!(fields[0], ("name".into(), "Alice Lee".into()));
    assert_eq!(fields[3], ("other".into(), Value::Nil));
    assert_eq!(any.downcast::<Person>(), Some(alice.clone()));
    assert_eq!(any.downcast::<Figure>(), None);
    assert_eq!(any, AnyMemo::from(&alice));
    db0::commit().expect("it commits");
    assert_eq!(any.get("age"), Some(31.into()));
}

#[test]
fn what_the_class_cant_take_is_refused() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let any = AnyMemo::from(&alice);
    for value in [Value::from("x"), 256.into(), (-1).into(), Value::Nil] {
        let refused = any.try_set("age", value).expect_err("it is no u8").to_string();
        assert!(refused.starts_with("Person.age can't be stored: "), "{refused}");
    }
    let refused = any.try_set("shoe", 43).expect_err("there is no such field").to_string();
    assert!(refused.contains("Person") && refused.contains("name, age, friend"), "{refused}");
    assert_eq!(*alice.read(), person("Alice", 30));
    let guard = alice.write();
    assert!(matches!(any.try_set("age", 1), Err(Error::AlreadyWriting { .. })));
    drop(guard);
    any.set("age", 1);
}

#[test]
fn references_are_set_counted_and_followed() {
    let _world = World::new();
    let (alice, bob) = (Memo::new(person("Alice", 30)), Memo::new(person("Bob", 40)));
    let any = AnyMemo::from(&alice);
    any.set("friend", &bob);
    any.set("other", AnyMemo::from(&bob));
    assert_eq!(bob.refcount(), 2);
    assert_eq!(alice.read().friend.as_ref(), Some(&bob));
    db0::commit().expect("it commits");
    let uuid = bob.uuid();
    drop(bob);
    let value = any.get("friend").expect("a field");
    let reference = value.as_reference().expect("a reference");
    let bob = any.follow(reference).expect("readable").expect("it is there");
    assert_eq!((bob.uuid(), bob.refcount()), (uuid, 2));
    any.set("friend", ());
    any.set("other", Value::Nil);
    drop(bob);
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Person>(uuid));
    assert!(matches!(any.try_set("friend", value), Err(Error::Deleted { .. })));
    assert!(any.get("friend").is_some_and(|friend| friend.is_nil()));
}

#[test]
fn an_object_of_an_unknown_class_is_a_full_citizen() {
    let mut world = World::new();
    let bob = Memo::new(person("Bob", 40));
    let memo = Memo::new(ghost(Some(bob.clone())));
    db0::tags(&memo).add("pale");
    let (uuid, bobs) = (memo.uuid(), bob.uuid());
    drop((memo, bob));
    world.reopen();
    let any = db0::fetch_any(uuid).expect("it is there");
    assert_eq!((any.class().as_str(), any.get("age")), ("Ghost", Some(200.into())));
    assert_eq!(any.refcount(), 1);
    let refused = any.try_set("age", 300).expect_err("not a u8").to_string();
    assert_eq!(refused, "Ghost.age can't be stored: 300 is not a u8");
    let before = db0::snapshot().expect("a state");
    any.set("age", 201);
    any.set("name", "Hui");
    db0::tags(&any).add("old");
    assert_eq!(any.get("age"), Some(201.into()));
    db0::commit().expect("it commits");
    assert_eq!(before.fetch_any(uuid).expect("it was there").get("age"), Some(200.into()));
    assert_eq!(any.history().expect("it has one").len(), 2);
    assert!(
        db0::atomic(|| -> db0::Result<()> {
            any.set("age", 1);
            Err(db0::abort("no"))
        })
        .is_err()
    );
    drop((any, before));
    world.reopen();
    let again = db0::fetch::<Ghost>(uuid).expect("the type can be used");
    assert_eq!((again.read().age, again.read().name.as_str()), (201, "Hui"));
    assert_eq!(again.read().friend.as_ref().map(Memo::refcount), Some(1));
    drop(again);
    world.reopen();
    let any = db0::fetch_any(uuid).expect("it is there");
    db0::tags(&any).remove(["pale", "old"]);
    any.set("friend", Value::Nil);
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Person>(bobs));
    db0::delete(&any).expect("nothing holds it");
    assert!(any.try_get("age").is_err());
    db0::commit().expect("it commits");
    assert!(matches!(db0::fetch_any(uuid), Err(Error::NotFound { .. })));
}

#[test]
fn an_enum_is_its_variant() {
    let _world = World::new();
    let figure = Memo::new(Figure::Circle { radius: 2.0 });
    let any = AnyMemo::from(&figure);
    assert_eq!(any.fields(), [("Circle".into(), Value::from([("radius", 2.0)]))]);
    any.set("Dot", ());
    assert_eq!(*figure.read(), Figure::Dot);
    assert!(any.try_set("Square", ()).is_err());
    assert_eq!(*figure.read(), Figure::Dot);
    for held in [None, Some(1)] {
        any.set("Perhaps", held);
        assert_eq!(*figure.read(), Figure::Perhaps(held));
        any.set("Perhaps", any.get("Perhaps").unwrap_or_default());
    }
    drop(figure);
    db0::delete(&any).expect("nothing refers to it");
    assert!(matches!(any.try_class(), Err(Error::Deleted { .. })));
}

#[test]
fn a_type_may_come_after_a_stranger() {
    let mut world = World::new();
    let memo = Memo::new(ghost(None));
    db0::tags(&memo).add("pale");
    let uuid = memo.uuid();
    drop(memo);
    world.reopen();
    let stranger = db0::fetch_any(uuid).expect("it is there");
    assert_eq!(stranger.get("age"), Some(200.into()));
    assert!(matches!(db0::fetch::<Ghost>(uuid), Err(Error::Misuse { .. })), "one is in use");
    drop(stranger);
    let typed = db0::fetch::<Ghost>(uuid).expect("the type can be used");
    assert_eq!(*typed.read(), ghost(None));
    assert_eq!(AnyMemo::from(&typed), db0::fetch_any(uuid).expect("the same"));
}

/// As [`Ghost`], with a name that no other has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Spirit {
    name: String,
}

impl Class for Spirit {
    const INFO: &'static ClassInfo = &ClassInfo {
        name: "Spirit",
        rust_path: "untyped::Spirit",
        keep: true,
        fields: &[field("name", "String")],
        keys: &[KeyInfo {
            name: "name",
            kind: KeyUse::Unique,
            field_kind: Probe::<String>::FIELD_KIND,
        }],
        ..*Ghost::INFO
    };

    fn keys(&self, sink: &mut KeySink) {
        sink.add(0, &self.name);
    }
}

#[test]
fn a_unique_field_of_an_unknown_class_stays_unique() {
    let mut world = World::new();
    let [a, b] = ["a", "b"].map(|name| Memo::new(Spirit { name: name.into() }).uuid());
    world.reopen();
    let any = db0::fetch_any(b).expect("it is there");
    let taken = any.try_set("name", "a").expect_err("it is taken");
    assert!(matches!(&taken, Error::Unique { holder, .. } if *holder == a), "{taken}");
    any.set("name", "c");
    drop(any);
    world.reopen();
    assert!(Memo::try_new(Spirit { name: "c".into() }).is_err());
    let free = Memo::new(Spirit { name: "b".into() }).uuid();
    world.reopen();
    db0::delete(&db0::fetch_any(free).expect("it is there")).expect("nothing holds it");
    db0::commit().expect("it commits");
    world.reopen();
    Memo::new(Spirit { name: "b".into() });
}

#[test]
fn a_field_is_read_as_the_type_that_is_named() -> db0::Result<()> {
    #[db0::memo(keep)]
    struct Shelf {
        books: List<String>,
        stock: Dict<String, u32>,
        owner: Memo<Person>,
        tags: Vec<String>,
    }
    let mut world = World::new();
    let shelf = Memo::new(Shelf {
        books: List::from(["Emma".to_string()]),
        stock: Dict::from([("Emma".to_string(), 2)]),
        owner: Memo::new(person("Ann", 30)),
        tags: vec!["wood".into()],
    });
    let any = db0::fetch_any(shelf.uuid())?;
    let books: List<Value> = any.get_as("books").expect("there is such a field");
    assert_eq!(books.to_vec(), ["Emma".into()]);
    // It is the object's own collection: what is written through it is there.
    books.push("Ulysses".into());
    assert_eq!(shelf.read().books.to_vec(), ["Emma", "Ulysses"]);
    let stock: Dict<String, Value> = any.get_as("stock").expect("there is such a field");
    assert_eq!(stock.get("Emma"), Some(2.into()));
    assert_eq!(any.get_as::<AnyMemo>("owner").map(|owner| owner.get("age")), Some(Some(30.into())));
    assert_eq!(any.get_as::<Vec<String>>("tags"), Some(vec!["wood".into()]));
    assert_eq!(any.get_as::<u8>("none such"), None);
    for refused in [
        any.try_get_as::<u8>("tags").map(drop),
        any.try_get_as::<List<Value>>("stock").map(drop),
        any.try_get_as::<List<Value>>("owner").map(drop),
    ] {
        let message = refused.expect_err("of another type").to_string();
        assert!(message.contains("Shelf.") && message.contains("another type"), "{message}");
    }
    drop((any, books, stock, shelf));
    world.reopen();
    let shelf = db0::find_any(db0::class::<Shelf>()).first().expect("it is kept");
    assert_eq!(shelf.get_as::<List<Value>>("books").map(|books| books.len()), Some(2));
    Ok(())
}
