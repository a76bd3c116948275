//! A snapshot in use is never pruned under its reader, in whatever workspace or process it is.

mod common;

use std::{
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use common::World;
use db0::{Config, Error, History, Memo, Prefix, Workspace};

#[db0::memo(keep)]
struct Note {
    n: u64,
}

/// Where the process of a reader finds the workspace.
const FOLDER: &str = "DB0_TEST_PINS";

fn write(memo: &Memo<Note>, n: u64) {
    memo.write().n = n;
    db0::commit().expect("it commits");
}

fn reader(world: &World) -> Workspace {
    Workspace::open(Config::new(world.folder.path()).read_only()).expect("it opens")
}

/// Prunes until states before `oldest` are gone: readers tell soon what they need, and that alone.
fn prune(prefix: &Prefix, oldest: u64, readers: &[&Workspace]) {
    for _ in 0..200 {
        for reader in readers {
            reader.refresh().expect("it reads");
        }
        prefix.prune_history(..oldest).expect("it is writable");
        let first = prefix.states(..).expect("they are kept")[0].number;
        assert!(first <= oldest, "{first}");
        if first == oldest {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the states are still kept");
}

#[test]
fn a_read_only_workspace_keeps_its_snapshots_and_nothing_else() {
    let world = World::new();
    let prefix = world.workspace.as_ref().expect("open").current();
    let (memo, brief) = (Memo::new(Note { n: 1 }), Memo::new(Note { n: 1 }));
    db0::commit().expect("it commits");
    (2..=5).for_each(|n| write(&memo, n));
    let reader = reader(&world);
    let held = reader.snapshot_at(3).expect("it is kept");
    db0::delete(&brief).expect("nothing refers to it");
    (6..=9).for_each(|n| write(&memo, n));
    prune(&prefix, 8, &[&reader]);
    assert_eq!(held.fetch::<Note>(memo.uuid()).expect("it is there").read().n, 3);
    assert_eq!(held.fetch::<Note>(brief.uuid()).expect("it was there").read().n, 1);
    assert_eq!(held.find::<Note>(()).iter().map(|note| note.read().n).sum::<u64>(), 4);
    assert!(matches!(reader.snapshot_at(2), Err(Error::Pruned { oldest: 8 })));
    // It can be taken again for as long as it is held, and compared.
    let again = reader.snapshot_at(3).expect("it is in use");
    drop(held);
    let last = reader.snapshot().expect("a snapshot");
    let gone = db0::select_deleted::<Note>((), &again, &last);
    assert_eq!(gone.map(|note| note.uuid()).collect::<Vec<_>>(), [brief.uuid()]);
    let modified = db0::select_modified::<Note>((), &again, &last);
    assert_eq!(modified.map(|(_, note)| note.read().n).collect::<Vec<_>>(), [9]);
    drop(again);
    std::thread::sleep(Duration::from_millis(300));
    assert!(matches!(reader.snapshot_at(3), Err(Error::Pruned { oldest: 8 })));
}

#[test]
fn a_reader_that_stands_still_stays_where_it_is() {
    let world = World::new();
    let prefix = world.workspace.as_ref().expect("open").current();
    let memo = Memo::new(Note { n: 1 });
    db0::commit().expect("it commits");
    let config = Config::new(world.folder.path()).read_only().auto_refresh(false);
    let reader = Workspace::open(config).expect("it opens");
    (2..=9).for_each(|n| write(&memo, n));
    std::thread::sleep(Duration::from_millis(300));
    prefix.set_history(History::Off).expect("it is writable");
    (10..=12).for_each(|n| write(&memo, n));
    let note = reader.fetch::<Note>(memo.uuid()).expect("it is there");
    assert_eq!((note.read().n, reader.find::<Note>(()).count()), (1, 1));
    assert!(reader.refresh().expect("it reads"));
    assert_eq!(note.read().n, 12);
}

#[test]
fn nothing_is_read_that_a_commit_without_history_forgets() {
    const WRITES: u64 = 400;
    let world = World::new();
    let prefix = world.workspace.as_ref().expect("open").current();
    prefix.set_history(History::Off).expect("it is writable");
    let (a, b) = (Memo::new(Note { n: 0 }), Memo::new(Note { n: 0 }));
    db0::commit().expect("it commits");
    let done = AtomicBool::new(false);
    let look = |workspace: Workspace| {
        let mut looks = 0;
        while !done.load(Ordering::Relaxed) {
            let snapshot = workspace.snapshot().expect("a snapshot");
            let [a, b] = [&a, &b].map(|memo| snapshot.fetch::<Note>(memo.uuid()).expect("there"));
            let first = a.read().n;
            std::thread::yield_now();
            assert_eq!(first, b.read().n);
            looks += 1;
        }
        assert!(looks > 0);
    };
    std::thread::scope(|scope| {
        let writer = world.workspace.clone().expect("it is open");
        let threads = [reader(&world), writer].map(|at| scope.spawn(|| look(at)));
        for n in 1..=WRITES {
            db0::atomic(|| -> db0::Result<()> {
                a.write().n = n;
                b.write().n = n;
                Ok(())
            })
            .expect("it succeeds");
            db0::commit().expect("it commits");
        }
        done.store(true, Ordering::Relaxed);
        threads.into_iter().for_each(|thread| thread.join().expect("all it saw was whole"));
    });
}

#[test]
fn another_process_keeps_its_snapshots_until_it_dies() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return hold_a_snapshot(&folder);
    }
    let world = World::new();
    let memo = Memo::new(Note { n: 1 });
    db0::tags(&memo).add("it");
    db0::commit().expect("it commits");
    (2..=5).for_each(|n| write(&memo, n));
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "another_process_keeps_its_snapshots_until_it_dies", "--nocapture"])
        .env(FOLDER, world.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let holding = world.folder.path().join("holding");
    while !holding.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let prefix = world.workspace.as_ref().expect("open").current();
    (6..=9).for_each(|n| write(&memo, n));
    prune(&prefix, 9, &[]);
    write(&memo, 10);
    // The child looks once more and dies without a word to anybody.
    std::fs::remove_file(&holding).expect("it is there");
    assert!(!child.wait().expect("it ends").success());
    prune(&prefix, 10, &[]);
}

fn hold_a_snapshot(folder: &str) {
    let reader = Workspace::open(Config::new(folder).read_only()).expect("it opens");
    let held = reader.snapshot_at(2).expect("it is kept");
    let holding = std::path::Path::new(folder).join("holding");
    std::fs::write(&holding, "").expect("it is writable");
    while holding.exists() {
        reader.refresh().expect("it reads");
        std::thread::sleep(Duration::from_millis(5));
    }
    let is_as_it_was = held.find::<Note>("it").first().is_some_and(|memo| memo.read().n == 2);
    if is_as_it_was {
        std::process::abort();
    }
}

#[test]
fn who_gives_up_the_right_to_write_keeps_its_snapshots() {
    let world = World::new();
    let memo = Memo::new(Note { n: 1 });
    db0::commit().expect("it commits");
    (2..=5).for_each(|n| write(&memo, n));
    let held = db0::snapshot_at(3).expect("it is kept");
    let first = world.workspace.as_ref().expect("it is open").current();
    first.release_writer().expect("it gives it up");
    {
        let config = Config::new(world.folder.path()).autocommit(false);
        let second = Workspace::open(config).expect("it opens");
        let prefix = second.current();
        let copy = second.fetch::<Note>(memo.uuid()).expect("it is there");
        for n in 6..=9 {
            copy.write().n = n;
            prefix.commit().expect("it commits");
        }
        prune(&prefix, 9, &[world.workspace.as_ref().expect("it is open")]);
        assert_eq!(held.of(&memo).read().n, 3);
        assert!(matches!(second.snapshot_at(3), Err(Error::Pruned { oldest: 9 })));
        prefix.release_writer().expect("it gives it up");
    }
    first.acquire_writer().expect("it is free");
    // What the other one has forgotten without making a state is known to be gone.
    assert!(matches!(db0::snapshot_at(8), Err(Error::Pruned { oldest: 9 })));
    write(&memo, 10);
    assert!(matches!(db0::snapshot_at(8), Err(Error::Pruned { oldest: 9 })));
    db0::prune_history(..10).expect("it is writable");
    assert_eq!((held.of(&memo).read().n, memo.read().n), (3, 10));
    assert!(matches!(db0::snapshot_at(9), Err(Error::Pruned { oldest: 10 })));
}
