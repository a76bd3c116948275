//! An atomic of more than fits in memory is one like any other, and takes no more memory than it may.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use db0::{Config, Dict, List, Memo, Workspace};

/// What may wait in memory: so little that much of what is written does not stay there.
const BUDGET: usize = 1 << 20;

#[db0::memo(singleton)]
struct Root {
    numbers: Dict<u64, u64>,
    list: List<u64>,
}

fn open(folder: &Path) -> Workspace {
    let config = Config::new(folder).autocommit(false).pending_size(BUDGET);
    Workspace::open(config).expect("it opens")
}

fn root() -> Memo<Root> {
    db0::singleton(|| Root { numbers: Dict::new(), list: List::new() })
}

/// Numbers in an order without order.
fn scattered(n: u64) -> u64 {
    n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20
}

fn runs(folder: &Path) -> usize {
    let runs = std::fs::read_dir(folder.join("default/.scratch"));
    runs.map_or(0, Iterator::count)
}

fn compare(dict: &Dict<u64, u64>, model: &BTreeMap<u64, u64>) {
    assert_eq!(dict.len(), model.len());
    assert!(dict.iter().eq(model.iter().map(|(key, value)| (*key, *value))));
    assert!(dict.iter().rev().eq(model.iter().rev().map(|(key, value)| (*key, *value))));
    for n in (0..50_000).step_by(97) {
        assert_eq!(dict.get(scattered(n)), model.get(&scattered(n)).copied());
    }
}

#[test]
fn it_sees_itself_and_is_there_afterwards() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = open(folder.path());
    let entered = workspace.enter();
    let root = root();
    let numbers = root.read().numbers.clone();
    let mut model = BTreeMap::new();
    numbers.extend((0..500).map(|n| (scattered(n), 1)));
    model.extend((0..500).map(|n| (scattered(n), 1)));
    db0::commit().expect("it commits");
    let before = db0::snapshot().expect("a snapshot");
    db0::atomic(|| -> db0::Result<()> {
        for n in 0..40_000 {
            assert_eq!(numbers.insert(scattered(n), n), model.insert(scattered(n), n));
        }
        assert!(runs(folder.path()) > 0, "all of it stayed in memory");
        for n in (0..40_000).step_by(3) {
            assert_eq!(numbers.remove(scattered(n)), model.remove(&scattered(n)));
        }
        let undone = db0::atomic(|| -> db0::Result<()> {
            numbers.extend((0..50_000).map(|n| (scattered(n), 0)));
            Err(db0::abort("on second thoughts"))
        });
        assert!(undone.is_err());
        compare(&numbers, &model);
        db0::atomic(|| -> db0::Result<()> {
            numbers.extend((30_000..50_000).map(|n| (scattered(n), n + 1)));
            model.extend((30_000..50_000).map(|n| (scattered(n), n + 1)));
            Ok(())
        })?;
        root.read().list.extend(0..200_000);
        root.read().list.remove(1000);
        Ok(())
    })
    .expect("it succeeds");
    compare(&numbers, &model);
    // What is written from here on lies above what waits.
    assert_eq!(numbers.insert(scattered(1), 7), model.insert(scattered(1), 7));
    assert_eq!(numbers.remove(scattered(2)), model.remove(&scattered(2)));
    compare(&numbers, &model);
    db0::commit().expect("it commits");
    // They go after the commit has been told of, so that nobody waits for that.
    let began = Instant::now();
    while runs(folder.path()) > 0 {
        assert!(began.elapsed() < Duration::from_secs(30), "scratch files are left");
        std::thread::sleep(Duration::from_millis(5));
    }
    compare(&numbers, &model);
    let then = before.singleton::<Root>().expect("it was there");
    assert_eq!(then.read().numbers.len(), 500);
    assert!(then.read().numbers.values().all(|value| value == 1));
    drop((before, then, numbers, root, entered));
    workspace.close().expect("it closes");
    let workspace = open(folder.path());
    let _entered = workspace.enter();
    let root = self::root();
    compare(&root.read().numbers, &model);
    assert_eq!(root.read().list.len(), 199_999);
    assert_eq!(root.read().list.get(1000), Some(1001));
}

#[test]
fn one_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = open(folder.path());
    let _entered = workspace.enter();
    let numbers = root().read().numbers.clone();
    numbers.insert(1, 1);
    let failed = db0::atomic(|| -> db0::Result<()> {
        numbers.extend((0..60_000).map(|n| (scattered(n), n)));
        assert!(runs(folder.path()) > 0, "all of it stayed in memory");
        Err(db0::abort("no"))
    });
    assert!(failed.is_err());
    assert_eq!(runs(folder.path()), 0, "scratch files are left");
    assert_eq!(numbers.iter().collect::<Vec<_>>(), [(1, 1)]);
}

#[test]
fn a_new_collection_and_one_that_goes_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = open(folder.path());
    let _entered = workspace.enter();
    let root = root();
    let mut model = BTreeMap::new();
    db0::atomic(|| -> db0::Result<()> {
        let fresh = Dict::new();
        for n in 0..30_000 {
            assert_eq!(
                fresh.insert(scattered(n % 20_000), n),
                model.insert(scattered(n % 20_000), n)
            );
        }
        let gone = Dict::new();
        gone.extend((0..30_000u64).map(|n| (n, n)));
        root.write().numbers = gone;
        root.write().numbers = fresh;
        Ok(())
    })
    .expect("it succeeds");
    assert_eq!(root.read().numbers.insert(scattered(0), 5), model.insert(scattered(0), 5));
    compare(&root.read().numbers, &model);
    while db0::commit().expect("it commits") != db0::commit().expect("it commits") {}
    compare(&root.read().numbers, &model);
}

#[test]
fn what_a_killed_process_left_goes_at_the_next_opening() {
    let folder = tempfile::tempdir().expect("a folder");
    open(folder.path()).close().expect("it closes");
    let left = folder.path().join("default/.scratch/7");
    std::fs::create_dir_all(&left).expect("a folder");
    std::fs::write(left.join("data.mdb"), b"whatever").expect("a file");
    let workspace = open(folder.path());
    assert_eq!(runs(folder.path()), 0);
    assert_eq!(workspace.prefixes().expect("names"), ["default"]);
}

#[test]
fn a_view_between_two_writes_changes_no_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace =
        Workspace::open(Config::new(folder.path()).autocommit(false)).expect("it opens");
    let _entered = workspace.enter();
    let numbers = Dict::new();
    numbers.extend((0..20_000u64).map(|n| (n, n)));
    // What waits is covered by the view, and written over afterwards.
    db0::view(|| assert_eq!(numbers.len(), 20_000));
    for n in 0..10 {
        assert_eq!(numbers.insert(n, 0), Some(n));
    }
    assert_eq!(numbers.len(), 20_000);
}

#[test]
fn what_can_not_be_moved_out_of_memory_stays_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = open(folder.path());
    let _entered = workspace.enter();
    let numbers = root().read().numbers.clone();
    // A file where the folder should be.
    std::fs::write(folder.path().join("default/.scratch"), b"in the way").expect("a file");
    db0::atomic(|| -> db0::Result<()> {
        numbers.extend((0..60_000).map(|n| (scattered(n), n)));
        assert_eq!(numbers.insert(scattered(3), 0), Some(3));
        Ok(())
    })
    .expect("it succeeds");
    db0::commit().expect("it commits");
    assert_eq!(numbers.len(), 60_000);
    assert_eq!(numbers.get(scattered(3)), Some(0));
}
