//! `db0 dump`, `db0 load` and `db0 drop`: a prefix moves as a stream, and goes.

mod common;

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
};

use common::{Note, db0, open, path, said};
use db0::{Config, Workspace};

fn prepared(root: &Path) -> Workspace {
    let workspace = open(root);
    for state in 0..3 {
        workspace.create(Note { text: format!("note {state}") });
        workspace.commit().expect("it commits");
    }
    workspace
}

fn notes(root: &Path, state: u64) -> Option<u64> {
    let workspace = Workspace::open(Config::new(root).read_only()).expect("it opens");
    Some(workspace.snapshot_at(state).ok()?.find::<Note>(()).count())
}

#[test]
fn a_prefix_moves_as_a_file_beside_a_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, file) = (folder.path().join("root"), folder.path().join("notes.dump"));
    let _writing = prepared(&root);
    let dump = [path("dump"), &root, path("--output"), &file];
    let output = db0(dump);
    assert!(output.status.success() && said(&output).contains("3 objects"), "{}", said(&output));
    assert!(said(&db0(dump)).contains("is there already"));
    let other = folder.path().join("other");
    let output = db0([path("load"), &file, &other]);
    assert!(output.status.success() && said(&output).contains("sound"), "{}", said(&output));
    assert_eq!((notes(&other, 1), notes(&other, 3)), (Some(1), Some(3)));

    let present = folder.path().join("present.dump");
    let output =
        db0([path("dump"), &root, path("default"), path("--no-history"), path("-o"), &present]);
    assert!(
        output.status.success() && said(&output).contains("states 3 to 3"),
        "{}",
        said(&output)
    );
    let output = db0([path("load"), &present, &other]);
    assert!(said(&output).contains("is there already"), "{}", said(&output));
    let output = db0([path("drop"), &other, path("default")]);
    assert!(output.status.success(), "{}", said(&output));
    let output = db0([path("load"), &present, &other]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!((notes(&other, 1), notes(&other, 3)), (None, Some(3)));
}

#[test]
fn a_dump_goes_through_a_pipe_and_a_broken_one_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, other) = (folder.path().join("root"), folder.path().join("other"));
    drop(prepared(&root));
    let program = env!("CARGO_BIN_EXE_db0");
    let mut dump = Command::new(program);
    let mut dump = dump.arg("dump").arg(&root).stdout(Stdio::piped()).spawn().expect("it runs");
    let mut load = Command::new(program);
    load.args(["load", "-"]).arg(&other).stdin(dump.stdout.take().expect("piped"));
    let output = load.output().expect("it runs");
    assert!(output.status.success(), "{}", said(&output));
    assert!(dump.wait().expect("it ends").success());
    assert_eq!(notes(&other, 3), Some(3));

    let half = folder.path().join("half");
    fs::write(&half, &db0([path("dump"), &root]).stdout[..100]).expect("it can be written");
    let third = folder.path().join("third");
    let mut load = Command::new(program);
    load.args(["load", "-"]).arg(&third).stdin(File::open(&half).expect("it is there"));
    let output = load.output().expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("cut off"), "{}", said(&output));
    assert!(!third.join("default/data.mdb").exists());
}

#[test]
fn people_get_a_line_of_json_for_each_object() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(prepared(folder.path()));
    let output = db0([path("dump"), folder.path(), path("--json")]);
    let text = String::from_utf8(output.stdout).expect("text");
    let parsed = |line| serde_json::from_str::<serde_json::Value>(line).expect("it is JSON");
    let texts: Vec<_> = text.lines().map(|line| parsed(line)["fields"]["text"].clone()).collect();
    assert_eq!(texts, ["note 0", "note 1", "note 2"]);
    let file = folder.path().join("notes.json");
    let output = db0([path("dump"), folder.path(), path("--json"), path("-o"), &file]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(fs::read_to_string(&file).expect("it is there"), text);
}

#[test]
fn what_is_written_is_not_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = prepared(folder.path());
    let output = db0([path("drop"), folder.path(), path("default")]);
    assert!(said(&output).contains("written by another process"), "{}", said(&output));
    assert_eq!(workspace.find::<Note>(()).count(), 3);
    let mut patient = Command::new(env!("CARGO_BIN_EXE_db0"));
    patient.args(["drop", "--wait", "60"]).arg(folder.path()).arg("default");
    let mut patient = patient.spawn().expect("it runs");
    workspace.close().expect("it closes");
    assert!(patient.wait().expect("it ends").success());
    assert!(Workspace::list(folder.path()).expect("it is listed").is_empty());
    let output = db0([path("drop"), folder.path(), path("nothing")]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
}
