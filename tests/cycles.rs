//! Circles of objects: found and deleted, unless something outside holds a part of them.

mod common;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use common::World;
use db0::{Config, Dict, Error, Index, List, Memo, Mode, WeakMemo, Workspace};
use uuid::Uuid;

#[db0::memo]
struct Node {
    name: String,
    next: Option<Memo<Node>>,
    weak: Option<WeakMemo<Node>>,
    list: List<Memo<Node>>,
    dict: Dict<String, List<Memo<Node>>>,
}

#[db0::memo(keep)]
struct Keeper {
    node: Option<Memo<Node>>,
    index: Index<u32, Memo<Node>>,
}

fn node(name: &str, next: Option<&Memo<Node>>) -> Memo<Node> {
    let (next, name) = (next.cloned(), name.into());
    Memo::new(Node { name, next, weak: None, list: List::new(), dict: Dict::new() })
}

/// So many objects in a circle, the first of which is given.
fn circle(len: usize) -> Memo<Node> {
    let first = node("0", None);
    let last = (1..len).fold(first.clone(), |next, n| node(&n.to_string(), Some(&next)));
    first.write().next = Some(last);
    first
}

fn collected() -> u64 {
    db0::collect_cycles().expect("it collects").total()
}

fn alive() -> u64 {
    db0::find::<Node>(()).count()
}

#[test]
fn a_circle_goes_with_what_hangs_on_it() {
    let _world = World::new();
    let first = circle(3);
    let tail = node("tail", Some(&node("end", None)));
    first.read().list.push(tail.clone());
    first.read().dict.insert("a".into(), List::from_iter([tail.clone()]));
    first.attrs().set("also", &tail);
    first.write().weak = Some(first.downgrade());
    let weak = first.downgrade();
    drop((first, tail));
    db0::commit().expect("it commits");
    assert_eq!(alive(), 5);
    let report = db0::collect_cycles().expect("it collects");
    assert_eq!((report.total(), report.deleted["Node"]), (5, 5));
    // Two of each object's own, and the one in the dict.
    assert!(report.collections >= 3, "{report}");
    assert!(report.looked_at >= 5, "{report}");
    assert_eq!(alive(), 0);
    assert!(weak.is_expired());
    assert_eq!(collected(), 0);
}

#[test]
fn an_object_that_refers_to_itself_is_a_circle() {
    let _world = World::new();
    let one = node("one", None);
    one.write().next = Some(one.clone());
    drop(one);
    assert_eq!(collected(), 1);
}

#[test]
fn a_circle_through_collections_alone_goes() {
    let _world = World::new();
    let first = node("first", None);
    first.read().dict.insert("a".into(), List::from_iter([first.clone()]));
    let second = node("second", None);
    second.read().list.push(second.clone());
    drop((first, second));
    assert_eq!(collected(), 2);
}

#[test]
fn a_handle_holds_all_that_it_leads_to() {
    let _world = World::new();
    let first = circle(4);
    let hanging = node("hanging", Some(&first));
    hanging.write().weak = Some(first.downgrade());
    let list = List::from_iter([hanging.clone()]);
    let second = first.read().next.clone().expect("it is a circle");
    drop((first, hanging));
    assert_eq!(collected(), 0);
    drop(second);
    // The handle of a collection holds what is in it.
    assert_eq!(collected(), 0);
    assert_eq!(list.get(0).expect("it is there").read().name, "hanging");
    assert_eq!(alive(), 5);
    drop(list);
    assert_eq!(collected(), 4, "what the list held was no circle, and went with its commit");
}

#[test]
fn a_guard_that_reads_shows_what_it_showed() {
    let _world = World::new();
    let read = circle(2).read();
    assert_eq!(collected(), 2);
    assert_eq!(read.name, "0");
    let next = read.next.as_ref().expect("it was a circle");
    assert!(matches!(next.try_read(), Err(Error::Deleted { .. } | Error::NotFound { .. })));
}

#[test]
fn tags_classes_and_indexes_hold() {
    let mut world = World::new();
    db0::tags(circle(2)).add("tagged");
    let kept = Memo::new(Keeper { node: Some(circle(2)), index: Index::new() });
    kept.read().index.add(1, &circle(2));
    shelf().push(circle(2));
    drop(kept);
    assert_eq!((collected(), alive()), (0, 8));
    world.reopen();
    assert_eq!((collected(), alive()), (0, 8));
    let tagged = db0::find::<Node>("tagged").first().expect("it is tagged");
    db0::tags(&tagged).remove("tagged");
    drop(tagged);
    assert_eq!((collected(), alive()), (2, 6));
    let keeper = db0::find::<Keeper>(()).first().expect("it is kept");
    let (key, node) = keeper.read().index.first().expect("it is there");
    keeper.read().index.remove(key, &node);
    drop(node);
    assert_eq!((collected(), alive()), (2, 4));
    keeper.write().node = None;
    assert_eq!((collected(), alive()), (2, 2));
    shelf().clear();
    assert_eq!((collected(), alive()), (2, 0));
}

fn shelf() -> List<Memo<Node>> {
    db0::current().list("nodes")
}

#[test]
fn what_is_not_committed_counts() {
    let _world = World::new();
    let first = circle(3);
    let kept = Memo::new(Keeper { node: None, index: Index::new() });
    db0::commit().expect("it commits");
    kept.write().node = Some(first.clone());
    drop(first);
    assert_eq!((collected(), alive()), (0, 3));
    kept.write().node = None;
    assert_eq!((collected(), alive()), (3, 0));
}

#[test]
fn where_no_commit_can_be_nothing_is_collected() {
    let world = World::new();
    let first = circle(2);
    let guard = first.write();
    assert!(matches!(db0::collect_cycles(), Err(Error::Misuse { .. })));
    drop(guard);
    let result = db0::atomic(|| -> db0::Result<_> { db0::collect_cycles() });
    let error = result.expect_err("not in here").to_string();
    assert!(error.contains("collecting cycles") && error.contains("atomic"), "{error}");
    db0::commit().expect("it commits");
    let reader = Workspace::open(Config::new(world.folder.path()).read_only()).expect("it opens");
    assert!(matches!(reader.collect_cycles(), Err(Error::ReadOnly { .. })));
}

#[test]
fn every_prefix_has_its_own() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    drop(circle(2));
    let other = workspace.prefix("other", Mode::ReadWrite).expect("it opens");
    drop(circle(3));
    assert_eq!(other.collect_cycles().expect("it collects").total(), 3);
    drop(circle(4));
    assert_eq!(collected(), 6);
}

#[test]
fn snapshots_still_show_it() {
    let _world = World::new();
    let uuid = circle(3).uuid();
    db0::commit().expect("it commits");
    let snapshot = db0::snapshot().expect("a snapshot");
    assert_eq!(collected(), 3);
    let first = snapshot.fetch::<Node>(uuid).expect("it was there");
    let third = first.read().next.clone().and_then(|next| next.read().next.clone());
    assert_eq!(third.and_then(|third| third.read().next.clone()).map(|n| n.uuid()), Some(uuid));
}

#[db0::memo]
struct Half {
    other: Option<Memo<Half>>,
}

#[test]
fn many_circles_go_with_several_commits() {
    const PAIRS: u64 = 11_000;
    let _world = World::new();
    for _ in 0..PAIRS {
        let one = Memo::new(Half { other: None });
        one.write().other = Some(Memo::new(Half { other: Some(one.clone()) }));
    }
    let before = db0::commit().expect("it commits");
    let taken = db0::find::<Half>(()).skip(7).first().expect("there are many");
    let report = db0::collect_cycles().expect("it collects");
    assert_eq!((report.looked_at, report.total()), (2 * PAIRS, 2 * PAIRS - 2));
    assert_eq!(db0::state(), before + 2);
    drop(taken);
    assert_eq!(collected(), 2);
}

/// Circles are taken hold of, put to use and let go again while others collect.
#[test]
fn what_others_take_hold_of_meanwhile_stays_whole() {
    const ROUNDS: usize = 60;
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let ends = AtomicBool::new(false);
    let kept: List<Memo<Node>> = shelf();
    thread::scope(|scope| {
        for worker in 0..2 {
            let (workspace, ends, kept) = (&workspace, &ends, kept.clone());
            scope.spawn(move || {
                let _entered = workspace.enter();
                for round in 0..ROUNDS {
                    drop((circle(3), circle(4)));
                    for found in db0::find::<Node>(()).iter().skip(round % 5).take(3) {
                        match (round + worker) % 4 {
                            0 => drop(kept.try_push(found)),
                            1 => drop(found.try_update(|node| node.name.push('+'))),
                            2 => drop(found.try_update(|node| node.next = None)),
                            _ => drop(kept.pop()),
                        }
                    }
                }
                ends.store(true, Ordering::Relaxed);
            });
        }
        while !ends.load(Ordering::Relaxed) {
            db0::collect_cycles().expect("it collects");
        }
    });
    db0::collect_cycles().expect("it collects");
    let mut counted: HashMap<Uuid, u64> = HashMap::new();
    let mut held: Vec<_> = kept.iter().collect();
    while let Some(node) = held.pop() {
        let count = counted.entry(node.uuid()).or_default();
        *count += 1;
        if *count == 1 {
            held.extend(node.try_read().expect("it is held").next.clone());
        }
    }
    for (uuid, count) in &counted {
        assert_eq!(db0::fetch::<Node>(*uuid).expect("it is held").refcount(), *count);
    }
    assert_eq!(alive(), counted.len() as u64);
}
