//! Objects from a shell: listed, found, shown, followed and changed, without their Rust types.

mod common;

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use common::{Note, lines, open, refused, run};
use db0::{Memo, WeakMemo};

#[db0::memo(keep)]
struct Person {
    #[db0(index)]
    name: String,
    age: u32,
    friend: Option<Memo<Person>>,
    idol: Option<WeakMemo<Person>>,
    notes: db0::List<Memo<Note>>,
}

/// Two states: Ann and her friend Bob; then Ann is a year older.
fn prepared(folder: &Path) -> [String; 2] {
    let workspace = open(folder);
    let _entered = workspace.enter();
    let person = |name: &str, age, friend: Option<Memo<Person>>| {
        let idol = friend.as_ref().map(Memo::downgrade);
        Memo::new(Person { name: name.into(), age, friend, idol, notes: db0::List::new() })
    };
    let bob = person("Bob", 40, None);
    let ann = person("Ann", 30, Some(bob.clone()));
    ann.read().notes.push(Memo::new(Note { text: "hers".into() }));
    db0::tags([&ann, &bob]).add("member");
    db0::tags(&ann).add("chair");
    ann.attrs().set("room", 12);
    db0::commit().expect("it commits");
    ann.update(|ann| ann.age += 1);
    db0::commit().expect("it commits");
    workspace.close().expect("it closes");
    [ann.uuid().to_string(), bob.uuid().to_string()]
}

#[test]
fn objects_are_found_by_class_tags_and_fields_at_any_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let [ann, bob] = &prepared(folder.path());
    let (ann, bob) = (ann.as_str(), bob.as_str());
    let find = |words: &[&str]| {
        let words = [&["find"], words].concat();
        let found = lines(&run(folder.path(), &words));
        found
            .iter()
            .map(|found| found["uuid"].as_str().expect("text").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(find(&["--class", "Person"]), [bob, ann]);
    assert_eq!(find(&["--tag", "member", "--tag", "chair"]), [ann]);
    assert_eq!(find(&["--tag", "member", "--no-tag", "chair"]), [bob]);
    assert_eq!(find(&["--where", "name=Ann", "--where", "age=31"]), [ann]);
    assert_eq!(find(&["--where", "age=30"]), Vec::<String>::new());
    assert_eq!(find(&["--where", "age=30", "--at", "1"]), [ann]);
    assert_eq!(find(&["--limit", "1"]).len(), 1);
    assert_eq!(run(folder.path(), &["find", "--count"]), "3\n");
    assert_eq!(run(folder.path(), &["find", "--count", "--at", "0"]), "0\n");
    assert!(refused(folder.path(), &["find", "--class", "Prson"]).contains("no class \"Prson\""));
    assert!(refused(folder.path(), &["find", "--at", "7"]).contains("not there yet"));
}

#[test]
fn an_object_is_shown_with_all_that_is_known_of_it_and_can_be_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let [ann, bob] = prepared(folder.path());
    let shown = lines(&run(folder.path(), &["get", "default", &ann])).remove(0);
    assert_eq!((&shown["class"], &shown["uuid"]), (&"Person".into(), &ann.as_str().into()));
    assert_eq!((&shown["fields"]["age"], &shown["attributes"]["room"]), (&31.into(), &12.into()));
    assert_eq!(shown["tags"], serde_json::json!(["chair", "member"]));
    assert_eq!(shown["fields"]["friend"], bob.as_str());
    assert_eq!(shown["fields"]["notes"], serde_json::json!({ "kind": "List", "len": 1 }));
    let deep = run(folder.path(), &["get", "default", &ann, "--depth", "1", "--at", "1"]);
    let deep = lines(&deep).remove(0);
    assert_eq!(
        (&deep["fields"]["age"], &deep["fields"]["friend"]["name"]),
        (&30.into(), &"Bob".into())
    );

    let set = lines(&run(folder.path(), &["set", "default", &bob, "name", r#""Rob""#])).remove(0);
    assert_eq!(set["fields"]["name"], "Rob");
    assert!(refused(folder.path(), &["set", "default", &bob, "age", r#""old""#]).contains("age"));
    assert!(refused(folder.path(), &["set", "default", &bob, "age", "old"]).contains("not JSON"));
    let workspace = open(folder.path());
    assert_eq!(workspace.find::<Person>(Person::NAME.eq("Rob")).count(), 1);
    let writing = refused(folder.path(), &["set", "default", &bob, "age", "41"]);
    assert!(writing.contains("written by another process"), "{writing}");
    let nobody =
        refused(folder.path(), &["get", "default", "00000000-0000-8000-8000-000000000000"]);
    assert!(nobody.contains("no object with uuid"), "{nobody}");
}

#[test]
fn a_prefix_tells_what_it_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    let json = |words: &[&str]| lines(&run(folder.path(), words)).remove(0);
    let stat = json(&["stat", "--json"]);
    assert_eq!(
        (&stat["state"], &stat["objects"], &stat["tags"]),
        (&2.into(), &3.into(), &2.into())
    );
    assert!(stat["used_bytes"].as_u64() <= stat["file_bytes"].as_u64());
    assert!(run(folder.path(), &["stat"]).contains("3 of 2 classes"));
    let classes = json(&["classes", "--json"]);
    assert_eq!((&classes[1]["name"], &classes[1]["objects"]), (&"Person".into(), &2.into()));
    assert_eq!(classes[1]["fields"][1], serde_json::json!({ "name": "age", "type": "u32" }));
    let index = serde_json::json!({ "fields": ["name"], "unique": false, "ready": true });
    assert_eq!(classes[1]["indexes"], serde_json::json!([index]));
    assert_eq!(classes[0]["indexes"], serde_json::json!([]));
    let table = run(folder.path(), &["classes"]);
    assert!(table.contains("age: u32") && table.contains("  index of name\n"), "{table}");
    assert_eq!(run(folder.path(), &["tags"]), "1\tchair\n2\tmember\n");
    assert_eq!(json(&["tags", "--json"])[1]["objects"], 2);
    assert_eq!(json(&["states", "--json"])[0]["created"], 3);
}

#[test]
fn states_are_told_of_as_they_come_and_readers_are_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    prepared(folder.path());
    let workspace = open(folder.path());
    let mut watch = Command::new(env!("CARGO_BIN_EXE_db0"));
    watch.args(["watch", "--changes", "--count", "3", "--since", "1"]).arg(folder.path());
    let mut watch = watch.stdout(Stdio::piped()).spawn().expect("it runs");
    let mut told = BufReader::new(watch.stdout.take().expect("piped")).lines();
    let mut next = || told.next().expect("it goes on").expect("text");
    assert!(next().starts_with("2\t"));
    assert!(next().starts_with("\tmodified\tPerson\t"));
    let readers = run(folder.path(), &["readers", "--clear"]);
    assert!(readers.contains(&format!("{}\t", watch.id())), "{readers}");
    let note = workspace.create(Note { text: "one".into() });
    workspace.commit().expect("it commits");
    assert!(next().starts_with("3\t"));
    assert_eq!(next(), format!("\tcreated\tNote\t{}", note.uuid()));
    note.write().text = "two".into();
    workspace.commit().expect("it commits");
    assert!(next().starts_with("4\t") && next().contains("modified"));
    assert!(watch.wait().expect("it ends").success());
    let json = lines(&run(
        folder.path(),
        &["watch", "--since", "3", "--count", "1", "--json", "--changes"],
    ));
    assert_eq!(json[0]["changes"][0]["uuid"], note.uuid().to_string());
}

#[test]
fn a_shell_runs_commands_line_by_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let [ann, _] = prepared(folder.path());
    let mut shell = Command::new(env!("CARGO_BIN_EXE_db0"));
    shell.arg("shell").arg(folder.path()).stdin(Stdio::piped());
    let mut shell = shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let script =
        format!("find --count\n\nget {ann}\nset {ann} name '\"Anna Lee\"'\nfind 'open\nnonsense\n");
    shell.stdin.take().expect("piped").write_all(script.as_bytes()).expect("it listens");
    let output = shell.wait_with_output().expect("it ends");
    let (said, wrong) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}{wrong}");
    let mut said = said.lines();
    assert_eq!(said.next(), Some("3"));
    assert!(said.next().is_some_and(|line| line.contains(r#""name":"Ann""#)));
    assert!(said.next().is_some_and(|line| line.contains(r#""name":"Anna Lee""#)));
    assert!(wrong.contains("quote is not closed") && wrong.contains("nonsense"), "{wrong}");
}
