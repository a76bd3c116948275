//! Rules on what can go wrong without a word: unsafe code, locks, the lock file.

use crate::findings::{Findings, hold};
use crate::source::Source;
use crate::tree::Tree;

/// Where unsafe code may stand, and why there.
const UNSAFE_HOMES: [(&str, &str); 6] = [
    ("runtime/src/lmdb/", "the one safe layer over the C library"),
    ("runtime/src/sync/slots/", "hot reads without a lock: a third of what a lock costs"),
    ("tests/forks.rs", "fork has no safe form"),
    ("tests/processes/forked.rs", "fork has no safe form"),
    ("faults/", "stands in for libc in test binaries; never shipped"),
    ("benches/", "raw LMDB is the limit that db0 is measured against; never shipped"),
];

/// Where the C library may be named.
const LMDB_HOMES: [&str; 3] = ["runtime/src/lmdb/", "faults/", "benches/"];

/// What threads wait for each other with, by the standard library's modules.
const WAITS: [(&str, &[&str]); 3] = [
    ("sync", &["Mutex", "RwLock", "Condvar"]),
    ("thread", &["yield_now"]),
    ("hint", &["spin_loop"]),
];

/// The module that all of that comes from, so that another kind can stand in for it.
const LOCK_HOME: &str = "runtime/src/sync";

/// A lock that nobody waits for: a handle remembers where it was, and asks with `try_lock`.
const LOCK_GUEST: &str = "collections/src/list/handle.rs";

/// The file whose closing drops the process's reader slots, once it has its environment open.
const LOCK_FILE: &str = "lock.mdb";

/// Who may name it: to tell it from data, never to open it.
const LOCK_FILE_HOMES: [&str; 1] = ["runtime/src/lmdb/"];

/// Modes of LMDB in which a crash, a full disk or a second process loses data, or memory reaches the file.
const LMDB_MODES: [&str; 7] = [
    "MDB_WRITEMAP",
    "MDB_MAPASYNC",
    "MDB_NOLOCK",
    "MDB_NOMEMINIT",
    "MDB_PREVSNAPSHOT",
    "MDB_DUPSORT",
    "MDB_FIXEDMAP",
];

fn in_one_of(path: &str, homes: &[&str]) -> bool {
    homes.iter().any(|home| path.starts_with(home))
}

pub(crate) fn unsafe_is_at_home(tree: &Tree, found: &mut Findings) {
    let homes = UNSAFE_HOMES.map(|(home, _)| home);
    for source in tree.rust.iter().filter(|source| !in_one_of(&source.path, &homes)) {
        for token in source.tokens.iter().filter(|token| token.text == "unsafe") {
            let advice = "unsafe code lives in runtime/src/lmdb: offer a safe call there";
            found.at(&source.path, token.line, advice);
        }
    }
}

pub(crate) fn unsafe_is_argued(tree: &Tree, found: &mut Findings) {
    for source in &tree.rust {
        for (at, token) in source.tokens.iter().enumerate() {
            let needs = source.reads(at, "unsafe {") || source.reads(at, "unsafe impl");
            if needs && !has_argument(source, token.line) {
                let advice = "argue above it, in a `SAFETY:` comment, why this is sound";
                found.at(&source.path, token.line, advice);
            }
        }
    }
}

/// Whether the statement around `line` has a `SAFETY:` comment on it or right above it.
fn has_argument(source: &Source, line: usize) -> bool {
    let lines: Vec<&str> = source.text.lines().collect();
    let code: Vec<&str> = source.code.lines().collect();
    for index in (0..line).rev() {
        if lines[index].contains("SAFETY:") {
            return true;
        }
        let above = index + 1 < line;
        let ends_another = code[index].trim_end().ends_with([';', '{', '}']);
        if above && (ends_another || lines[index].trim().is_empty()) {
            return false;
        }
    }
    false
}

pub(crate) fn lmdb_is_behind_its_layer(tree: &Tree, found: &mut Findings) {
    for source in tree.rust.iter().filter(|source| !in_one_of(&source.path, &LMDB_HOMES)) {
        for token in source.tokens.iter().filter(|token| token.text == "lmdb_sys") {
            let advice = "only runtime/src/lmdb calls the C library: go through it";
            found.at(&source.path, token.line, advice);
        }
    }
}

pub(crate) fn locks_come_from_sync(tree: &Tree, found: &mut Findings) {
    for source in &tree.rust {
        if source.path.starts_with(LOCK_HOME) || source.path == LOCK_GUEST || source.is_dev_only() {
            continue;
        }
        for (at, token) in source.tokens.iter().enumerate() {
            if names_a_wait(source, at) && !source.is_test_line(token.line) {
                let advice = format_args!("take it from {LOCK_HOME}, where another can stand in");
                found.at(&source.path, token.line, advice);
            }
        }
    }
}

/// Whether a path or an import of what somebody waits with begins at token `at`.
fn names_a_wait(source: &Source, at: usize) -> bool {
    let words = |at: usize| source.tokens[at..].iter().map(|token| token.text.as_str());
    if source.reads(at, "parking_lot") {
        return true;
    }
    if source.reads(at, "use std : :") {
        let words: Vec<&str> = words(at).take_while(|word| *word != ";").collect();
        let has = |wanted: &str| words.contains(&wanted);
        return WAITS.iter().any(|(module, waits)| has(module) && waits.iter().any(|w| has(w)));
    }
    // In the middle of a path, or of an import.
    let is_inside = at > 0 && source.reads(at - 1, "use") || at > 1 && source.reads(at - 2, ": :");
    let path = at + if source.reads(at, "std : :") { 3 } else { 0 };
    !is_inside
        && WAITS.iter().any(|(module, waits)| {
            // `sync` by itself is this crate's own.
            let by_path = path > at || *module != "sync";
            by_path
                && source.reads(path, &format!("{module} : :"))
                && words(path).nth(3).is_some_and(|word| waits.contains(&word))
        })
}

pub(crate) fn lmdb_has_no_unsafe_mode(tree: &Tree, found: &mut Findings) {
    for source in tree.rust.iter().filter(|source| source.path.starts_with("runtime/")) {
        for token in &source.tokens {
            if LMDB_MODES.contains(&token.text.as_str()) {
                let advice = "a mode that loses data: see docs/reliability.md";
                found.at(&source.path, token.line, advice);
            }
        }
    }
}

pub(crate) fn lock_file_is_left_alone(tree: &Tree, found: &mut Findings) {
    const OPENERS: [&str; 5] = ["open(", "read(", "copy(", "File::", "OpenOptions"];
    for source in &tree.rust {
        let at_home = in_one_of(&source.path, &LOCK_FILE_HOMES) || source.is_dev_only();
        for (index, line) in source.literals.lines().enumerate() {
            if !line.contains(LOCK_FILE) {
                continue;
            }
            let opens = OPENERS.iter().any(|opener| line.contains(opener));
            if opens {
                let advice = "never open the lock file: closing it drops the reader slots";
                found.at(&source.path, index + 1, advice);
            } else if !at_home && !source.is_test_line(index + 1) {
                let advice = format_args!("only {} names the lock file", LOCK_FILE_HOMES[0]);
                found.at(&source.path, index + 1, advice);
            }
        }
    }
}

#[test]
fn unsafe_code_stays_at_home() {
    hold(unsafe_is_at_home);
}

#[test]
fn every_unsafe_block_is_argued() {
    hold(unsafe_is_argued);
}

#[test]
fn the_c_library_is_behind_one_layer() {
    hold(lmdb_is_behind_its_layer);
}

#[test]
fn modes_of_lmdb_that_lose_data_are_not_used() {
    hold(lmdb_has_no_unsafe_mode);
}

#[test]
fn locks_come_from_one_module() {
    hold(locks_come_from_sync);
}

#[test]
fn the_lock_file_is_never_opened() {
    hold(lock_file_is_left_alone);
}
