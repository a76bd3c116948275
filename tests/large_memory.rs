//! An atomic of more rows than fit into what may wait takes no more memory than that, whatever their order,
//! and its commit what LMDB keeps of its pages besides.
//!
//! `DB0_TEST_ROWS=10000000 cargo test --release --test large_memory -- --nocapture` is as many as that, with
//! what may wait as it is without another word.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use db0::{Config, Dict, Workspace};

const MIB: u64 = 1 << 20;
/// What LMDB keeps in memory of the pages of one transaction, before it writes some of them out: set in
/// `Cargo.toml`.
const LMDB_PAGES: u64 = 64 * MIB;
const LOOKED_EVERY: Duration = Duration::from_millis(5);

#[db0::memo(singleton)]
struct Root {
    numbers: Dict<u64, Vec<u64>>,
}

/// So many rows of so many numbers, and what they may take: what waits, and everything else.
struct Size {
    rows: u64,
    numbers: usize,
    pending: u64,
    beside: u64,
}

fn size() -> Size {
    match std::env::var("DB0_TEST_ROWS") {
        // All of these would take twice as much as they may.
        Err(_) => Size { rows: 250_000, numbers: 60, pending: 4 * MIB, beside: 36 * MIB },
        Ok(rows) => {
            let rows = rows.parse().expect("a number");
            Size { rows, numbers: 1, pending: 256 * MIB, beside: 0 }
        }
    }
}

/// Memory of this process that is no file's: the heap, with LMDB's part of it, and stacks.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the system tells");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("a line");
    let kib = line.trim().strip_suffix(" kB").expect("in kilobytes");
    kib.parse::<u64>().expect("a number") << 10
}

/// By how much that was larger than `before`, at most, while `work` ran.
fn grown(before: u64, work: impl FnOnce()) -> u64 {
    let (most, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                most.fetch_max(resident(), Ordering::Relaxed);
                thread::sleep(LOOKED_EVERY);
            }
        });
        work();
        is_over.store(true, Ordering::Relaxed);
    });
    most.into_inner().saturating_sub(before)
}

fn write_and_commit(order: &str, key: fn(u64) -> u64) {
    let Size { rows, numbers: each, pending, beside } = size();
    let row = |n: u64| vec![u64::MAX - n; each];
    let folder = tempfile::tempdir().expect("a folder");
    let budget = usize::try_from(pending).expect("it fits");
    let config = Config::new(folder.path()).autocommit(false).pending_size(budget);
    let workspace = Workspace::open(config).expect("it opens");
    let _entered = workspace.enter();
    let numbers = db0::singleton(|| Root { numbers: Dict::new() }).read().numbers.clone();
    db0::commit().expect("it commits");
    let before = resident();
    let writing = grown(before, || {
        db0::atomic(|| -> db0::Result<()> {
            (0..rows).try_for_each(|n| numbers.try_insert(key(n), row(n)).map(drop))
        })
        .expect("it succeeds");
    });
    let committing = grown(before, || {
        db0::commit().expect("it commits");
    });
    println!("{rows} rows {order}: {} MiB, committing {} MiB", writing / MIB, committing / MIB);
    assert_eq!(numbers.len() as u64, rows);
    assert_eq!(
        (numbers.get(key(0)), numbers.get(key(rows - 1))),
        (Some(row(0)), Some(row(rows - 1)))
    );
    assert!(writing <= pending + beside, "{writing} bytes");
    assert!(committing <= pending + beside + LMDB_PAGES, "{committing} bytes");
}

#[test]
fn rows_keep_to_what_may_wait() {
    // First what takes more: memory that has been let go of is not seen to be taken again. An odd factor,
    // so that no two are the same.
    write_and_commit("scattered", |n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    write_and_commit("in order", |n| n);
}
