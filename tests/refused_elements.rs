//! Elements and keys that can't be stored or read: an error that names collection and key, and nothing else
//! happens.

mod common;

use common::World;
use db0::{Array, Dict, Error, List, Memo, Set, Value};

#[db0::memo(name = "Root", singleton)]
struct Root {
    by_text: Dict<String, String>,
    words: Set<String>,
    list: List<String>,
}

/// The same class, by a program that has it wrong.
#[db0::memo(name = "Root", singleton)]
struct Wrong {
    by_text: Dict<u32, String>,
    words: Set<(bool, u8)>,
    list: List<u64>,
}

/// Deeper than values may nest.
fn deep() -> Value {
    (0..70).fold(Value::Nil, |inner, _| Value::List(vec![inner]))
}

#[track_caller]
fn is_encode(refused: db0::Result<()>, part: &str) {
    let Err(Error::Encode { what, .. }) = &refused else { panic!("{refused:?}") };
    assert!(what.contains("collection ") && what.contains(part) && !what.contains("()"), "{what}");
}

#[test]
fn what_is_too_large_or_too_deep_changes_nothing() {
    let _world = World::new();
    let huge = "x".repeat(17 << 20);
    let list = List::from([String::from("a")]);
    is_encode(list.try_push(huge.clone()), "an element");
    is_encode(list.try_set(0, huge.clone()), "an element");
    is_encode(list.try_insert(0, huge.clone()), "an element");
    is_encode(list.try_extend(["b".into(), huge.clone()]), "an element");
    is_encode(list.try_update(0, |text| text.clone_from(&huge)).map(drop), "an element");
    assert_eq!(list.to_vec(), ["a"]);
    let dict: Dict<(String, u8), String> = Dict::new();
    let named = |name: &str| (name.to_string(), 1);
    dict.insert(named("k"), "v".into());
    let key = r#"key ("k", 1)"#;
    is_encode(dict.try_insert(named("k"), huge.clone()).map(drop), key);
    is_encode(dict.try_update(("k", 1), |text| text.clone_from(&huge)).map(drop), key);
    is_encode(dict.try_extend([(named("a"), "b".into()), (named("k"), huge.clone())]), key);
    is_encode(dict.try_get_or_insert(named("z"), huge.clone()).map(drop), r#"key ("z", 1)"#);
    assert_eq!(dict.to_vec(), [(("k".to_string(), 1), "v".to_string())]);
    let values: Dict<u8, Value> = Dict::new();
    is_encode(values.try_insert(7, deep()).map(drop), "key 7");
    let list: List<Value> = List::new();
    is_encode(list.try_push(deep()), "an element");
    assert!(values.is_empty() && list.is_empty());
    // Keys of any length are taken, up to what a row may have.
    let words: Set<String> = Set::new();
    assert!(words.insert("y".repeat(1 << 20)) && words.contains("y".repeat(1 << 20)));
    assert!(matches!(words.try_insert(huge), Err(Error::Encode { .. })));
    assert_eq!(words.len(), 1);
}

#[track_caller]
fn is_misfit<T: std::fmt::Debug>(refused: db0::Result<T>, part: &str) {
    let error = refused.expect_err("it can't be read");
    // Nothing is damaged: whoever is told so would throw good data away.
    let Error::Evolution { class, field, declared, .. } = &error else { panic!("{error:?}") };
    assert!(class.starts_with("collection "), "{class}");
    assert!(
        field.contains(part) && ["u64", "u32", "(bool, u8)"].contains(&declared.as_str()),
        "{error}"
    );
}

#[test]
fn what_can_not_be_read_as_the_type_names_collection_and_key() {
    let mut world = World::new();
    db0::singleton(|| Root {
        by_text: Dict::from([("k".to_string(), "v".to_string())]),
        words: Set::from(["w".to_string()]),
        list: List::from(["x".to_string()]),
    });
    world.reopen();
    {
        let wrong = db0::fetch_singleton::<Wrong>().expect("it is there");
        let wrong = wrong.read();
        let key = "6b00"; // "k", and the end of a text
        is_misfit(wrong.by_text.try_iter().and_then(Iterator::collect::<db0::Result<Vec<_>>>), key);
        is_misfit(wrong.by_text.try_first(), key);
        is_misfit(wrong.by_text.try_pop_first(), "");
        is_misfit(wrong.by_text.try_retain(|_, _| false), key);
        is_misfit(wrong.words.try_to_vec(), "7700");
        is_misfit(wrong.words.try_drain(), "7700");
        is_misfit(wrong.list.try_get(0), "");
        is_misfit(wrong.list.try_pop(), "");
        is_misfit(wrong.list.try_drain(..), "");
        is_misfit(wrong.list.try_sort(), "");
        is_misfit(wrong.list.try_retain(|_| false), "");
        assert_eq!((wrong.by_text.len(), wrong.words.len(), wrong.list.len()), (1, 1, 1));
    }
    world.reopen();
    let root = db0::fetch_singleton::<Root>().expect("it is there");
    let root = root.read();
    assert_eq!(root.by_text.get("k").as_deref(), Some("v"));
    assert!(root.words.contains("w") && root.list.to_vec() == ["x"]);
}

#[test]
fn a_collection_of_another_kind_is_named() {
    #[db0::memo(name = "Kind", singleton)]
    struct Is {
        it: List<u32>,
    }
    #[db0::memo(name = "Kind", singleton)]
    struct IsTaken {
        it: Dict<u32, u32>,
    }
    let mut world = World::new();
    db0::singleton(|| Is { it: List::from([1]) });
    world.reopen();
    let taken = db0::fetch_singleton::<IsTaken>().expect("it is there");
    let refused = taken.read().it.try_insert(1, 2);
    let text = refused.expect_err("it is a list").to_string();
    assert!(text.contains("it is a List, not a Dict"), "{text}");
}

#[test]
fn what_is_not_there_is_not_set() {
    let _world = World::new();
    let array: Array<u8> = Array::new();
    assert!(array.try_set(0, 1).is_err() && array.is_empty());
}

#[test]
fn handles_of_what_is_deleted_are_refused() {
    #[db0::memo]
    #[derive(Debug)]
    struct Thing {
        n: u32,
    }
    let _world = World::new();
    let gone = Memo::new(Thing { n: 1 });
    db0::delete(&gone).expect("nothing refers to it");
    let list: List<Memo<Thing>> = List::new();
    assert!(matches!(list.try_push(gone.clone()), Err(Error::Deleted { .. })));
    let set: Set<Memo<Thing>> = Set::new();
    assert!(matches!(set.try_insert(gone), Err(Error::Deleted { .. })));
    assert!(list.is_empty() && set.is_empty());
}
