//! What a workspace leaves behind when the last handle on it goes.

use db0::{Config, Memo, Workspace};

#[db0::memo(keep)]
struct Item {
    n: u64,
}

/// How often this process has a data file below `folder` mapped.
fn maps(folder: &std::path::Path) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("reads");
    let folder = folder.display().to_string();
    maps.lines().filter(|line| line.contains(&folder) && line.contains("data.mdb")).count()
}

fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("opens");
    workspace.create(Item { n: 1 });
    workspace.close().expect("closes");
    folder
}

fn check(what: &str, config: impl Fn(&std::path::Path) -> Config, work: impl Fn(&Workspace)) {
    let folder = prepared();
    let before = maps(folder.path());
    {
        let workspace = Workspace::open(config(folder.path())).expect("opens");
        work(&workspace);
    }
    assert_eq!((before, maps(folder.path())), (0, 0), "{what}");
}

#[test]
fn read_only() {
    check("opened", |f| Config::new(f).autocommit(false).read_only(), |_| ());
}
#[test]
fn read_only_read() {
    check(
        "read",
        |f| Config::new(f).autocommit(false).read_only(),
        |w| {
            let _e = w.enter();
            assert_eq!(db0::find::<Item>(()).first().expect("there").read().n, 1);
        },
    );
}
#[test]
fn read_only_snapshot() {
    check(
        "snapshot",
        |f| Config::new(f).autocommit(false).read_only(),
        |w| {
            let _e = w.enter();
            let s = db0::snapshot().expect("a state");
            assert_eq!(s.find::<Item>(()).first().expect("there").read().n, 1);
        },
    );
}
#[test]
fn read_only_snapshot_closed() {
    check(
        "snapshot, closed",
        |f| Config::new(f).autocommit(false).read_only(),
        |w| {
            {
                let _e = w.enter();
                let s = db0::snapshot().expect("a state");
                assert_eq!(s.find::<Item>(()).first().expect("there").read().n, 1);
            }
            w.close().expect("closes");
        },
    );
}
#[test]
fn writing() {
    check(
        "writing",
        |f| Config::new(f).autocommit(false),
        |w| {
            let _e = w.enter();
            Memo::new(Item { n: 2 });
        },
    );
}
#[test]
fn writing_with_autocommit() {
    check(
        "writing",
        |f| Config::new(f),
        |w| {
            let _e = w.enter();
            Memo::new(Item { n: 2 });
        },
    );
}
#[test]
fn writing_by_threads_with_views_and_snapshots() {
    check(
        "atomics",
        |f| Config::new(f).autocommit(false),
        |w| {
            let item = w.create(Item { n: 2 });
            w.commit().expect("it commits");
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let _e = w.enter();
                    let undone = db0::atomic(|| {
                        item.try_update(|item| item.n = 7)?;
                        Err::<(), _>(db0::abort("on purpose"))
                    });
                    assert!(undone.is_err());
                    db0::atomic(|| item.try_update(|item| item.n = 3)).expect("it succeeds");
                });
                scope.spawn(|| {
                    let _e = w.enter();
                    db0::view(|| item.read().n);
                });
            });
            let state = w.commit().expect("it commits");
            let _e = w.enter();
            let s = db0::snapshot_at(state).expect("the state is kept");
            assert_eq!(s.fetch::<Item>(item.uuid()).expect("it was").read().n, 3);
            item.update(|item| item.n += 1);
        },
    );
}
#[test]
fn what_waits_is_committed() {
    let folder = prepared();
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("opens");
    workspace.create(Item { n: 2 });
    drop(workspace);
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("opens");
    assert_eq!(workspace.find::<Item>(()).count(), 2);
}
