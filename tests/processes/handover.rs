//! The right to write goes from process to process, and nothing is lost on the way.

use std::{path::Path, time::Duration};

use db0::{Config, Dict, Error, Lock, Memo, Mode, Workspace};

use crate::child::{Child, say, told};

const ROUNDS: u64 = 30;
const PROCESSES: u64 = 4;

#[db0::memo(singleton)]
struct Ledger {
    total: u64,
    by_process: Dict<u64, u64>,
}

#[db0::memo]
struct Entry {
    by: u64,
}

fn patient(folder: &Path) -> Config {
    Config::new(folder).read_only().autocommit(false).lock(Lock::Wait(Duration::from_mins(1)))
}

/// Takes the right to write, writes a little, and passes it on, again and again.
pub(crate) fn queues(folder: &Path) {
    let me = u64::from(std::process::id());
    let workspace = db0::init(patient(folder)).expect("it opens");
    let prefix = workspace.current();
    let ledger = db0::fetch_singleton::<Ledger>().expect("it was committed");
    for round in 0..ROUNDS {
        prefix.acquire_writer().expect("its time comes");
        for _ in 0..=round % 3 {
            // Plain reading and writing: an update that is lost would show.
            let total = ledger.read().total;
            ledger.write().total = total + 1;
            let by_process = &ledger.read().by_process;
            by_process.insert(me, by_process.get(me).unwrap_or(0) + 1);
            db0::tags(Memo::new(Entry { by: me })).add(["entry", &format!("by {me}")]);
        }
        prefix.release_writer().expect("it is passed on");
        assert!(matches!(ledger.try_write(), Err(Error::ReadOnly { .. })));
    }
    say(me);
}

#[test]
fn a_queue_of_processes_loses_no_update() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("opens");
    let _entered = workspace.enter();
    let ledger = db0::singleton(|| Ledger { total: 0, by_process: Dict::new() });
    let prefix = workspace.current();
    prefix.release_writer().expect("it is passed on");
    let mut children: Vec<_> =
        (0..PROCESSES).map(|_| Child::start("queues", folder.path())).collect();
    let pids: Vec<u64> = children
        .iter_mut()
        .map(|child| child.hear().expect("it comes to its end").parse().expect("a number"))
        .collect();
    assert!(children.into_iter().all(|child| child.end().success()));
    let each = (0..ROUNDS).map(|round| round % 3 + 1).sum::<u64>();
    let check = || {
        assert_eq!(ledger.read().total, each * PROCESSES);
        for pid in &pids {
            assert_eq!(ledger.read().by_process.get(pid), Some(each));
            assert_eq!(db0::find::<Entry>(format!("by {pid}")).count() as u64, each);
            assert!(db0::find::<Entry>(format!("by {pid}")).iter().all(|e| e.read().by == *pid));
        }
        assert_eq!(db0::find::<Entry>("entry").count() as u64, each * PROCESSES);
    };
    db0::refresh().expect("it looks");
    check();
    prefix.acquire_writer().expect("nobody has it");
    check();
    ledger.write().total += 1;
    db0::commit().expect("it commits");
    assert_eq!(ledger.read().total, each * PROCESSES + 1);
}

/// Says what it sees whenever it is asked.
pub(crate) fn follows(folder: &Path) {
    let _workspace = db0::init(patient(folder)).expect("it opens");
    let ledger = db0::fetch_singleton::<Ledger>().expect("it was committed");
    for _ in told() {
        say(ledger.read().total);
    }
}

#[test]
fn what_waits_is_committed_before_the_right_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("opens");
    let _entered = workspace.enter();
    let prefix = workspace.current();
    let ledger = db0::singleton(|| Ledger { total: 7, by_process: Dict::new() });
    prefix.release_writer().expect("it is passed on");
    prefix.release_writer().expect("a second time does nothing");
    assert!(!prefix.is_writer());
    let mut reader = Child::start("follows", folder.path());
    assert_eq!(reader.ask("?"), "7");
    prefix.acquire_writer().expect("nobody has it");
    prefix.acquire_writer().expect("a second time does nothing");
    assert!(prefix.is_writer());
    ledger.write().total = 8;
    db0::commit().expect("it commits");
    assert_eq!(reader.ask("?"), "8");
    assert!(reader.end().success());
}

#[test]
fn the_right_is_not_given_up_in_the_middle_of_something() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("opens");
    let _entered = workspace.enter();
    let prefix = workspace.current();
    let ledger = db0::singleton(|| Ledger { total: 7, by_process: Dict::new() });
    let guard = ledger.write();
    assert!(matches!(prefix.release_writer(), Err(Error::Misuse { .. })));
    drop(guard);
    let inside = db0::atomic(|| prefix.release_writer());
    assert!(matches!(inside, Err(Error::Misuse { .. })));
    assert!(prefix.is_writer());
}

#[test]
fn a_prefix_that_is_read_can_be_opened_for_writing() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("opens");
    let other = workspace.prefix("other", Mode::ReadWrite).expect("it is made");
    let entry = other.create(Entry { by: 1 });
    let _kept = db0::tags(&entry).add("kept");
    let uuid = entry.uuid();
    drop(entry);
    other.close().expect("it closes");
    // The prefix is found by the uuid, and opened for reading.
    let entry = workspace.fetch::<Entry>(uuid).expect("it is found");
    assert!(matches!(entry.try_write(), Err(Error::ReadOnly { .. })));
    workspace.prefix("other", Mode::ReadWrite).expect("it is opened for writing");
    entry.write().by = 2;
    workspace.commit().expect("it commits");
    assert_eq!(entry.read().by, 2);
}
