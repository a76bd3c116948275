//! Proof that each rule can fail: a tree with one thing wrong, and the place that must be named.

use crate::findings::{Rule, check};
use crate::tree::Tree;
use crate::{errors, layers, layout, pages, patches, safety, sizes, words};

/// Asserts that `rule` names `place` and nothing else in a tree of these files.
#[track_caller]
fn catches(rule: Rule, files: &[(&str, &str)], place: &str) {
    let found = check(rule, &Tree::planted(files));
    let [only] = found.places() else { panic!("one finding, not {:?}", found.places()) };
    assert!(only.starts_with(&format!("{place}: ")), "{place} should be named, not {only}");
}

/// Asserts that `rule` has nothing to say of these files.
#[track_caller]
fn passes(rule: Rule, files: &[(&str, &str)]) {
    assert_eq!(check(rule, &Tree::planted(files)).places(), [""; 0]);
}

#[test]
fn sizes_are_seen() {
    let lines = |count: usize| "x();\n".repeat(count);
    let body = |count: usize| format!("//! A.\nfn f() {{\n{}}}\n", lines(count));
    catches(sizes::files_are_short, &[("src/a.rs", &lines(501))], "src/a.rs:500");
    passes(sizes::files_are_short, &[("src/a.rs", &lines(500))]);
    catches(sizes::functions_are_short, &[("src/a.rs", &body(69))], "src/a.rs:2");
    passes(sizes::functions_are_short, &[("src/a.rs", &body(68))]);
    catches(
        sizes::crate_roots_are_lists,
        &[("query/src/lib.rs", &lines(81))],
        "query/src/lib.rs:1",
    );
    passes(sizes::crate_roots_are_lists, &[("src/lib.rs", &"// why\n".repeat(200))]);
    catches(sizes::examples_are_short, &[("examples/a.rs", &lines(61))], "examples/a.rs:60");
}

#[test]
fn errors_are_seen() {
    let home = (
        "runtime/src/error/types.rs",
        "//! A.\npub enum Error {\n#[error(\"one\")]\nOne { a: u8, b: B },\nTwo(String),\n}\n",
    );
    let test = |text| ("tests/a.rs", text);
    passes(errors::errors_are_met, &[home, test("//! A.\nError::One {}; Error::Two(_);\n")]);
    catches(
        errors::errors_are_met,
        &[home, test("//! A.\nError::One {};\n")],
        "runtime/src/error/types.rs:5",
    );
}

#[test]
fn patches_are_seen() {
    let patch = "What: a bug.\nCaught by: cargo test f\n\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,2 +1,2 @@\n //! A.\n-fn f() {}\n+fn g() {}\n";
    let code = ("src/a.rs", "//! A.\nfn f() {}\n");
    passes(patches::planted_bugs_fit, &[code, ("faults/planted/a.patch", patch)]);
    let changed = ("src/a.rs", "//! A.\n\nfn f() {}\n");
    catches(
        patches::planted_bugs_fit,
        &[changed, ("faults/planted/a.patch", patch)],
        "faults/planted/a.patch:6",
    );
    let unnamed = patch.replace("test f", "test gone");
    catches(
        patches::planted_bugs_fit,
        &[code, ("faults/planted/a.patch", &unnamed)],
        "faults/planted/a.patch:2",
    );
}

#[test]
fn layout_is_seen() {
    catches(layout::files_say_their_job, &[("src/a.rs", "use b;\n")], "src/a.rs:1");
    passes(layout::files_say_their_job, &[("src/a.rs", "//! The one job.\n")]);
    let list = "//! L.\n#![a(b)]\nmod a;\npub(crate) mod b;\npub(crate) use a::{A, B};\nmacro_rules! m { () => {} }\n";
    passes(layout::mod_files_are_lists, &[("src/c/mod.rs", list)]);
    let with_code = format!("{list}#[inline]\npub fn f() {{ 1 }}\nmod z;\n");
    catches(layout::mod_files_are_lists, &[("src/c/mod.rs", &with_code)], "src/c/mod.rs:8");
    catches(
        layout::mod_files_are_lists,
        &[("src/c/mod.rs", "mod a { fn f() {} }")],
        "src/c/mod.rs:1",
    );
    let manifest = "[package]\n[lints]\nworkspace = true\n";
    passes(layout::crates_share_the_lints, &[("cli/Cargo.toml", manifest)]);
    catches(
        layout::crates_share_the_lints,
        &[("cli/Cargo.toml", "[package]\n")],
        "cli/Cargo.toml:1",
    );
}

#[test]
fn pages_are_seen() {
    let door = ("README.md", "[a](docs/guide/a.md#part)\n```\n[no](link)\n```\n");
    let page = ("docs/guide/a.md", "[up](../../README.md), [out](https://example.org)");
    passes(pages::links_lead_somewhere, &[door, page]);
    passes(pages::guide_pages_are_linked, &[door, page]);
    catches(pages::links_lead_somewhere, &[door], "README.md:1");
    let lost = ("docs/guide/lost.md", "");
    catches(pages::guide_pages_are_linked, &[door, page, lost], "docs/guide/lost.md:1");
}

#[test]
fn unsafe_code_is_seen() {
    let argued = "fn f() {\n    // SAFETY: p is valid.\n    let x =\n        unsafe { *p };\n}\n";
    let bare = "fn f() {\n    // SAFETY: of another.\n    g();\n    unsafe { *p };\n}\n";
    passes(safety::unsafe_is_argued, &[("runtime/src/lmdb/a.rs", argued)]);
    catches(
        safety::unsafe_is_argued,
        &[("runtime/src/lmdb/a.rs", bare)],
        "runtime/src/lmdb/a.rs:4",
    );
    passes(safety::unsafe_is_at_home, &[("runtime/src/lmdb/a.rs", argued)]);
    catches(safety::unsafe_is_at_home, &[("query/src/a.rs", argued)], "query/src/a.rs:4");
    passes(safety::unsafe_is_at_home, &[("query/src/a.rs", "// unsafe\nlet a = \"unsafe\";")]);
    let call = "lmdb_sys::mdb_env_open();";
    catches(safety::lmdb_is_behind_its_layer, &[("cli/src/a.rs", call)], "cli/src/a.rs:1");
}

#[test]
fn locks_are_seen() {
    let rule = safety::locks_come_from_sync;
    for text in [
        "use parking_lot::Mutex;",
        "use std::sync::{Arc, Mutex};",
        "use std::{fmt, sync::RwLock};",
        "static A: std::sync::Mutex<u8> = x;",
        "fn f() { std::thread::yield_now() }",
        "fn f() { thread::yield_now() }",
        "use std::{fmt, thread::{self, yield_now}};",
        "fn f() { std::hint::spin_loop() }",
    ] {
        catches(rule, &[("runtime/src/store/a.rs", text)], "runtime/src/store/a.rs:1");
        passes(rule, &[("runtime/src/sync/a.rs", text), ("tests/a.rs", text)]);
    }
    passes(rule, &[("query/src/a.rs", "use std::sync::Arc;\nuse crate::{sync::Mutex};")]);
    passes(rule, &[("query/src/a.rs", "use std::thread;\nfn f() { thread::sleep(yield_now()) }")]);
    passes(rule, &[("query/src/a.rs", "#[cfg(test)]\nmod tests {\n use std::sync::Mutex;\n}")]);
}

#[test]
fn the_lock_file_is_seen() {
    let rule = safety::lock_file_is_left_alone;
    let name = "const LOCK: &str = \"lock.mdb\"; // lock.mdb";
    passes(rule, &[("runtime/src/lmdb/a.rs", name), ("src/a.rs", "// lock.mdb\n")]);
    catches(rule, &[("snapshot/src/a.rs", name)], "snapshot/src/a.rs:1");
    let opens = &name.replace("const LOCK: &str = ", "File::open(");
    catches(rule, &[("runtime/src/lmdb/a.rs", opens)], "runtime/src/lmdb/a.rs:1");
}

#[test]
fn unsafe_modes_are_seen() {
    let rule = safety::lmdb_has_no_unsafe_mode;
    let text = "let flags = ffi::MDB_NOTLS | ffi::MDB_WRITEMAP;";
    catches(rule, &[("runtime/src/lmdb/a.rs", text)], "runtime/src/lmdb/a.rs:1");
    passes(rule, &[("faults/src/a.rs", text), ("runtime/src/lmdb/a.rs", "// MDB_WRITEMAP")]);
}

#[test]
fn layers_are_seen() {
    let manifest = "[dependencies]\ndb0-query.workspace = true\n[dev-dependencies]\ndb0 = \"1\"\n";
    passes(layers::crates_look_down, &[("snapshot/Cargo.toml", manifest)]);
    let up = "collections/Cargo.toml";
    catches(layers::crates_look_down, &[(up, manifest)], "collections/Cargo.toml:2");
    catches(layers::crates_look_down, &[("new/Cargo.toml", "")], "new/Cargo.toml:1");

    let rule = layers::modules_look_down;
    let file = "runtime/src/store/row.rs";
    for text in [
        "use crate::object::Memo;",
        "use crate::{codec::{Key, object}, txn};",
        "fn f() { super::super::prefix::open() }",
    ] {
        catches(rule, &[(file, text)], "runtime/src/store/row.rs:1");
    }
    passes(rule, &[(file, "use crate::{Error, codec::{object, txn}};\nuse super::txn::A;")]);
    passes(rule, &[(file, "#[cfg(test)]\nmod tests {\n use crate::object::Memo;\n}")]);
    catches(rule, &[("runtime/src/new.rs", "")], "runtime/src/new.rs:1");
    let up = "use crate::{terms::core::Core, queries::query::Query};";
    catches(rule, &[("query/src/running/plan.rs", up)], "query/src/running/plan.rs:1");
    passes(rule, &[("query/src/wire/read.rs", up)]);
}

#[test]
fn words_are_seen() {
    let rule = words::nothing_is_left_open;
    let mark = format!("fn f() {{}}\n// {}: later\n", concat!("FIX", "ME"));
    catches(rule, &[("src/a.rs", &mark)], "src/a.rs:2");
    for stub in [concat!("to", "do!()"), concat!("#[", "ignore]"), concat!("dbg", "!(1)")] {
        catches(rule, &[("src/a.rs", stub)], "src/a.rs:1");
    }
    passes(rule, &[("src/a.rs", "let ignored = todos(); // a method of work")]);

    let rule = words::nothing_names_a_machine;
    catches(rule, &[("a.toml", concat!("p = \"/", "home/me\""))], "a.toml:1");
    catches(rule, &[("a.md", concat!("see crates", ".io"))], "a.md:1");
    passes(rule, &[("a.md", concat!("see ./wo", "rk/a and target/wo", "rk/b"))]);

    let rule = words::named_pages_exist;
    catches(rule, &[("src/a.rs", concat!("// see OTHER", ".md"))], "src/a.rs:1");
    passes(rule, &[("README.md", ""), ("src/a.rs", "// see README.md, or my_notes.md")]);
}
