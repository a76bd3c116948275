//! What goes with an owner of very many things goes in steps, and all of it in the end.

mod common;

use std::time::{Duration, Instant};

use common::World;
use db0::{Config, Dict, List, Memo, Workspace};

/// More than one commit takes away.
const MANY: u64 = 45_000;

#[db0::memo]
struct Shelf {
    items: List<Memo<Item>>,
    numbers: Dict<u64, u64>,
}

#[db0::memo]
struct Item {
    number: u64,
}

#[db0::memo]
struct Link {
    next: Option<Memo<Link>>,
}

fn full_shelf() -> Memo<Shelf> {
    let shelf = Memo::new(Shelf { items: List::new(), numbers: Dict::new() });
    db0::tags(&shelf).add("shelf");
    shelf.read().items.extend((0..MANY).map(|number| Memo::new(Item { number })));
    shelf.read().numbers.extend((0..MANY).map(|number| (number, number)));
    db0::commit().expect("it commits");
    shelf
}

fn items() -> u64 {
    db0::find::<Item>(()).count() as u64
}

/// Commits until nothing is left to do; gives how many objects each step took away.
fn steps() -> Vec<u64> {
    let mut taken = Vec::new();
    let mut before = db0::state();
    loop {
        let counted = items();
        let state = db0::commit().expect("it commits");
        if state == before {
            return taken;
        }
        before = state;
        taken.push(counted - items());
    }
}

#[test]
fn a_large_list_goes_with_its_owner_in_steps() {
    let _world = World::new();
    let shelf = full_shelf();
    let full = db0::snapshot().expect("a snapshot");
    db0::tags(&shelf).remove("shelf");
    drop(shelf);
    let taken = steps();
    assert!(taken.len() > 2, "{taken:?}");
    assert!(taken.iter().all(|taken| *taken < MANY), "{taken:?}");
    assert_eq!(taken.iter().sum::<u64>(), MANY);
    assert_eq!(items(), 0);
    assert_eq!(full.find::<Item>(()).count() as u64, MANY);
    let shelf = full.find::<Shelf>("shelf").first().expect("it was there");
    assert_eq!(shelf.read().items.len(), MANY as usize);
    assert_eq!(shelf.read().numbers.iter().count(), MANY as usize);
}

#[test]
fn steps_go_on_after_reopening() {
    let mut world = World::new();
    let shelf = full_shelf();
    db0::tags(&shelf).remove("shelf");
    drop(shelf);
    db0::commit().expect("it commits");
    assert!(items() > 0);
    world.reopen();
    steps();
    assert_eq!(items(), 0);
    assert_eq!(db0::find::<Shelf>(()).count(), 0);
}

#[test]
fn who_is_taken_up_between_steps_lives() {
    let _world = World::new();
    let shelf = full_shelf();
    db0::tags(&shelf).remove("shelf");
    drop(shelf);
    db0::commit().expect("it commits");
    let late = db0::find::<Item>(()).first().expect("some are left");
    db0::tags(&late).add("saved");
    steps();
    assert_eq!(items(), 1);
    assert!(db0::find::<Item>("saved").contains(&late));
}

#[test]
fn a_long_chain_goes_from_its_front() {
    let _world = World::new();
    let mut first = Memo::new(Link { next: None });
    for _ in 1..MANY {
        first = Memo::new(Link { next: Some(first) });
    }
    db0::tags(&first).add("first");
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Link>(()).count() as u64, MANY);
    db0::tags(&first).remove("first");
    drop(first);
    steps();
    assert_eq!(db0::find::<Link>(()).count(), 0);
}

#[test]
fn steps_need_no_call() {
    let folder = tempfile::tempdir().expect("a folder");
    // The interval is longer than the test: each step has to bring about the next.
    let config = Config::new(folder.path()).autocommit_interval(Duration::from_hours(1));
    let workspace = Workspace::open(config).expect("it opens");
    let _entered = workspace.enter();
    let shelf = full_shelf();
    db0::tags(&shelf).remove("shelf");
    drop(shelf);
    db0::commit().expect("it commits");
    let began = Instant::now();
    while items() > 0 {
        assert!(began.elapsed() < Duration::from_mins(1), "{} are left", items());
        std::thread::sleep(Duration::from_millis(10));
    }
}
