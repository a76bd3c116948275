//! A file that is in two folders at once, by a second name, by being moved while it is open, or mounted: one side
//! would not see the other's readers and writer, so one of them alone may use it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use db0::{Config, Error, Workspace};

use crate::{
    child::{Child, command_within},
    openings::may_unshare,
};

#[db0::memo(keep)]
struct Note {
    n: u64,
}

/// Two workspaces: one that has the prefix, and one that has a folder for it.
struct Places {
    _root: tempfile::TempDir,
    here: PathBuf,
    there: PathBuf,
}

fn config(root: &Path) -> Config {
    Config::new(root).autocommit(false)
}

fn data(root: &Path) -> PathBuf {
    root.join("default/data.mdb")
}

/// The prefix, open for writing, with one note in it.
fn opened() -> (Places, Workspace) {
    let root = tempfile::tempdir().expect("a folder");
    let [here, there] = ["here", "there"].map(|name| root.path().join(name));
    let workspace = Workspace::open(config(&there)).expect("it opens");
    workspace.close().expect("it closes");
    fs::remove_file(data(&there)).expect("nobody has it open");
    fs::remove_file(there.join("default/.mark")).expect("it is of that file");
    let workspace = Workspace::open(config(&here)).expect("it opens");
    workspace.create(Note { n: 1 });
    workspace.commit().expect("it commits");
    (Places { _root: root, here, there }, workspace)
}

/// What another process says that opens it for reading.
fn heard(root: &Path) -> String {
    let mut reader = Child::start("opens", root);
    let said = reader.hear().expect("it says something");
    assert!(reader.end().success());
    said
}

/// Neither this process nor another one gets in, for reading or writing.
fn refused(root: &Path, why: &str) {
    for config in [config(root), config(root).read_only()] {
        let error = Workspace::open(config).expect_err("it is in use elsewhere");
        assert!(
            matches!(error, Error::Format { .. }) && error.to_string().contains(why),
            "{error}"
        );
    }
    let said = heard(root);
    assert!(said.contains(why) && said.contains("data.mdb"), "{said}");
}

#[test]
fn a_file_with_two_names_is_opened_by_neither() {
    let (Places { here, there, _root }, workspace) = opened();
    fs::hard_link(data(&here), data(&there)).expect("a second name");
    refused(&there, "2 names (hard links)");
    assert!(heard(&here).contains("2 names (hard links)"));
    // Who was there first goes on.
    workspace.create(Note { n: 2 });
    workspace.commit().expect("it commits");
    workspace.close().expect("it closes");
    refused(&there, "2 names (hard links)");
    refused(&here, "2 names (hard links)");
    fs::remove_file(data(&there)).expect("the second name goes");
    assert_eq!(heard(&here), "2");
    let workspace = Workspace::open(config(&here)).expect("it has one name again");
    assert_eq!(workspace.find::<Note>(()).count(), 2);
    assert!(Workspace::verify(&here, "default").expect("it is read").is_sound());
}

#[test]
fn a_file_that_is_moved_while_it_is_open_is_not_opened_elsewhere() {
    for compacted in [false, true] {
        let (Places { here, there, _root }, workspace) = opened();
        if compacted {
            workspace.current().compact().expect("nobody else has it open");
        }
        fs::rename(data(&here), data(&there)).expect("it is ours");
        refused(&there, "through another folder");
        let copy = there.join("copy");
        workspace.current().backup(&copy).expect("it can be read by who has it open");
        workspace.close().expect("nothing waits to be written");
        let moved = Workspace::open(config(&there)).expect("nobody has it open any more");
        assert_eq!(moved.find::<Note>(()).count(), 1);
        drop(moved);
        assert_eq!(heard(&there), "1");
    }
}

#[test]
fn a_reader_keeps_a_file_that_is_moved_from_writers_elsewhere() {
    let (Places { here, there, _root }, workspace) = opened();
    workspace.close().expect("it closes");
    let mut reader = Child::start("opens", &here);
    assert_eq!(reader.hear().as_deref(), Some("1"));
    fs::rename(data(&here), data(&there)).expect("it is ours");
    refused(&there, "through another folder");
    assert_eq!(reader.ask("again"), "1");
    reader.kill();
    let workspace = Workspace::open(config(&there)).expect("the lock went with the process");
    assert_eq!(workspace.find::<Note>(()).count(), 1);
}

const MOUNTED: &str = r#"touch "$DB0_TEST_FOLDER/default/data.mdb" &&
    mount --bind "$DB0_TEST_FOLDER/../here/default/data.mdb" "$DB0_TEST_FOLDER/default/data.mdb" &&
    exec "$0" "$@""#;

#[test]
fn a_file_that_is_mounted_by_itself_is_used_on_one_side_at_a_time() {
    if !may_unshare("-Urm") {
        return;
    }
    let (Places { here, there, _root }, workspace) = opened();
    let start = || {
        let args = ["-Urm", "sh", "-c", MOUNTED];
        Child::of(&mut command_within("unshare", &args, "opens", &there))
    };
    let mut other = start();
    let said = other.hear().expect("it says something");
    assert!(said.contains("through another folder"), "{said}");
    assert!(other.end().success());
    workspace.close().expect("it closes");
    let mut other = start();
    assert_eq!(other.hear().as_deref(), Some("1"));
    let error = Workspace::open(config(&here)).expect_err("it is in use");
    assert!(error.to_string().contains("through another folder"), "{error}");
    assert!(other.end().success());
    let again = Workspace::open(config(&here)).expect("nobody has it open");
    assert_eq!(again.find::<Note>(()).count(), 1);
}
