//! A process that forks after opening: the child is refused, and keeps nothing from anybody.

use std::path::Path;

use db0::{Config, Error, Memo, Workspace};

use crate::child::{Child, say, told};

#[db0::memo(keep)]
struct Note {
    n: u64,
}

/// Forks with the prefix open for writing, and is killed; the child lives on until it is told.
#[expect(unsafe_code, reason = "fork has no safe form")]
pub(crate) fn forks(folder: &Path) {
    let workspace = db0::init(Config::new(folder).autocommit(false)).expect("it opens");
    let prefix = workspace.current().expect("it is open");
    let note = Memo::new(Note { n: 1 });
    db0::commit().expect("it commits");
    // SAFETY: the child touches only what it has inherited; no other thread of this process holds
    // a lock that the child takes (the committer waits for requests).
    let child = unsafe { libc::fork() };
    if child == 0 {
        let refused = [
            db0::commit().is_err(),
            matches!(prefix.release_writer(), Err(Error::Misuse { .. })),
            Workspace::open(Config::new(folder).read_only()).is_err(),
            note.read().n == 1,
        ];
        say(format_args!("{refused:?}"));
        // It hears the same input as its parent.
        told().for_each(drop);
        // SAFETY: ends the child at once, without the exit hooks of the test harness.
        unsafe { libc::_exit(0) }
    }
    loop {
        std::thread::park();
    }
}

#[test]
fn a_child_that_outlives_its_parent_keeps_no_lease() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut parent = Child::start("forks", folder.path());
    assert_eq!(parent.hear().as_deref(), Some("[true, true, true, true]"));
    parent.kill();
    let workspace = Workspace::open(Config::new(folder.path())).expect("the lease is free");
    assert_eq!(workspace.find::<Note>(()).first().expect("it was committed").read().n, 1);
}
