//! A disk that refuses everything for long: memory has a limit, and nothing that was taken is lost.

use std::time::Duration;

use db0::{Config, Error, List, Memo, Workspace};
use db0_faults::{Failure, Faults, Kind, Lasting, Plan, Scratch};

const BUDGET: usize = 2 << 20;
const BLOCK: usize = 16 << 10;
const BLOCKS_MAX: u64 = 2 * (BUDGET / BLOCK) as u64;
/// Commits that fail one after the other.
const FAILURES: u64 = 100;

#[db0::memo(keep)]
struct Block {
    n: u64,
    text: String,
}

#[db0::memo(singleton)]
struct Root {
    hits: u64,
    notes: List<u64>,
}

fn full(scratch: &Scratch) -> Faults {
    let faults = Faults::below(scratch.path()).expect("a folder");
    let failure = Failure::Errno(libc::ENOSPC);
    let (kind, lasting) = (Kind::Fdatasync, Lasting::WholeDevice);
    faults.plan(Plan { kind, nth: 1, failure, lasting });
    faults
}

fn make_until_refused() -> (u64, Error) {
    for n in 0..BLOCKS_MAX {
        let text = n.to_string().repeat(BLOCK / n.to_string().len());
        if let Err(error) = Memo::try_new(Block { n, text }) {
            return (n, error);
        }
    }
    panic!("{BLOCKS_MAX} blocks wait, and nobody minds");
}

#[test]
fn too_much_is_refused_and_all_that_was_taken_arrives() {
    let scratch = Scratch::new().expect("a folder");
    let config = Config::new(scratch.path())
        .autocommit_interval(Duration::from_millis(2))
        .pending_size(BUDGET)
        .stall(Duration::from_millis(50));
    let workspace = Workspace::open(config).expect("it opens");
    let entered = workspace.enter();
    db0::singleton(|| Root { hits: 0, notes: List::new() });
    workspace.commit().expect("the disk works");
    let faults = full(&scratch);
    // From the first failure on everything is counted in full.
    db0::singleton(|| Root { hits: 0, notes: List::new() }).write().hits = 1;
    workspace.commit().expect_err("the disk is full");
    let (made, refused) = make_until_refused();
    assert!(matches!(refused, Error::Stalled { .. }), "{refused}");
    assert!(refused.to_string().contains("the disk is full"), "{refused}");
    assert!(made > BLOCKS_MAX / 4 && faults.hits() > 0, "{made}");
    assert!(!workspace.health().is_ok() && workspace.health().pending_bytes() >= BUDGET);
    // Whatever would wait is refused, not only new objects; reading is not.
    let root = db0::fetch_singleton::<Root>().expect("it is there");
    assert!(matches!(root.try_write(), Err(Error::Stalled { .. })));
    assert!(matches!(root.read().notes.try_push(1), Err(Error::Stalled { .. })));
    assert_eq!(db0::find::<Block>(()).count() as u64, made);

    faults.clear();
    workspace.commit().expect("the disk works again");
    assert!(workspace.health().is_ok());
    root.write().hits = made;
    drop(root);
    drop(entered);
    workspace.close().expect("it closes");
    let workspace = Workspace::open(Config::new(scratch.path())).expect("it opens");
    assert_eq!(workspace.singleton(|| Root { hits: 0, notes: List::new() }).read().hits, made);
    let mut found: Vec<u64> =
        workspace.find::<Block>(()).iter().map(|block| block.read().n).collect();
    found.sort_unstable();
    assert_eq!(found, (0..made).collect::<Vec<_>>());
}

/// What changes again and again takes its place once, and rows of many failed commits are one layer.
#[test]
fn small_changes_go_on_through_many_failures() {
    let scratch = Scratch::new().expect("a folder");
    let config = Config::new(scratch.path()).autocommit(false).pending_size(BUDGET / 8);
    let workspace = Workspace::open(config).expect("it opens");
    let _entered = workspace.enter();
    let root = db0::singleton(|| Root { hits: 0, notes: List::new() });
    workspace.commit().expect("the disk works");
    let faults = full(&scratch);
    for n in 1..=FAILURES {
        root.try_update(|root| root.hits = n).expect("little waits");
        root.read().notes.try_push(n).expect("little waits");
        workspace.commit().expect_err("the disk is full");
        assert_eq!((root.read().hits, root.read().notes.len() as u64), (n, n));
    }
    assert!(workspace.health().pending_bytes() < 64 << 10, "{}", workspace.health());
    faults.clear();
    let state = workspace.commit().expect("the disk works again");
    assert_eq!(state, 2, "all of it is one state");
    let snapshot = db0::snapshot().expect("it is there");
    let then = snapshot.singleton::<Root>().expect("it is there");
    assert_eq!(then.read().notes.to_vec(), (1..=FAILURES).collect::<Vec<_>>());
}
