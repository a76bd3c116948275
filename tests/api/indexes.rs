//! Every name of `Index`.

use db0::{Desc, Index, Memo};

use crate::common::World;

#[db0::memo]
#[derive(Debug)]
struct Task {
    what: String,
}

fn task(what: &str) -> Memo<Task> {
    Memo::new(Task { what: what.into() })
}

fn texts(tasks: impl IntoIterator<Item = Memo<Task>>) -> Vec<String> {
    tasks.into_iter().map(|task| task.read().what.clone()).collect()
}

#[test]
fn indexes_are_sorted_multimaps() {
    let _world = World::new();
    let index: Index<Option<u32>, Memo<Task>> = Index::new();
    assert!(index.is_empty() && index.first().is_none() && index.last().is_none());
    let [a, b, c] = ["a", "b", "c"].map(task);
    assert!(index.add(Some(2), &a) && !index.add(Some(2), &a) && index.add(Some(2), &b));
    index.extend([(None, c.clone()), (Some(5), c.clone())]);
    assert_eq!(index.len(), 4);
    assert!(index.contains(Some(2), &a) && !index.contains(Some(5), &a));
    assert_eq!(index.first(), Some((None, c.clone())));
    assert_eq!(index.last(), Some((Some(5), c.clone())));
    assert_eq!(texts(index.memos()), ["c", "a", "b", "c"]);
    assert!(index.keys().eq([None, Some(2), Some(2), Some(5)]));
    assert_eq!(index.iter().map(|(key, _)| key).collect::<Vec<_>>()[1], Some(2));
    assert_eq!(texts(index.rev().memos()), ["c", "b", "a", "c"]);
    assert!(index.nulls_last().keys().eq([Some(2), Some(2), Some(5), None]));
    assert_eq!(texts(index.range(Some(2)..=Some(4)).memos()), ["a", "b"]);
    assert_eq!(texts(index.range(..Some(2)).memos()), ["c"]);
    assert_eq!(index.range(..).nulls_last().last(), Some((None, c.clone())));
    assert_eq!(texts(index.select(None::<u32>, Some(2)).memos()), ["c", "a", "b"]);
    assert_eq!(texts(index.get(Some(5)).memos()), ["c"]);
    assert!(index.remove(Some(2), &a) && !index.remove(Some(2), &a));
    assert_eq!(index.pop_first(), Some((None, c.clone())));
    assert_eq!(index.pop_last(), Some((Some(5), c)));
    let copy = index.copy();
    index.retain(|key, task| key.is_some() && task.read().what != "b");
    assert_eq!((index.len(), copy.to_vec()), (0, vec![(Some(2), b)]));
    assert_eq!(copy.drain().count(), 1);
    copy.clear();
}

#[test]
fn keys_may_be_composite_and_descend() {
    let _world = World::new();
    let [a, b, c] = ["a", "b", "c"].map(task);
    let index = Index::from([
        (("x".to_string(), Desc(1)), a.clone()),
        (("x".into(), Desc(2)), b),
        (("y".into(), Desc(3)), c),
    ]);
    assert_eq!(texts(index.memos()), ["b", "a", "c"]);
    assert_eq!(texts(index.prefix("x").memos()), ["b", "a"]);
    assert_eq!(texts(index.select(("x", Desc(1)), ("y", Desc(9))).memos()), ["a"]);
    let down: Index<Desc<u8>, Memo<Task>> =
        [(Desc(1), a.clone()), (Desc(2), a)].into_iter().collect();
    assert!(down.keys().eq([Desc(2), Desc(1)]));
    assert_eq!((&down).into_iter().count() + down.clone().into_iter().count(), 4);
    assert_eq!(format!("{down:?}"), "Index(len 2)");
    assert!(down == down.clone() && down != down.copy());
}

#[test]
fn every_name_has_a_twin_that_gives_errors() -> db0::Result<()> {
    let _world = World::new();
    let index: Index<String, Memo<Task>> = Index::default();
    let [a, b] = ["a", "b"].map(task);
    assert!(index.try_add("k".to_string(), &a)? && !index.try_add("k".to_string(), &a)?);
    index.try_extend([("k", b.clone()), ("l", b.clone())])?;
    assert_eq!((index.try_len()?, index.try_is_empty()?), (3, false));
    assert!(index.try_contains("k", &b)?);
    assert_eq!(index.try_first()?.map(|(key, _)| key).as_deref(), Some("k"));
    assert_eq!(index.try_last()?, Some(("l".into(), b.clone())));
    assert_eq!((index.try_iter()?.count(), index.try_rev()?.count()), (3, 3));
    assert_eq!((index.try_memos()?.count(), index.try_keys()?.count()), (3, 3));
    assert_eq!((index.try_get("k")?.count(), index.try_prefix("k")?.count()), (2, 2));
    assert_eq!((index.try_range("l"..)?.count(), index.try_select("k", "k")?.count()), (1, 2));
    assert_eq!((index.try_nulls_last()?.count(), index.try_to_vec()?.len()), (3, 3));
    assert!(index.try_remove("k".to_string(), &b)?);
    index.try_retain(|_, _| true)?;
    assert_eq!(index.try_pop_first()?, Some(("k".into(), a)));
    assert_eq!(index.try_pop_last()?, Some(("l".into(), b)));
    assert_eq!((index.try_copy()?.len(), index.try_drain()?.len()), (0, 0));
    index.try_clear()
}

#[test]
fn entries_with_long_keys_are_kept_and_taken_out() {
    let _world = World::new();
    let key = |end: &str| "k".repeat(600) + end;
    let tasks: Vec<_> = ["a", "b", "c", "d"].map(task).into();
    let ends = ["1", "2", "3", "3"];
    let index: Index<String, Memo<Task>> = ends.map(key).into_iter().zip(tasks.clone()).collect();
    index.retain(|key, _| !key.ends_with('2'));
    assert!(!index.contains(key("2"), &tasks[1]) && index.len() == 3);
    assert_eq!(index.pop_first(), Some((key("1"), tasks[0].clone())));
    assert_eq!(index.pop_last(), Some((key("3"), tasks[3].clone())));
    assert_eq!(index.to_vec(), [(key("3"), tasks[2].clone())]);
    assert_eq!((tasks[1].refcount(), tasks[2].refcount()), (0, 1));
}
