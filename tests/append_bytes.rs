//! One append to a list of millions writes as much as one to a short list, and history keeps about as much.
#![cfg(target_os = "linux")]

mod common;

use std::fs;

use common::World;
use db0::List;

#[db0::memo(singleton)]
struct Root {
    short: List<u64>,
    long: List<u64>,
}

const PAGE: u64 = 4096;
const APPENDS: u64 = 50;

/// What this process has handed to the system to be written: with one test in here, that is LMDB's.
fn written() -> u64 {
    let counters = fs::read_to_string("/proc/self/io").expect("the counters of this process");
    let wchar = counters.lines().find_map(|line| line.strip_prefix("wchar: "));
    wchar.expect("one of them counts writes").parse().expect("a number")
}

fn file_size(world: &World) -> u64 {
    fs::metadata(world.folder.path().join("default/data.mdb")).expect("the file").len()
}

/// Bytes written by, and kept of, one append and its commit.
fn append(world: &World, list: &List<u64>) -> (u64, u64) {
    let (before, size) = (written(), file_size(world));
    for n in 0..APPENDS {
        list.push(n);
        db0::commit().expect("it commits");
    }
    ((written() - before) / APPENDS, (file_size(world) - size) / APPENDS)
}

/// How long the long list is: set it to ten million for the long run, in a release build.
fn length() -> u64 {
    let asked = std::env::var("DB0_TEST_ELEMENTS").ok();
    asked.map_or(1_000_000, |count| count.parse().expect("DB0_TEST_ELEMENTS is a number"))
}

#[test]
fn an_append_costs_a_page_whatever_the_length() {
    let world = World::new();
    let root = db0::singleton(|| Root { short: List::new(), long: List::new() }).read();
    root.short.extend(0..1000);
    root.long.extend(0..length());
    db0::commit().expect("it commits");
    let (short, _) = append(&world, &root.short);
    let (long, kept) = append(&world, &root.long);
    println!("{short} bytes for a short list, {long} for a long one, of which {kept} are kept");
    assert!(long < short + 4 * PAGE, "{long} bytes, and {short} for a short list");
    assert!(long < 24 * PAGE, "{long} bytes");
    assert!(kept < PAGE, "{kept} bytes are kept");
    assert_eq!(root.long.len() as u64, length() + APPENDS);
    assert_eq!(root.long.last(), Some(APPENDS - 1));
}
