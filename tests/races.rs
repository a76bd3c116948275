//! Races of readers, atomics and handles with the committer.

mod common;

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use db0::{Config, Memo, Workspace};

#[db0::memo(singleton)]
struct Root {
    all: Vec<Memo<Item>>,
}

#[db0::memo]
struct Item {
    n: u64,
    copy: u64,
}

fn busy(folder: &std::path::Path) -> Workspace {
    Workspace::open(Config::new(folder).autocommit_interval(Duration::from_millis(1)))
        .expect("it opens")
}

fn until(seconds: f64) -> impl Fn() -> bool + Sync {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    move || Instant::now() < end
}

#[test]
fn a_thread_sees_its_own_rows_while_commits_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = busy(folder.path());
    let _entered = workspace.enter();
    let (mut from, mut to) = (Memo::new(Item { n: 0, copy: 0 }), Memo::new(Item { n: 1, copy: 1 }));
    db0::tags(&from).add("token");
    let goes_on = until(1.0);
    let mut step = 0;
    while goes_on() {
        db0::tags(&from).remove("token");
        db0::tags(&to).add("token");
        let tags = (db0::tags(&from).list().len(), db0::tags(&to).list().len());
        let found = db0::find::<Item>("token").count();
        assert_eq!((tags, found, to.refcount()), ((0, 1), 1, 1), "step {step}");
        std::mem::swap(&mut from, &mut to);
        step += 1;
    }
}

#[test]
fn reading_what_an_atomic_undoes_meanwhile_never_fails() {
    let world = common::World::new();
    let item = Memo::new(Item { n: 1, copy: 1 });
    let goes_on = until(1.0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while goes_on() {
                    let read = item.try_read().expect("it is there");
                    assert_eq!((read.n, read.copy), (1, 1));
                }
            });
        }
        while goes_on() {
            let undone = db0::atomic(|| -> db0::Result<()> {
                item.write().n = 2;
                Err(db0::abort("on purpose"))
            });
            assert!(undone.is_err());
        }
    });
    drop(world);
}

#[test]
fn reading_what_an_atomic_changes_and_a_commit_settles_never_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = busy(folder.path());
    let _entered = workspace.enter();
    let item = Memo::new(Item { n: 0, copy: 0 });
    let goes_on = until(1.0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while goes_on() {
                    let read = item.try_read().expect("it is there");
                    assert_eq!(read.n, read.copy);
                    assert!(read.n >= last);
                    last = read.n;
                }
            });
        }
        while goes_on() {
            db0::atomic(|| -> db0::Result<()> {
                item.write().n += 1;
                item.write().copy += 1;
                Ok(())
            })
            .expect("it succeeds");
        }
    });
}

#[test]
fn a_tag_saves_an_object_from_a_commit_that_is_going_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = busy(folder.path());
    let _entered = workspace.enter();
    let goes_on = until(1.0);
    let mut made = 0;
    while goes_on() {
        let item = Memo::new(Item { n: made, copy: made });
        for _ in 0..made % 50 {
            std::hint::spin_loop();
        }
        db0::tags(&item).add("kept");
        made += 1;
    }
    db0::commit().expect("it commits");
    let mut lost = Vec::new();
    let mut found = db0::find::<Item>("kept").iter().map(|item| item.read().n).peekable();
    for n in 0..made {
        if found.next_if_eq(&n).is_none() {
            lost.push(n);
        }
    }
    assert!(lost.is_empty(), "{} of {made} lost: {:?}", lost.len(), &lost[..lost.len().min(5)]);
    assert_eq!(db0::find::<Item>(()).count(), made);
}

#[test]
fn a_reference_saves_an_object_from_a_commit_that_is_going_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = busy(folder.path());
    let _entered = workspace.enter();
    let root = db0::singleton(|| Root { all: Vec::new() });
    let goes_on = until(1.0);
    let mut made = 0;
    while goes_on() {
        let item = Memo::new(Item { n: made, copy: made });
        let mut guard = root.write();
        guard.all.push(item);
        if guard.all.len() > 20 {
            guard.all.clear();
        }
        made += 1;
    }
    db0::commit().expect("it commits");
    db0::commit().expect("it commits");
    for item in &root.read().all {
        item.try_read().expect("it lives");
    }
    assert_eq!(db0::find::<Item>(()).count(), root.read().all.len() as u64);
}

#[test]
fn a_handle_taken_during_a_commit_is_the_objects_only_cell() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = busy(folder.path());
    let _entered = workspace.enter();
    let root = db0::singleton(|| Root { all: Vec::new() });
    let goes_on = until(1.0);
    let mut rounds = 0;
    while goes_on() {
        {
            let mut guard = root.write();
            guard.all = (0..50).map(|n| Memo::new(Item { n, copy: n })).collect();
        }
        let mut taken = Vec::new();
        let again = Instant::now() + Duration::from_millis(3);
        while Instant::now() < again {
            let read = root.read();
            let place = taken.len() % 50;
            taken.push((place, read.all[place].clone()));
        }
        for (place, item) in &taken {
            item.update(|item| item.copy += 1);
            let seen = root.read().all[*place].read().copy;
            assert_eq!(item.read().copy, seen, "round {rounds}, item {place}");
        }
        rounds += 1;
    }
}

#[test]
fn an_object_is_either_there_or_deleted() {
    let world = common::World::new();
    let workspace = world.workspace.clone().expect("open");
    let root = db0::singleton(|| Root { all: Vec::new() });
    let current = Mutex::new(uuid::Uuid::nil());
    let round = AtomicU64::new(0);
    let held = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _entered = workspace.enter();
            while !stop.load(Ordering::SeqCst) {
                let now = round.load(Ordering::SeqCst);
                let uuid = *current.lock().expect("unpoisoned");
                let mut mine = None;
                while round.load(Ordering::SeqCst) == now && !stop.load(Ordering::SeqCst) {
                    if mine.is_none() {
                        mine = db0::fetch::<Item>(uuid).ok();
                    }
                }
                if let Some(mine) = mine {
                    if mine.try_read().is_ok() != db0::exists::<Item>(uuid) {
                        stop.store(true, Ordering::SeqCst);
                        panic!(
                            "round {now}: reads {:?}, exists {}",
                            mine.try_read().map(|read| read.n),
                            db0::exists::<Item>(uuid)
                        );
                    }
                    held.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        let goes_on = until(1.0);
        while goes_on() && !stop.load(Ordering::SeqCst) {
            let made: Vec<_> = (0..20).map(|n| Memo::new(Item { n, copy: n })).collect();
            let uuid = made[0].uuid();
            root.write().all = made;
            db0::commit().expect("it commits");
            root.write().all.clear();
            *current.lock().expect("unpoisoned") = uuid;
            round.fetch_add(1, Ordering::SeqCst);
            db0::commit().expect("it commits");
            db0::commit().expect("it commits");
            round.fetch_add(1, Ordering::SeqCst);
        }
        stop.store(true, Ordering::SeqCst);
    });
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Item>(()).count(), 0, "{} held", held.load(Ordering::SeqCst));
}
