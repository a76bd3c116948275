//! Many threads on the same objects, while a committer runs: nothing is lost, torn or stuck.

mod common;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use common::World;
use db0::{Config, Error, Memo, Workspace};

#[db0::memo(singleton)]
struct Root {
    all: Vec<Memo<Item>>,
}

#[db0::memo]
struct Item {
    n: u64,
    copy: u64,
}

fn item(n: u64) -> Memo<Item> {
    Memo::new(Item { n, copy: n })
}

/// A workspace whose committer hardly ever rests.
fn busy(folder: &std::path::Path) -> Workspace {
    let config = Config::new(folder).autocommit_interval(Duration::from_millis(1));
    Workspace::open(config).expect("it opens")
}

/// True for a while.
fn for_a_while() -> impl Fn() -> bool + Sync {
    let end = Instant::now() + Duration::from_millis(700);
    move || Instant::now() < end
}

#[test]
fn no_update_of_one_object_is_lost() {
    const UPDATES: u64 = 300;
    let mut world = World::new();
    world.close();
    let workspace = busy(world.folder.path());
    let entered = workspace.enter();
    let counter = item(0);
    db0::tags(&counter).add("counter");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..UPDATES {
                    counter.update(|item| {
                        item.n += 1;
                        item.copy += 1;
                    });
                }
            });
        }
        scope.spawn(|| {
            let mut last = 0;
            while last < 4 * UPDATES {
                let read = counter.read();
                assert_eq!(read.n, read.copy);
                assert!(read.n >= last, "{} after {last}", read.n);
                last = read.n;
            }
        });
    });
    drop(counter);
    workspace.close().expect("it closes");
    drop((entered, workspace));
    world.open();
    let counter = db0::find::<Item>("counter").first().expect("it was stored");
    assert_eq!(counter.get(|item| (item.n, item.copy)), (4 * UPDATES, 4 * UPDATES));
}

#[test]
fn guards_show_what_they_showed_across_writes_commits_and_deletion() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = busy(folder.path());
    let _entered = workspace.enter();
    let goes_on = for_a_while();
    thread::scope(|scope| {
        for thread in 0..3 {
            let (workspace, goes_on) = (&workspace, &goes_on);
            scope.spawn(move || {
                let _entered = workspace.enter();
                let mut n = thread;
                while goes_on() {
                    let one = item(n);
                    let mut guards = Vec::new();
                    for step in 0..20 {
                        guards.push((step, one.read()));
                        one.update(|item| item.copy += 1);
                    }
                    drop(one);
                    thread::yield_now();
                    for (step, guard) in &guards {
                        assert_eq!((guard.n, guard.copy), (n, n + step));
                    }
                    n += 3;
                }
            });
        }
    });
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Item>(()).count(), 0);
}

#[test]
fn handles_let_go_during_a_commit_leave_nothing_behind() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("it is open");
    let goes_on = for_a_while();
    while goes_on() {
        let items: Vec<_> = (0..200).map(item).collect();
        thread::scope(|scope| {
            let committing = scope.spawn(|| workspace.commit());
            items.into_iter().for_each(drop);
            committing.join().expect("it runs").expect("it commits");
        });
        db0::commit().expect("it commits");
        assert_eq!(db0::find::<Item>(()).count(), 0);
    }
}

#[test]
fn a_storm_of_clones_neither_deletes_nor_keeps() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = busy(folder.path());
    let _entered = workspace.enter();
    let root = db0::singleton(|| Root { all: (0..20).map(item).collect() });
    let goes_on = for_a_while();
    thread::scope(|scope| {
        for thread in 0..3 {
            let (root, goes_on) = (&root, &goes_on);
            scope.spawn(move || {
                let mut kept = Vec::new();
                while goes_on() {
                    let read = root.read();
                    let one = read.all[(kept.len() + thread) % 20].clone();
                    assert_eq!(one.read().n, one.read().copy);
                    kept.push(one);
                    if kept.len() == 50 {
                        kept.clear();
                    }
                }
            });
        }
    });
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Item>(()).count(), 20);
    assert!(root.read().all.iter().all(|item| item.refcount() == 1));
    root.write().all.clear();
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Item>(()).count(), 0);
}

#[test]
fn new_objects_and_their_tags_appear_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = busy(folder.path());
    let _entered = workspace.enter();
    let goes_on = for_a_while();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let _entered = workspace.enter();
                let mut last = 0;
                while goes_on() {
                    let count = db0::find::<Item>("all").count();
                    assert_eq!(count % 3, 0, "all three or none");
                    assert!(count >= last, "{count} after {last}");
                    last = count;
                    let uuids = db0::find::<Item>("all").uuids();
                    assert!(uuids.is_sorted() && uuids.len() as u64 >= last);
                }
            });
        }
        let mut made = 0;
        while goes_on() && made < 6000 {
            db0::atomic(|| -> db0::Result<()> {
                for n in made..made + 3 {
                    db0::tags(item(n)).add("all");
                }
                Ok(())
            })
            .expect("it succeeds");
            made += 3;
        }
    });
}

#[test]
fn atomics_of_several_threads_happen_one_after_the_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = busy(folder.path());
    let _entered = workspace.enter();
    let (a, b) = (Memo::new(Item { n: 1000, copy: 0 }), Memo::new(Item { n: 1000, copy: 0 }));
    let goes_on = for_a_while();
    let move_some = |by: u64, succeeds: bool| {
        let (a, b) = (&a, &b);
        db0::atomic(move || -> db0::Result<()> {
            let (from, to) = if a.read().n >= by { (a, b) } else { (b, a) };
            assert_eq!(from.read().n + to.read().n, 2000);
            from.write().n -= by;
            to.write().n += by;
            if succeeds { Ok(()) } else { Err(db0::abort("on purpose")) }
        })
    };
    thread::scope(|scope| {
        for thread in 1..4 {
            let (workspace, goes_on, move_some) = (&workspace, &goes_on, &move_some);
            scope.spawn(move || {
                let _entered = workspace.enter();
                let mut by = thread;
                while goes_on() {
                    let succeeds = by % 3 > 0;
                    assert_eq!(move_some(by % 100, succeeds).is_ok(), succeeds);
                    by += 3;
                }
            });
        }
    });
    assert_eq!(a.read().n + b.read().n, 2000);
    db0::commit().expect("it commits");
    let snapshot = db0::snapshot().expect("a state");
    assert_eq!(snapshot.of(&a).read().n + snapshot.of(&b).read().n, 2000);
}

#[test]
fn a_panic_inside_a_guard_or_atomic_leaves_the_turn_to_others() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("it is open");
    let one = item(0);
    thread::scope(|scope| {
        for thread in 0..4 {
            let (workspace, one) = (&workspace, &one);
            scope.spawn(move || {
                let _entered = workspace.enter();
                for step in 0..50 {
                    let failed = catch_unwind(AssertUnwindSafe(|| match (step + thread) % 3 {
                        0 => one.update(|_| std::panic::resume_unwind(Box::new("on purpose"))),
                        1 => db0::atomic(|| -> db0::Result<()> {
                            one.write().n += 1000;
                            std::panic::resume_unwind(Box::new("on purpose"))
                        })
                        .expect("it does not get here"),
                        _ => one.update(|item| item.n += 1),
                    }));
                    assert_eq!(failed.is_ok(), (step + thread) % 3 == 2);
                }
            });
        }
    });
    let succeeded = (0..4).map(|thread| (0..50).filter(|step| (step + thread) % 3 == 2).count());
    assert_eq!(one.read().n, succeeded.sum::<usize>() as u64);
}

#[test]
fn a_guard_held_for_long_stops_no_commit_and_no_reader() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("it is open");
    let (one, other) = (item(1), item(2));
    other.write().copy = 3;
    let held = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut guard = one.write();
            guard.copy = 100;
            held.wait();
            held.wait();
        });
        held.wait();
        let before = workspace.current().state();
        let state = workspace.commit().expect("it commits");
        assert_eq!(state, before + 1);
        let snapshot = db0::snapshot().expect("a state");
        assert_eq!(snapshot.of(&other).read().copy, 3);
        assert_eq!(snapshot.of(&one).read().copy, 1);
        assert_eq!(one.read().copy, 1);
        held.wait();
    });
    assert_eq!(one.read().copy, 100);
}

#[test]
fn waiting_too_long_for_the_turn_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config::new(folder.path()).turn_timeout(Duration::from_millis(30));
    let workspace = Workspace::open(config).expect("it opens");
    let _entered = workspace.enter();
    let (one, other) = (item(1), item(2));
    let held = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _guard = one.write();
            held.wait();
            held.wait();
        });
        held.wait();
        let refused = other.try_write().map(drop).expect_err("the other thread has the turn");
        assert!(matches!(refused, Error::Busy { .. }), "{refused}");
        assert!(refused.to_string().contains("threads.rs"), "{refused}");
        held.wait();
    });
    other.write().n = 3;
}

#[test]
fn what_lost_its_reference_and_its_handle_during_a_commit_goes_with_the_next() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let root = db0::singleton(|| Root { all: Vec::new() });
    let goes_on = for_a_while();
    let mut round = 0;
    while goes_on() {
        let items: Vec<_> = (0..200).map(item).collect();
        root.write().all.clone_from(&items);
        db0::commit().expect("it commits");
        root.write().all.clear();
        thread::scope(|scope| {
            let committing = scope.spawn(|| workspace.commit());
            for one in items {
                drop(one);
                thread::yield_now();
            }
            committing.join().expect("it runs").expect("it commits");
        });
        db0::commit().expect("it commits");
        db0::commit().expect("it commits");
        assert_eq!(db0::find::<Item>(()).count(), 0, "round {round}");
        round += 1;
    }
}
