//! Rules on layers: who may use whom, between crates and between the modules of the engine.

use crate::findings::{Findings, hold};
use crate::source::Source;
use crate::tree::Tree;

/// Folder, and the packages of ours that its manifest may depend on.
const CRATES: [(&str, &[&str]); 12] = [
    ("macros", &[]),
    ("runtime", &[]),
    ("collections", &["db0-runtime"]),
    ("query", &["db0-runtime", "db0-collections"]),
    ("snapshot", &["db0-runtime", "db0-collections", "db0-query"]),
    ("", &["db0-macros", "db0-runtime", "db0-collections", "db0-query", "db0-snapshot"]),
    ("cli", &["db0"]),
    ("faults", &[]),
    ("faults/fuzz", &["db0", "db0-runtime"]),
    ("faults/models", &["db0-runtime"]),
    ("faults/schedules", &["db0"]),
    ("benches/compare", &["db0"]),
];

/// The crates whose modules are layered too, each with these, bottom up: a module uses only those before it.
const LAYERED: [(&str, &[&str]); 2] = [("runtime/src/", &ENGINE), ("query/src/", &QUERY)];

const QUERY: [&str; 5] = ["terms", "running", "queries", "tagging", "wire"];

const ENGINE: [&str; 20] = [
    "error",
    "misuse",
    "config",
    "private",
    "sync",
    "pages",
    "lmdb",
    "codec",
    "store",
    "class",
    "fields",
    "object",
    "derived",
    "verify",
    "dump",
    "txn",
    "prefix",
    "workspace",
    "exit",
    "plumbing",
];

pub(crate) fn crates_look_down(tree: &Tree, found: &mut Findings) {
    for manifest in &tree.texts {
        let Some(folder) = manifest.path.strip_suffix("Cargo.toml") else {
            continue;
        };
        let folder = folder.trim_end_matches('/');
        let Some((_, below)) = CRATES.iter().find(|(name, _)| *name == folder) else {
            found.at(&manifest.path, 1, "a new crate: give it its place in CRATES of tests/tidy");
            continue;
        };
        let mut section = "";
        for (index, line) in manifest.text.lines().enumerate() {
            section = if line.starts_with('[') { line.trim() } else { section };
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            let ours = name == "db0" || name.starts_with("db0-");
            if section == "[dependencies]" && ours && !below.contains(&name) {
                let advice = format_args!("{name} is not below this crate: turn the arrow round");
                found.at(&manifest.path, index + 1, advice);
            }
        }
    }
}

pub(crate) fn modules_look_down(tree: &Tree, found: &mut Findings) {
    for source in &tree.rust {
        let layered = LAYERED
            .iter()
            .find_map(|(folder, modules)| Some((source.path.strip_prefix(folder)?, *modules)));
        if let Some((inner, modules)) = layered.filter(|(inner, _)| *inner != "lib.rs") {
            looks_down(source, inner, modules, found);
        }
    }
}

/// A file of a layered crate uses only modules below its own.
fn looks_down(source: &Source, inner: &str, modules: &[&str], found: &mut Findings) {
    let module = inner.split('/').next().unwrap_or_default().trim_end_matches(".rs");
    let Some(height) = modules.iter().position(|name| *name == module) else {
        found.at(&source.path, 1, "a new module: give it its place in LAYERED of tests/tidy");
        return;
    };
    for (line, used) in roots_used(source, depth(inner)) {
        let above = modules[height + 1..].contains(&used);
        if above && !source.is_dev_only() && !source.is_test_line(line) {
            let advice = format_args!("{module} stands below {used}: it must not know it");
            found.at(&source.path, line, advice);
        }
    }
}

/// How many `super::` lead from a file of a layered crate to its root.
fn depth(inner: &str) -> usize {
    let parts = inner.split('/').count();
    if inner.ends_with("/mod.rs") { parts - 1 } else { parts }
}

/// The names taken from the crate's root, by `crate::` or by enough `super::`, with their lines.
fn roots_used(source: &Source, depth: usize) -> Vec<(usize, &str)> {
    let mut used = Vec::new();
    let mut at = 0;
    while at < source.tokens.len() {
        let mut next = at;
        let mut supers = 0;
        while source.reads(next, "super : :") {
            supers += 1;
            next += 3;
        }
        if source.reads(next, "crate : :") {
            next += 3;
            supers = depth;
        }
        if supers >= depth && next > at {
            first_names(source, next, &mut used);
        }
        at = next.max(at + 1);
    }
    used
}

/// The first name of each path that begins at token `at`: of one, or of all in braces.
fn first_names<'s>(source: &'s Source, at: usize, used: &mut Vec<(usize, &'s str)>) {
    let mut level = 0_usize;
    let mut starts = true;
    for token in &source.tokens[at..] {
        match token.text.as_str() {
            "{" => level += 1,
            "}" if level <= 1 => return,
            "}" => level -= 1,
            "," => starts = level == 1,
            name => {
                if starts && level <= 1 {
                    used.push((token.line, name));
                    starts = false;
                }
                if level == 0 {
                    return;
                }
            }
        }
    }
}

#[test]
fn crates_use_only_those_below() {
    hold(crates_look_down);
}

#[test]
fn modules_use_only_those_below() {
    hold(modules_look_down);
}
