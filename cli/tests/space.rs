//! `db0 prune` and `db0 compact`: what is no longer wanted goes, and its room goes back.

mod common;

use std::{ffi::OsStr, fs, path::Path, process::Output};

use common::{Note, db0, open};
use db0::{Config, Error, Memo, Workspace};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let (name, rest) = arguments.split_first().expect("a command");
    let rest = rest.iter().map(OsStr::new);
    db0([OsStr::new(name), folder.as_os_str()].into_iter().chain(rest))
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().into()
}

/// Twenty states of two hundred notes.
fn written(folder: &Path) {
    let workspace = open(folder);
    let notes: Vec<_> =
        (0..200).map(|_| workspace.current().create(Note { text: String::new() })).collect();
    for state in 0..20 {
        notes.iter().for_each(|note| note.write().text = state.to_string().repeat(500));
        workspace.commit().expect("it commits");
    }
    workspace.close().expect("it closes");
}

#[test]
fn old_states_go_and_their_room_goes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    let bytes = || fs::metadata(folder.path().join("default/data.mdb")).expect("there").len();
    let before = bytes();
    assert_eq!(said(&run(folder.path(), &["prune", "--keep", "3"])), "the oldest state is 18");
    assert_eq!(said(&run(folder.path(), &["prune", "--days", "1"])), "the oldest state is 18");
    let told = said(&run(folder.path(), &["compact"]));
    assert!(told.contains(" of "), "{told}");
    assert!(bytes() < before / 2, "{} of {before}", bytes());
    let workspace = open(folder.path());
    let _entered = workspace.enter();
    assert!(matches!(db0::snapshot_at(17), Err(Error::Pruned { oldest: 18 })));
    let then = db0::snapshot_at(18).expect("it is kept");
    let texts =
        |notes: db0::Query<Note>| notes.iter().all(|note: Memo<Note>| !note.read().text.is_empty());
    assert!(texts(then.find::<Note>(())) && texts(db0::find::<Note>(())));
    assert_eq!((then.find::<Note>(()).count(), db0::find::<Note>(()).count()), (200, 200));
}

#[test]
fn who_is_in_the_way_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    let reader = Workspace::open(Config::new(folder.path()).read_only()).expect("it opens");
    let refused = run(folder.path(), &["compact"]);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && why.contains(&std::process::id().to_string()), "{why}");
    drop(reader);
    let writer = open(folder.path());
    let refused = run(folder.path(), &["prune", "--before", "3"]);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && why.contains(&std::process::id().to_string()), "{why}");
    drop(writer);
    assert!(!run(folder.path(), &["prune"]).status.success(), "it is not told what to forget");
}
