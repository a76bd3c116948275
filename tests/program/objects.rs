//! Objects: handles, guards, identity, untyped access, attributes, lifetime.

use std::collections::HashSet;

use db0::{AnyMemo, Error, Memo, Value, WeakMemo};
use uuid::Uuid;

use crate::{
    classes::{Named, Person, Task, person, root},
    common::World,
};

#[test]
fn handles_and_guards() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    alice.write().birthday();
    assert_eq!(alice.read().age, 31);
    assert_eq!(alice.get(|p| p.age), 31);
    alice.update(|p| p.age += 1);
    let age: u32 = alice
        .try_update(|p| {
            p.age += 1;
            p.age
        })
        .expect("it is written");
    assert_eq!(age, 33);
    let mut guard = alice.try_write().expect("nobody else writes");
    guard.name = "Alicia".into();
    assert_eq!(alice.read().name, "Alice");
    guard.publish().expect("it can be stored");
    let shown = alice.try_read().expect("it is there");
    alice.write().name = "Al".into();
    assert_eq!(shown.name, "Alicia");
    let bob = Memo::try_new(person("Bob", 40)).expect("it can be stored");
    assert_ne!(alice, bob);
    let both: HashSet<Memo<Person>> = [alice.clone(), alice.clone(), bob].into();
    assert_eq!(both.len(), 2);
    assert!(format!("{alice:?}").contains("Person"));
    std::thread::scope(|scope| {
        scope.spawn(|| alice.write().age = 1);
    });
    assert_eq!(alice.read().age, 1);
}

#[test]
fn identity() -> db0::Result<()> {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let uuid: Uuid = alice.uuid();
    db0::commit()?;
    assert_eq!(db0::fetch::<Person>(uuid)?, alice);
    assert!(db0::exists::<Person>(uuid));
    assert!(!db0::exists::<Person>(Uuid::nil()));
    assert!(!db0::has_singleton::<crate::classes::Root>());
    assert!(db0::fetch_singleton::<crate::classes::Root>().is_err());
    let made = root();
    assert_eq!(db0::fetch_singleton::<crate::classes::Root>()?, made);
    assert_eq!(made.read().greeting, "Hello");
    Ok(())
}

#[test]
fn untyped() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    let any: AnyMemo = AnyMemo::from(alice.clone());
    assert_eq!(any.class(), "Person");
    assert!(any.fields().iter().any(|(name, _)| name == "age"));
    assert_eq!(any.get("age"), Some(Value::from(30)));
    any.set("age", 31);
    assert_eq!(alice.read().age, 31);
    assert!(any.try_set("age", "old").is_err());
    assert_eq!(alice.read().age, 31);
    assert_eq!(any.get("height"), None);
    assert_eq!(any.downcast::<Person>(), Some(alice.clone()));
    assert_eq!(any.downcast::<Task>(), None);
    assert_eq!(any.uuid(), alice.uuid());
}

#[test]
fn attributes() {
    let _world = World::new();
    let alice = Memo::new(person("Alice", 30));
    alice.attrs().set("address", "123 Main St");
    assert_eq!(alice.attrs().get::<String>("address").as_deref(), Some("123 Main St"));
    assert_eq!(alice.attrs().iter().count(), 1);
    alice.attrs().remove("address");
    assert_eq!(alice.attrs().get::<String>("address"), None);
}

#[test]
fn lifetime() -> db0::Result<()> {
    let _world = World::new();
    let root = root();
    let alice = Memo::new(person("Alice", 30));
    let weak: WeakMemo<Person> = alice.downgrade();
    assert_eq!(alice.refcount(), 0);
    root.read().people.push(alice.clone());
    assert_eq!(alice.refcount(), 1);
    assert!(matches!(db0::delete(&alice), Err(Error::Referenced { .. })));
    assert_eq!(weak.upgrade(), Some(alice.clone()));
    let bob = Memo::new(person("Bob", 40));
    bob.write().boss = Some(weak.clone());
    root.read().people.clear();
    db0::delete(&alice)?;
    assert!(weak.is_expired());
    assert!(matches!(alice.try_read(), Err(Error::Deleted { .. })));
    assert!(matches!(alice.try_get(|alice| alice.age), Err(Error::Deleted { .. })));
    db0::touch(&bob);
    let one = Memo::new(person("One", 1));
    let two = Memo::new(Person { friend: Some(one.clone()), ..person("Two", 2) });
    one.write().friend = Some(two.clone());
    drop((one, two));
    db0::commit()?;
    let _report = db0::collect_cycles()?;
    Ok(())
}

#[test]
fn traits() {
    assert_eq!(person("Alice", 30).label(), "Alice");
    assert_eq!(Task("write".into(), 1).label(), "write");
}

#[test]
fn classes_are_listed() -> db0::Result<()> {
    let _world = World::new();
    let _alice = Memo::new(person("Alice", 30));
    db0::commit()?;
    let classes = db0::classes()?;
    let person = classes.iter().find(|class| class.name == "Person").expect("it is there");
    assert_eq!(person.objects, 1);
    assert!(person.fields.iter().any(|field| field.name == "age"));
    Ok(())
}

#[test]
fn plain_data() {
    let _world = World::new();
    let bob = Memo::new(person("Bob", 40));
    let alice = Memo::new(Person { friend: Some(bob), ..person("Alice", 30) });
    let json = serde_json::to_value(alice.export(2)).expect("it is plain data");
    assert_eq!(json["friend"]["name"], "Bob");
}
