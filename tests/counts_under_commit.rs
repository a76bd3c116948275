//! Counts of holders when commits go on beside atomics.

mod common;

use std::sync::atomic::{AtomicBool, Ordering};

use db0::{Dict, List, Memo};

#[db0::memo(singleton)]
struct Root {
    names: Dict<String, Memo<Item>>,
    line: List<Memo<Item>>,
}

#[db0::memo]
struct Item {
    n: u64,
    friend: Option<Memo<Item>>,
}

/// Runs `step` again and again in atomics, some of them given up, while another thread commits.
fn run(step: impl Fn(u64, &Memo<Root>)) -> common::World {
    let world = common::World::new();
    let workspace = world.workspace.clone().expect("open");
    let done = AtomicBool::new(false);
    let root = db0::singleton(|| Root { names: Dict::new(), line: List::new() });
    db0::commit().expect("it commits");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                workspace.commit().expect("it commits");
            }
        });
        for n in 0..2000 {
            if n % 5 == 0 {
                let given_up = db0::atomic(|| -> db0::Result<()> {
                    step(n, &root);
                    Err(db0::abort("on purpose"))
                });
                assert!(given_up.is_err());
            }
            db0::atomic(|| -> db0::Result<()> {
                step(n, &root);
                Ok(())
            })
            .expect("it succeeds");
        }
        done.store(true, Ordering::Relaxed);
    });
    workspace.commit().expect("it commits");
    world
}

fn check() {
    let root = db0::fetch_singleton::<Root>().expect("there");
    let items: Vec<_> = db0::find::<Item>(()).iter().collect();
    let mut wrong = Vec::new();
    for item in &items {
        let named = root.read().names.iter().filter(|(_, named)| named == item).count();
        let queued = root.read().line.iter().filter(|queued| queued == item).count();
        let friends =
            items.iter().filter(|other| other.read().friend.as_ref() == Some(item)).count();
        let right = (named + queued + friends) as u64;
        if item.refcount() != right || right == 0 {
            wrong.push((item.read().n, item.refcount(), right));
        }
    }
    assert!(wrong.is_empty(), "(n, count, holders) of {}: {wrong:?}", items.len());
}

#[test]
fn friends() {
    let mut world = run(|n, root| {
        let items: Vec<_> =
            (0..4).filter_map(|at| root.read().names.get(format!("{at}"))).collect();
        let friend = items.get((n as usize / 3) % 4).cloned();
        if n < 4 {
            root.read().names.insert(format!("{n}"), Memo::new(Item { n, friend: None }));
        } else {
            items[n as usize % 4].write().friend = friend;
        }
    });
    world.reopen();
    check();
}

#[test]
fn names() {
    let mut world = run(|n, root| {
        root.read().names.insert(format!("{}", n % 7), Memo::new(Item { n, friend: None }));
    });
    world.reopen();
    check();
}

#[test]
fn names_and_friends() {
    let mut world = run(|n, root| {
        let friend = root.read().names.get(format!("{}", n % 5));
        root.read().names.insert(format!("{}", n % 7), Memo::new(Item { n, friend }));
    });
    world.reopen();
    check();
}

#[test]
fn line() {
    let mut world = run(|n, root| {
        root.read().line.push(Memo::new(Item { n, friend: None }));
        if root.read().line.len() > 5 {
            root.read().line.remove(n as usize % 5);
        }
    });
    world.reopen();
    check();
}
