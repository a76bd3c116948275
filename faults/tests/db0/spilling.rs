//! A disk that takes nothing while an atomic moves rows out of memory: they stay there, and none is lost.

use db0::{Config, Dict, Result, Workspace};
use db0_faults::{Failure, Faults, Kind, Lasting, Plan, Scratch};

/// What may wait in memory: a part of what is written.
const BUDGET: usize = 256 << 10;
const ROWS: u64 = 20_000;

#[db0::memo(singleton)]
struct Root {
    numbers: Dict<u64, u64>,
}

/// Numbers in an order without order, of which no two are the same.
fn scattered(n: u64) -> u64 {
    n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn open(scratch: &Scratch) -> Workspace {
    let config = Config::new(scratch.path()).autocommit(false).pending_size(BUDGET);
    Workspace::open(config).expect("it opens")
}

fn numbers(workspace: &Workspace) -> Dict<u64, u64> {
    workspace.singleton(|| Root { numbers: Dict::new() }).read().numbers.clone()
}

fn all_are_there(numbers: &Dict<u64, u64>) {
    assert_eq!(numbers.len() as u64, ROWS);
    assert!((0..ROWS).all(|n| numbers.get(scattered(n)) == Some(n)));
}

fn write_while_it_fails(kind: Kind, nth: u64, lasting: Lasting) {
    let scratch = Scratch::new().expect("a folder");
    let workspace = open(&scratch);
    let numbers = numbers(&workspace);
    workspace.commit().expect("it commits");
    let runs = scratch.path().join("default/.scratch");
    std::fs::create_dir_all(&runs).expect("a folder");
    let faults = Faults::below(&runs).expect("a folder");
    faults.plan(Plan { kind, nth, failure: Failure::Errno(libc::ENOSPC), lasting });
    workspace
        .atomic(|| -> Result<()> {
            (0..ROWS).try_for_each(|n| numbers.try_insert(scattered(n), n).map(drop))
        })
        .expect("memory is all that it needs");
    assert!(faults.hits() > 0, "nothing of it was to be moved");
    all_are_there(&numbers);
    workspace.commit().expect("the disk works elsewhere");
    faults.clear();
    all_are_there(&numbers);
    drop(numbers);
    workspace.close().expect("it closes");
    let workspace = open(&scratch);
    all_are_there(&self::numbers(&workspace));
    workspace.close().expect("it closes");
}

#[test]
fn rows_that_cant_be_moved_out_of_memory_stay_there() {
    // Pages are written one by one or some at a time, and the root by itself.
    for kind in [Kind::Open, Kind::Pwrite, Kind::Writev] {
        write_while_it_fails(kind, 1, Lasting::WholeDevice);
        write_while_it_fails(kind, 2, Lasting::Once);
    }
}
