//! One commit may write many times the pages that LMDB keeps in memory: those that it wrote out, and needs
//! again, are found again.

mod common;

use std::collections::BTreeMap;

use common::World;
use db0::{Dict, Memo};

/// Each takes a page of its own: more of them than LMDB keeps.
const ROWS: u64 = 20_000;
/// Of 12 MiB each: thousands of pages that must follow each other.
const LARGE: u64 = 2;
const MIB: usize = 1 << 20;

#[db0::memo(singleton)]
struct Root {
    texts: Dict<u64, String>,
}

fn texts() -> Dict<u64, String> {
    let root: Memo<Root> = db0::singleton(|| Root { texts: Dict::new() });
    root.read().texts.clone()
}

/// Keys in an order without order, so that a page is met more than once.
fn scattered(n: u64) -> u64 {
    n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn text(n: u64, version: u64) -> String {
    let length = if n.is_multiple_of(ROWS / LARGE) { 12 * MIB } else { 2100 };
    format!("{version:03}.{n:012}.").repeat(length / 17 + 1)
}

/// What there is, by key: of each number, which version.
type Model = BTreeMap<u64, (u64, u64)>;

fn compare(texts: &Dict<u64, String>, model: &Model) {
    assert_eq!(texts.len(), model.len());
    assert!(texts.iter().eq(model.iter().map(|(key, (n, version))| (*key, text(*n, *version)))));
}

fn put(texts: &Dict<u64, String>, model: &mut Model, n: u64, version: u64) {
    texts.insert(scattered(n), text(n, version));
    model.insert(scattered(n), (n, version));
}

#[test]
fn they_are_found_again() {
    let mut world = World::new();
    let mut model = Model::new();
    (0..ROWS).for_each(|n| put(&texts(), &mut model, n, 1));
    db0::commit().expect("it commits");
    let (first, before) = (db0::state(), model.clone());
    compare(&texts(), &model);

    // What is replaced goes to the log with the same commit, and what is taken out with it.
    for n in 0..ROWS {
        match n % 4 {
            0 => drop(texts().remove(scattered(n)).map(|_| model.remove(&scattered(n)))),
            1 | 2 => put(&texts(), &mut model, n, 2),
            _ => put(&texts(), &mut model, n + ROWS, 1),
        }
    }
    db0::commit().expect("it commits");
    compare(&texts(), &model);
    world.reopen();
    compare(&texts(), &model);
    let past = db0::snapshot_at(first).expect("it is kept");
    let root: Memo<Root> = past.singleton().expect("it is there");
    compare(&root.read().texts.clone(), &before);
}
