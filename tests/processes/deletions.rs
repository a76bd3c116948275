//! What the writer deletes is gone for readers, but for those who look at it.

use std::{path::Path, time::Duration};

use db0::{Config, Error, Memo, Workspace};

use crate::child::{Child, say, told};

#[db0::memo(keep)]
struct Note {
    text: String,
}

/// Holds a handle and a guard, and says what they show once the note is deleted.
pub(crate) fn holds_what_is_deleted(folder: &Path) {
    let _workspace = db0::init(Config::new(folder).read_only()).expect("it opens");
    let prefix = db0::current();
    let note: Memo<Note> = db0::find::<Note>(()).first().expect("it was committed");
    let snapshot = db0::snapshot().expect("a state");
    let guard = note.read();
    say(&guard.text);
    for state in told() {
        let state = state.parse().expect("a number");
        assert!(prefix.wait(state, Duration::from_mins(1)).expect("it can wait"));
        assert!(matches!(note.try_read(), Err(Error::Deleted { .. })));
        assert!(db0::fetch::<Note>(note.uuid()).is_err() && db0::find::<Note>(()).is_empty());
        assert_eq!(snapshot.of(&note).read().text, guard.text);
        say(&guard.text);
    }
}

#[test]
fn a_deleted_object_is_told_of_and_shows_in_the_guards_and_snapshots_that_there_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(Config::new(folder.path()).autocommit(false)).expect("opens");
    let note = workspace.create(Note { text: "first".into() });
    workspace.commit().expect("it commits");
    let mut reader = Child::start("holds what is deleted", folder.path());
    assert_eq!(reader.hear().as_deref(), Some("first"));
    note.write().text = "second".into();
    workspace.commit().expect("it commits");
    let _entered = workspace.enter();
    db0::delete(&note).expect("nothing refers to it");
    let state = workspace.commit().expect("it commits");
    assert_eq!(reader.ask(&state.to_string()), "first");
    assert!(reader.end().success());
}
