//! Collections: the names of Vec, `HashMap`, `BTreeMap` and `BTreeSet`.

use db0::{Array, Bytes, Desc, Dict, Index, List, Memo, Set, WeakSet};

use crate::{
    classes::{person, root},
    common::World,
};

#[test]
fn lists() {
    let _world = World::new();
    let list: List<i64> = List::new();
    list.push(1);
    list.extend([2, 3, 4]);
    assert_eq!((list.pop(), list.get(0), list.get(9)), (Some(4), Some(1), None));
    list.set(0, 10);
    list.insert(1, 11);
    assert_eq!(list.remove(0), 10);
    list.swap(0, 1);
    assert_eq!(list.range(1..).collect::<Vec<_>>(), [11, 3]);
    assert_eq!(list.iter().rev().collect::<Vec<_>>(), [3, 11, 2]);
    assert!(list.contains(&3));
    assert_eq!(list.index_of(&3), Some(2));
    list.sort();
    list.retain(|n| *n != 3);
    assert_eq!(list.to_vec(), [2, 11]);
    list.truncate(1);
    assert_eq!(list.drain(..).collect::<Vec<_>>(), [2]);
    list.clear();
    assert!(list.is_empty() && list.is_empty());
    let from: List<String> = ["a".to_string(), "b".into()].into_iter().collect();
    let copy = from.copy();
    assert_ne!(copy, from);
    assert_eq!(List::from_iter([1u8, 2]).to_vec(), [1, 2]);
    list.try_push(1).expect("it can be written");
    assert_eq!(List::<u8>::default().len(), 0);
}

#[test]
fn dicts() {
    let _world = World::new();
    let dict: Dict<String, u32> = Dict::new();
    assert_eq!(dict.insert("one".into(), 1), None);
    dict.extend([("two".to_string(), 2), ("three".into(), 3)]);
    assert_eq!(dict.get("one"), Some(1));
    assert!(dict.contains_key("two"));
    assert_eq!(dict.get_many(["one", "nine"]), [Some(1), None]);
    assert!(dict.update("one", |v: &mut u32| *v += 1));
    assert!(!dict.update("nine", |v: &mut u32| *v += 1));
    dict.update_or("nine", 9, |v| *v += 1);
    assert_eq!(dict.first(), Some(("nine".into(), 10)));
    assert_eq!(dict.last(), Some(("two".into(), 2)));
    assert_eq!(dict.prefix("t").count(), 2);
    assert_eq!(dict.range("a".."p").count(), 2);
    assert_eq!(dict.keys().count(), 4);
    assert_eq!(dict.values().sum::<u32>(), 17);
    assert_eq!(dict.remove("one"), Some(2));
    assert_eq!(dict.iter().next_back(), Some(("two".into(), 2)));
    let numbers: Dict<u64, String> = (0..5).map(|n| (n, n.to_string())).collect();
    assert_eq!(numbers.range(1..3).count(), 2);
    assert_eq!(numbers.range(..).count(), 5);
    dict.clear();
    assert_eq!(dict.len(), 0);
}

#[test]
fn sets() {
    let _world = World::new();
    let set: Set<String> = Set::new();
    assert!(set.insert("a".to_string()));
    assert!(!set.insert("a".to_string()));
    set.extend(["b".to_string(), "c".into()]);
    assert!(set.contains("b"));
    let other: Set<String> = ["b".to_string(), "x".into()].into_iter().collect();
    assert_eq!(set.union(&other).count(), 4);
    assert_eq!(set.intersection(&other).count(), 1);
    assert_eq!(set.difference(&other).count(), 2);
    assert_eq!(set.symmetric_difference(&other).count(), 3);
    assert_eq!(set.first().as_deref(), Some("a"));
    assert!(set.remove("a"));
    assert_eq!(set.range("b"..).count(), 2);
}

#[test]
fn indexes() {
    let _world = World::new();
    let root = root();
    let (alice, bob) = (Memo::new(person("Alice", 30)), Memo::new(person("Bob", 40)));
    let by_age = root.read().by_age.clone();
    by_age.add(30, &alice);
    by_age.add(40, &bob);
    assert!(by_age.range(0..=30).memos().eq([alice.clone()]));
    assert_eq!(by_age.iter().count(), 2);
    assert_eq!(by_age.iter().rev().next(), Some((40, bob.clone())));
    assert_eq!(by_age.select(30, 40).count(), 2);
    assert_eq!(by_age.first(), Some((30, alice.clone())));
    assert_eq!(by_age.last(), Some((40, bob.clone())));
    by_age.remove(40, &bob);
    assert_eq!(by_age.len(), 1);
    let nullable: Index<Option<u32>, Memo<crate::classes::Person>> = Index::new();
    nullable.add(None, &alice);
    nullable.add(Some(1), &bob);
    assert_eq!(nullable.nulls_last().next(), Some((Some(1), bob.clone())));
    let down: Index<(Desc<u32>, String), Memo<crate::classes::Person>> = Index::new();
    down.add((Desc(1), "a".into()), &alice);
    down.add((Desc(2), "a".into()), &bob);
    assert_eq!(down.first().map(|(_, memo)| memo), Some(bob));
}

#[test]
fn bytes_arrays_and_weak_sets() {
    use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
    let _world = World::new();
    let bytes = Bytes::new();
    bytes.write_at(0, b"hello world");
    let mut cursor = bytes.cursor();
    cursor.seek(SeekFrom::Start(6)).expect("it seeks");
    let mut text = String::new();
    cursor.read_to_string(&mut text).expect("it reads");
    cursor.write_all(b"!").expect("it writes");
    assert_eq!((text.as_str(), bytes.len()), ("world", 12));
    let array: Array<f64> = Array::new();
    array.extend([1.0, 2.0, 3.0]);
    assert_eq!(array.to_vec(), [1.0, 2.0, 3.0]);
    let weak: WeakSet<crate::classes::Person> = WeakSet::new();
    let alice = Memo::new(person("Alice", 30));
    weak.insert(&alice);
    assert!(weak.contains(&alice));
}

#[test]
fn named_roots() -> db0::Result<()> {
    let world = World::new();
    let _ = &world;
    let prefix = db0::current();
    prefix.dict::<String, u64>("counters").insert("a".into(), 1);
    assert_eq!(prefix.dict::<String, u64>("counters").get("a"), Some(1));
    assert!(prefix.try_dict::<u64, u64>("counters").is_err());
    prefix.list::<String>("lines").push("x".into());
    prefix.set::<u64>("numbers").insert(1);
    assert_eq!(prefix.roots()?.len(), 3);
    prefix.drop_root("lines")?;
    Ok(())
}
