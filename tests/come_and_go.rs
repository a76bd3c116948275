//! Collections that come and go leave nothing in memory, done or undone.

use std::fs;

use db0::{Config, List, Workspace};

const MIB: u64 = 1 << 20;

#[db0::memo(singleton)]
struct Root {
    lists: Vec<List<u8>>,
}

/// Memory of this process that is no file's.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the system tells");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("a line");
    let kib = line.trim().strip_suffix(" kB").expect("in kilobytes");
    kib.parse::<u64>().expect("a number") << 10
}

/// Many of each, and a commit now and then.
fn round(workspace: &Workspace) {
    for number in 0..15_000 {
        let undone = workspace.atomic(|| -> db0::Result<()> {
            List::new().push(number);
            Err(db0::abort("for the test"))
        });
        undone.expect_err("it was aborted");
        List::new().push(number);
        if number % 1000 == 0 {
            workspace.commit().expect("it commits");
        }
    }
    // Handles that are taken of collections which stay.
    let root = db0::fetch_singleton::<Root>().expect("it is there");
    let lists = root.read().lists.clone();
    assert_eq!(lists.iter().map(List::len).sum::<usize>(), lists.len());
    workspace.commit().expect("it commits");
}

#[test]
fn what_has_gone_is_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config::new(folder.path()).autocommit(false);
    let workspace = Workspace::open(config).expect("it opens");
    let _entered = workspace.enter();
    db0::singleton(|| Root { lists: (0..1000).map(|_| List::from([7])).collect() });
    round(&workspace);
    let before = resident();
    for _ in 0..2 {
        round(&workspace);
    }
    let grown = resident().saturating_sub(before);
    // It would be 9 MiB, were each collection remembered.
    assert!(grown < 4 * MIB, "{grown} bytes");
    // Nor do commits leave anything where no object is changed.
    let before = resident();
    for number in 0..80_000_u32 {
        List::new().push(number);
        if number % 1000 == 0 {
            workspace.commit().expect("it commits");
        }
    }
    let grown = resident().saturating_sub(before);
    // It would be 9 MiB, were the rows of each commit kept.
    assert!(grown < 4 * MIB, "{grown} bytes");
}
