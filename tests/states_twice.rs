//! A row that one commit writes twice: its past.

mod common;

use common::World;
use db0::{List, Memo};

#[db0::memo(singleton)]
struct Root {
    items: Vec<Memo<Item>>,
}

#[db0::memo]
struct Item {
    n: u64,
    notes: List<u64>,
}

fn item(n: u64) -> Memo<Item> {
    Memo::new(Item { n, notes: List::from_iter([n]) })
}

/// What a class holds at a state, read in a thread of its own because it may never end.
fn items_at(world: &World, state: u64) -> Vec<u64> {
    let workspace = world.workspace.clone().expect("open");
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _entered = workspace.enter();
        let snapshot = db0::snapshot_at(state).expect("it is kept");
        let items: Vec<u64> = snapshot.find::<Item>(()).iter().map(|item| item.read().n).collect();
        tell.send(items)
    });
    told.recv_timeout(std::time::Duration::from_secs(5)).expect("it ends")
}

#[test]
fn a_commit_that_makes_and_deletes_keeps_the_past() {
    let world = World::new();
    let root = db0::singleton(|| Root { items: Vec::new() });
    root.write().items = vec![item(1), item(2)];
    let first = db0::commit().expect("it commits");
    root.write().items[0] = item(3);
    db0::commit().expect("it commits");
    assert_eq!(items_at(&world, first), [1, 2]);
}

// The same for tags: one object loses its life and so its tag, another one gets the tag
#[test]
fn a_commit_that_tags_and_deletes_keeps_the_past() {
    let world = World::new();
    let root = db0::singleton(|| Root { items: Vec::new() });
    root.write().items = vec![item(1), item(2)];
    let first = db0::commit().expect("it commits");
    let lone = root.read().items[0].clone();
    db0::tags(&lone).add("red");
    let second = db0::commit().expect("it commits");
    let two = root.read().items[1].clone();
    root.write().items.remove(0);
    db0::tags(&lone).remove("red");
    drop(lone);
    db0::tags(&two).add("red");
    root.write().items.push(item(4));
    db0::commit().expect("it commits");
    assert_eq!(items_at(&world, first), [1, 2]);
    assert_eq!(items_at(&world, second), [1, 2]);
}

// The same for rows of collections: the note is written and deleted in one state
#[test]
fn a_collection_that_is_written_as_it_dies_keeps_its_past() {
    let world = World::new();
    let root = db0::singleton(|| Root { items: Vec::new() });
    root.write().items = vec![item(1)];
    let first = db0::commit().expect("it commits");
    let lone = root.read().items[0].clone();
    lone.read().notes.push(7);
    root.write().items.clear();
    drop(lone);
    db0::commit().expect("it commits");
    let workspace = world.workspace.clone().expect("open");
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _entered = workspace.enter();
        let snapshot = db0::snapshot_at(first).expect("it is kept");
        let notes = snapshot.find::<Item>(()).first().map(|item| item.read().notes.to_vec());
        tell.send(notes)
    });
    let notes = told.recv_timeout(std::time::Duration::from_secs(5)).expect("it ends");
    assert_eq!(notes.expect("it was there"), [1]);
}
