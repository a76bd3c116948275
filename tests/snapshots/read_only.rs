//! Nothing can be written through a snapshot: every call that would is `Error::ReadOnly`.

use std::fmt::Debug;

use db0::{AnyMemo, Array, Bytes, Dict, Error, Index, List, Memo, Set, WeakSet};

use crate::common::World;

#[db0::memo(keep)]
#[derive(Debug)]
struct All {
    n: u32,
    list: List<u32>,
    dict: Dict<u32, u32>,
    set: Set<u32>,
    index: Index<u32, Memo<All>>,
    array: Array<u32>,
    bytes: Bytes,
    weak: WeakSet<All>,
}

/// Every one was refused for the same reason.
fn refused<T: Debug>(result: db0::Result<T>) {
    assert!(matches!(result, Err(Error::ReadOnly { .. })), "{result:?}");
}

fn filled() -> Memo<All> {
    let all = Memo::new(All {
        n: 1,
        list: List::from_iter([2, 1]),
        dict: Dict::from_iter([(1, 1)]),
        set: Set::from_iter([1]),
        index: Index::new(),
        array: Array::from_iter([1]),
        bytes: Bytes::default(),
        weak: WeakSet::new(),
    });
    all.read().index.add(1, &all);
    all.read().bytes.extend([1, 2]);
    all.read().weak.insert(&all);
    db0::tags(&all).add("red");
    all.attrs().set("a", 1);
    db0::commit().expect("it commits");
    all
}

fn objects(then: &Memo<All>) {
    refused(then.try_write().map(drop));
    refused(then.try_update(|all| all.n = 2));
    refused(AnyMemo::from(then).try_set("n", 2));
    refused(then.attrs().try_set("a", 2));
    refused(then.attrs().try_remove("a"));
    refused(db0::delete(then));
    refused(db0::tags(then).try_add("blue").map(drop));
    refused(db0::tags(then).try_remove("red").map(drop));
    refused(db0::tags(then).try_set("blue").map(drop));
}

fn lists(all: &All) {
    let list = &all.list;
    refused(list.try_push(3));
    refused(list.try_pop());
    refused(list.try_set(0, 3));
    refused(list.try_insert(0, 3));
    refused(list.try_remove(0));
    refused(list.try_update(0, |n| *n = 3));
    refused(list.try_swap(0, 1));
    refused(list.try_truncate(0));
    refused(list.try_extend([3]));
    refused(list.try_sort());
    refused(list.try_sort_by(Ord::cmp));
    refused(list.try_sort_by_key(|n| *n));
    refused(list.try_reverse());
    refused(list.try_retain(|_| false));
    refused(list.try_drain(..));
    refused(list.try_clear());
    let array = &all.array;
    refused(array.try_push(3));
    refused(array.try_pop());
    refused(array.try_set(0, 3));
    refused(array.try_resize(9, 0));
    refused(array.try_write_at(0, &[3]));
    refused(array.try_extend_from_slice(&[3]));
    refused(array.try_truncate(0));
    refused(array.try_clear());
    refused(all.bytes.try_push(3));
    refused(all.bytes.try_clear());
}

fn by_key(all: &All, then: &Memo<All>) {
    let dict = &all.dict;
    refused(dict.try_insert(1, 2));
    refused(dict.try_remove(1));
    refused(dict.try_update(1, |n| *n = 2));
    refused(dict.try_update_or(2, 2, |n| *n = 2));
    refused(dict.try_get_or_insert(2, 2));
    refused(dict.try_get_or_insert_with(2, || 2));
    refused(dict.try_extend([(2, 2)]));
    refused(dict.try_pop_first());
    refused(dict.try_pop_last());
    refused(dict.try_retain(|_, _| false));
    refused(dict.try_drain());
    refused(dict.try_clear());
    let set = &all.set;
    refused(set.try_insert(2));
    refused(set.try_remove(1));
    refused(set.try_extend([2]));
    refused(set.try_pop_first());
    refused(set.try_pop_last());
    refused(set.try_retain(|_| false));
    refused(set.try_drain());
    refused(set.try_clear());
    let index = &all.index;
    refused(index.try_add(2, then));
    refused(index.try_remove(1, then));
    refused(index.try_extend([(2, then.clone())]));
    refused(index.try_pop_first());
    refused(index.try_pop_last());
    refused(index.try_retain(|_, _| false));
    refused(index.try_drain());
    refused(index.try_clear());
    let weak = &all.weak;
    refused(weak.try_insert(then));
    refused(weak.try_remove(then));
    refused(weak.try_retain(|_| false));
    refused(weak.try_prune());
    refused(weak.try_clear());
}

#[test]
fn every_mutator_is_refused() {
    let mut world = World::new();
    let all = filled();
    let (state, uuid) = (db0::state(), all.uuid());
    let check = || {
        let snapshot = db0::snapshot_at(state).expect("it is kept");
        let then = snapshot.fetch::<All>(uuid).expect("it was there");
        objects(&then);
        lists(&then.read());
        by_key(&then.read(), &then);
        // Inside an atomic too, which then is rolled back alone.
        refused(db0::atomic(|| -> db0::Result<()> { then.read().list.try_push(1) }));
        assert_eq!(then.read().list.to_vec(), [2, 1]);
        assert_eq!((then.read().dict.get(1), then.read().set.len()), (Some(1), 1));
        assert_eq!((then.read().index.len(), then.read().weak.len()), (1, 1));
        assert_eq!(db0::tags(&then).list().len(), 1);
        assert_eq!(then.attrs().get::<u32>("a"), Some(1));
    };
    check();
    assert_eq!(db0::commit().expect("nothing is to be committed"), state);
    all.write().n = 7;
    all.read().list.clear();
    all.read().dict.clear();
    db0::commit().expect("it commits");
    check();
    drop(all);
    world.reopen();
    check();
}
