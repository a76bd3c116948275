//! A process that only reads is refused every way of writing, with the reason, and nothing changes.

mod common;

use std::fmt::Debug;

use common::World;
use db0::{Config, Dict, Error, History, Index, List, Memo, Mode, Set, Workspace};

#[db0::memo(singleton)]
struct Root {
    n: u64,
    list: List<u64>,
    dict: Dict<String, u64>,
    set: Set<u64>,
    index: Index<u64, Memo<Leaf>>,
    leaf: Memo<Leaf>,
}

#[db0::memo]
struct Leaf {
    n: u64,
}

#[db0::memo(singleton)]
struct Other {
    n: u64,
}

fn refused<T: Debug>(what: &str, result: db0::Result<T>) {
    match result {
        Err(Error::ReadOnly { .. }) => {}
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn every_way_of_writing() {
    let world = World::new();
    let leaf = Memo::new(Leaf { n: 1 });
    let root = db0::singleton(|| Root {
        n: 1,
        list: [1, 2].into_iter().collect(),
        dict: Dict::from_iter([("a".to_owned(), 1)]),
        set: Set::from_iter([1]),
        index: Index::new(),
        leaf: leaf.clone(),
    });
    root.read().index.add(1, &leaf);
    db0::tags(&leaf).add("red");
    let state = db0::commit().expect("it commits");
    let reader = Workspace::open(Config::new(world.folder.path()).read_only()).expect("it opens");
    let _entered = reader.enter();
    let prefix = reader.current();
    let there = db0::fetch_singleton::<Root>().expect("it is there");
    let leaf = there.read().leaf.clone();

    refused("new", Memo::try_new(Leaf { n: 2 }));
    refused("create", prefix.try_create(Leaf { n: 2 }));
    refused("write", there.try_write().map(drop));
    refused("update", there.try_update(|root| root.n = 2));
    refused("singleton", db0::try_singleton(|| Other { n: 1 }));
    refused("delete", db0::delete(&leaf));
    refused("touch", db0::try_touch(&leaf));
    refused("tags", db0::tags(&leaf).try_add("blue").map(drop));
    refused("untag", db0::tags(&leaf).try_remove("red").map(drop));
    refused("attrs", leaf.attrs().try_set("a", 1));
    let fields = there.read();
    refused("push", fields.list.try_push(3));
    refused("pop", fields.list.try_pop());
    refused("clear", fields.list.try_clear());
    refused("dict", fields.dict.try_insert("b".into(), 2));
    refused("set", fields.set.try_insert(2));
    refused("index", fields.index.try_add(2, &leaf));
    refused("prune", db0::prune_history(..state));
    refused("compact", db0::compact().map(drop));
    refused("history", prefix.set_history(History::Off));
    refused("cycles", db0::collect_cycles().map(drop));
    let inside = db0::atomic(|| -> db0::Result<()> { there.try_update(|root| root.n = 2) });
    refused("atomic", inside);
    // There is nothing to commit, and nothing else was asked for.
    assert_eq!(db0::commit().expect("nothing waits"), state);
    let missing = prefix.workspace().prefix("none", Mode::ReadOnly);
    assert!(matches!(missing, Err(Error::NoPrefix { .. })), "{missing:?}");
    assert!(!world.folder.path().join("none").exists(), "looking makes no folder");
    drop(fields);
    // Closing it leaves nothing behind either: the writer is where it was.
    reader.close().expect("it closes");
    assert_eq!((root.read().n, root.read().list.to_vec()), (1, vec![1, 2]));
    assert_eq!(world.workspace.as_ref().expect("open").commit().expect("nothing waits"), state);
}
