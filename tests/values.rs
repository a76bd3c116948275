//! `Value` as a field and as an element.

mod common;

use common::World;
use db0::{AnyMemo, List, Memo, Value};

#[db0::memo(keep)]
struct Holder {
    anything: Value,
    all: Vec<Value>,
}

#[db0::memo]
struct Note {
    text: String,
}

#[test]
fn references_in_values_count_and_hold() {
    let mut world = World::new();
    let note = Memo::new(Note { text: "hello".into() });
    let uuid = note.uuid();
    let first = Memo::new(Holder { anything: Value::Nil, all: Vec::new() });
    AnyMemo::from(&first).set("anything", &note);
    let reference = first.read().anything.clone();
    assert!(reference.as_reference().is_some());
    let all = vec![reference.clone(), 1.into(), reference.clone()];
    let second = Memo::new(Holder { anything: Value::Nil, all });
    let list = List::from_iter([reference.clone()]);
    second.write().anything = Value::Nil;
    assert_eq!(note.refcount(), 4);
    drop((list, note));
    db0::commit().expect("it commits");
    first.write().anything = Value::Nil;
    let (a, b) = (first.uuid(), second.uuid());
    drop((first, second));
    world.reopen();
    let any = db0::fetch_any(uuid).expect("the second holds it");
    assert_eq!(any.refcount(), 2);
    drop(any);
    let second = db0::fetch::<Holder>(b).expect("it is kept");
    second.write().all.clear();
    db0::commit().expect("it commits");
    assert!(!db0::exists::<Note>(uuid));
    let first = db0::fetch::<Holder>(a).expect("it is kept");
    assert!(first.try_update(|first| first.anything = reference).is_err(), "it is gone");
}
