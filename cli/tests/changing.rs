//! Tags, attributes, named collections and whole objects are changed from a shell.

mod common;

use std::path::Path;

use common::{Note, lines, open, refused, run};
use db0::Memo;

#[db0::memo(keep)]
struct Page {
    note: Memo<Note>,
}

/// Three notes, the last of which a page refers to, and two named collections.
fn prepared(folder: &Path) -> [String; 3] {
    let workspace = open(folder);
    let notes = ["one", "two", "three"].map(|text| workspace.create(Note { text: text.into() }));
    workspace.create(Page { note: notes[2].clone() });
    let prefix = workspace.current();
    prefix.dict::<String, u32>("ages").insert("Ann".into(), 30);
    prefix.list::<u8>("log").push(7);
    workspace.commit().expect("it commits");
    workspace.close().expect("it closes");
    notes.map(|note| note.uuid().to_string())
}

#[test]
fn tags_are_put_on_and_taken_off_many_objects_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, two, _] = &prepared(folder.path());
    let tag = |words: &[&str]| {
        let found = lines(&run(folder.path(), &[&["tag", "default"], words].concat()));
        found.iter().map(|found| found["tags"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(tag(&[one, two, "--add", "a", "--add", "b"]), [r#"["a","b"]"#, r#"["a","b"]"#]);
    assert_eq!(tag(&[one, "--remove", "a", "--add", "c"]), [r#"["b","c"]"#]);
    assert_eq!(run(folder.path(), &["find", "--tag", "a", "--count"]), "1\n");

    let nobody = "00000000-0000-8000-8000-000000000000";
    refused(folder.path(), &["tag", "default", one, nobody, "--add", "d"]);
    assert!(refused(folder.path(), &["tag", "default", one, "--add", ""]).contains("empty"));
    assert_eq!(run(folder.path(), &["tags"]), "1\ta\n2\tb\n1\tc\n");
}

#[test]
fn objects_are_deleted_all_or_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, two, held] = &prepared(folder.path());
    let why = refused(folder.path(), &["delete", "default", one, held]);
    assert!(why.contains("refer"), "{why}");
    assert_eq!(run(folder.path(), &["find", "--class", "Note", "--count"]), "3\n");
    run(folder.path(), &["delete", "default", one, two]);
    assert_eq!(run(folder.path(), &["find", "--class", "Note", "--count"]), "1\n");
    let states = lines(&run(folder.path(), &["states", "--json"])).remove(0);
    assert_eq!(states[1]["deleted"], 2);
}

#[test]
fn attributes_are_set_and_taken_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, ..] = &prepared(folder.path());
    let set = |words: &[&str]| run(folder.path(), &[&["set", "default", one], words].concat());
    let shown = lines(&set(&["room", r#"{"floor": 2}"#, "--attribute"])).remove(0);
    assert_eq!(shown["attributes"], serde_json::json!({ "room": { "floor": 2 } }));
    let shown = lines(&set(&["room", "--attribute"])).remove(0);
    assert_eq!(shown.get("attributes"), None);
    let why = refused(folder.path(), &["set", "default", one, "room", "--attribute"]);
    assert!(why.contains("no attribute \"room\""), "{why}");
}

#[test]
fn named_collections_are_listed_at_any_state_and_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    let both = "ages\tDict<String, u32>\nlog\tList<u8>\n";
    assert_eq!(run(folder.path(), &["roots"]), both);
    run(folder.path(), &["drop", "default", "--root", "log"]);
    assert_eq!(run(folder.path(), &["roots"]), "ages\tDict<String, u32>\n");
    assert_eq!(run(folder.path(), &["roots", "--at", "1"]), both);
    let roots = lines(&run(folder.path(), &["roots", "--json"])).remove(0);
    assert_eq!(roots[0]["holds"], "Dict<String, u32>");
    let why = refused(folder.path(), &["drop", "default", "--root", "log"]);
    assert!(why.contains("no root \"log\""), "{why}");
    run(folder.path(), &["drop", "default"]);
    assert!(refused(folder.path(), &["prefixes"]).contains("no prefix"));
}

#[test]
fn a_file_is_read_ahead_beside_its_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    let _writer = open(folder.path());
    let read = run(folder.path(), &["warm"]);
    assert!(read.ends_with(" MiB were read\n"), "{read}");
}

#[test]
fn states_come_as_values_between_commas() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    let told = run(folder.path(), &["watch", "--since", "0", "--count", "1", "--csv"]);
    let lines: Vec<Vec<&str>> = told.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0], ["state", "seconds", "created", "modified", "deleted"]);
    assert_eq!((lines[1][0], &lines[1][2..]), ("1", &["4", "0", "0"][..]));
}
