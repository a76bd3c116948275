//! The commands as programs: what they print, and how they end.

mod common;

use std::{fs, path::Path};

use common::{Note, db0, open, path, said};
use db0::{Config, Workspace};

fn prepared(root: &Path) -> Workspace {
    let workspace = open(root);
    for n in 0..20 {
        workspace.create(Note { text: format!("note {n}") });
    }
    workspace.commit().expect("it commits");
    workspace
}

#[test]
fn a_prefix_is_listed_verified_and_copied_beside_a_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    let workspace = prepared(&root);
    for command in ["prefixes", "states", "verify"] {
        let output = db0([path(command), &root]);
        assert!(output.status.success(), "{command}: {}", said(&output));
    }
    let copy = folder.path().join("copy");
    let output = db0([path("backup"), &root, path("default"), &copy]);
    assert!(output.status.success() && said(&output).contains("20 objects"), "{}", said(&output));
    // Again: something is there.
    let output = db0([path("backup"), &root, path("default"), &copy]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("is there already"), "{}", said(&output));
    workspace.close().expect("it closes");
    let other = folder.path().join("other");
    let output = db0([path("restore"), &copy, &other, path("again")]);
    assert!(output.status.success(), "{}", said(&output));
    let restored = Workspace::open(Config::new(&other).prefix("again")).expect("it opens");
    assert_eq!(restored.find::<Note>(()).count(), 20);
}

#[test]
fn damage_is_told_by_the_exit_status_as_text_and_as_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    prepared(&root).close().expect("it closes");
    let output = db0([path("verify"), &root, path("--json")]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!((&report["sound"], &report["objects"]), (&true.into(), &20.into()));
    let data = root.join("default/data.mdb");
    let mut bytes = fs::read(&data).expect("it reads");
    let note = bytes.windows(7).position(|bytes| bytes == b"note 13").expect("it is stored");
    bytes[note + 6] ^= 1;
    fs::write(&data, &bytes).expect("it can be written");
    let output = db0([path("verify"), &root, path("default"), path("--json")]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(report["sound"], false);
    assert!(report["findings"][0]["place"].as_str().is_some_and(|place| place.contains("objects")));
    let output = db0([path("verify"), &root]);
    assert!(said(&output).contains("checksum"), "{}", said(&output));
}

#[test]
fn a_doctor_tells_of_a_torn_header_and_rebuilds_it_in_a_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    prepared(&root).close().expect("it closes");
    let output = db0([path("doctor"), &root]);
    assert!(output.status.success() && said(&output).contains("opens"), "{}", said(&output));
    let data = root.join("default/data.mdb");
    let mut bytes = fs::read(&data).expect("it reads");
    bytes[..100].fill(0);
    fs::write(&data, &bytes).expect("it can be written");
    let output = db0([path("doctor"), &root]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("first header is damaged"), "{}", said(&output));
    let copy = folder.path().join("copy");
    let output = db0([path("doctor"), &root, path("--rebuild"), &copy]);
    assert!(output.status.success() && said(&output).contains("sound"), "{}", said(&output));
    let output = db0([path("restore"), &copy, &folder.path().join("new")]);
    assert!(output.status.success() && said(&output).contains("20 objects"), "{}", said(&output));
}

#[test]
fn what_is_not_there_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in ["prefixes", "states", "verify", "doctor"] {
        let output = db0([path(command), &folder.path().join("nothing")]);
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(said(&output).contains("nothing"), "{command}: {}", said(&output));
    }
}

#[test]
fn a_doctor_takes_one_commit_back_and_accepts_an_older_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    let workspace = prepared(&root);
    let data = root.join("default/data.mdb");
    let older = fs::read(&data).expect("it reads");
    workspace.create(Note { text: "one more".into() });
    workspace.commit().expect("it commits");
    let killed = folder.path().join("killed");
    fs::create_dir_all(killed.join("default")).expect("it is ours");
    fs::copy(&data, killed.join("default/data.mdb")).expect("nobody writes now");
    workspace.close().expect("it closes");

    let copy = folder.path().join("copy");
    let output = db0([path("doctor"), &killed, path("--rollback-one"), &copy]);
    assert!(output.status.success(), "{}", said(&output));
    let told = said(&output);
    assert!(told.contains("state 1\n") && told.contains("state 2\n"), "{told}");
    assert!(told.contains("state 1: 20 objects"), "{told}");

    fs::write(&data, older).expect("it can be written");
    let refused = Workspace::open(&root).expect_err("it is older");
    assert!(refused.to_string().contains("db0 doctor --accept"), "{refused}");
    let output = db0([path("doctor"), &root, path("--accept")]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("it goes on from state 1"), "{}", said(&output));
    assert_eq!(Workspace::open(&root).expect("it is accepted").find::<Note>(()).count(), 20);
}
