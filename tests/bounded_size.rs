//! What history costs in the file: bounded where it is bounded, and once where a snapshot is held.

use std::{fs, path::Path, time::Duration};

use db0::{Config, Durability, History, Memo, Workspace};
use tempfile::TempDir;

#[db0::memo(keep)]
struct Counter {
    n: u64,
    text: String,
}

/// A folder in memory where there is one: many small commits then take no time for the disk.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.into() } else { std::env::temp_dir() };
    tempfile::tempdir_in(place).expect("a folder")
}

fn open(folder: &TempDir, history: History) -> Workspace {
    let config = Config::new(folder.path()).autocommit(false).durability(Durability::Relaxed);
    Workspace::open(config.history(history)).expect("it opens")
}

fn file_bytes(folder: &TempDir) -> u64 {
    fs::metadata(folder.path().join("default/data.mdb")).expect("it is there").len()
}

fn counters(workspace: &Workspace, count: usize) -> Vec<Memo<Counter>> {
    let counter = |_| workspace.create(Counter { n: 0, text: "x".repeat(100) });
    let counters = (0..count).map(counter).collect();
    workspace.commit().expect("it commits");
    counters
}

/// How many commits are made: set it to a million for the long run, in a release build.
fn commits() -> usize {
    let asked = std::env::var("DB0_TEST_COMMITS").ok();
    asked.map_or(3000, |count| count.parse().expect("DB0_TEST_COMMITS is a number"))
}

#[test]
fn many_commits_stay_within_twice_the_size_of_the_first_hundred() {
    let folder = folder();
    let workspace = open(&folder, History::Last(100));
    let counters = counters(&workspace, 50);
    let commit = |n: usize| {
        counters[n % counters.len()].write().n += 1;
        workspace.commit().expect("it commits");
    };
    (0..100).for_each(commit);
    let first = file_bytes(&folder);
    (0..commits()).for_each(commit);
    let last = file_bytes(&folder);
    println!("{first} bytes after 100 commits, {last} after {} more", commits());
    assert!(last <= 2 * first, "{first} bytes grew to {last}");
    let prefix = workspace.current();
    assert_eq!(prefix.states(..).expect("they are kept").len(), 100);
}

/// Who holds a snapshot while states are committed.
#[derive(Clone, Copy, PartialEq)]
enum Holder {
    Nobody,
    TheWriter,
    AReader,
}

/// The size of the file after 400 objects were each changed a hundred times.
fn grown(history: History, holder: Holder) -> u64 {
    let folder = folder();
    let workspace = open(&folder, history);
    let counters = counters(&workspace, 400);
    // One that goes on by itself keeps what was committed within a tenth of a second besides.
    let reader = Config::new(folder.path()).read_only().auto_refresh(false);
    let reader = (holder == Holder::AReader).then(|| Workspace::open(reader).expect("it opens"));
    let holding = match holder {
        Holder::Nobody => None,
        Holder::TheWriter => Some(&workspace),
        Holder::AReader => reader.as_ref(),
    };
    let snapshot = holding.map(|workspace| workspace.snapshot().expect("a snapshot"));
    // A reader tells a tenth of a second later that it needs this one alone.
    std::thread::sleep(Duration::from_millis(300 * u64::from(reader.is_some())));
    for n in 0..2000 {
        for counter in counters.iter().skip(n % 20).step_by(20) {
            counter.write().n += 1;
        }
        workspace.commit().expect("it commits");
    }
    if let Some(snapshot) = snapshot {
        assert_eq!(snapshot.find::<Counter>(()).iter().map(|c| c.read().n).sum::<u64>(), 0);
    }
    file_bytes(&folder)
}

#[test]
fn a_snapshot_that_is_held_costs_what_changed_once() {
    // 400 rows of some 150 bytes, and that they changed: twice, for the pages.
    const KEPT: u64 = 2 * 400 * 200;
    for history in [History::Last(10), History::Off] {
        let without = grown(history, Holder::Nobody);
        for holder in [Holder::TheWriter, Holder::AReader] {
            let with = grown(history, holder);
            assert!(with <= 2 * without + KEPT, "{without} bytes without, {with} bytes with it");
        }
    }
}
