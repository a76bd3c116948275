//! A process that forks after opening: the child is refused, and keeps nothing from anybody.

use std::{path::Path, time::Duration};

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
    let prefix = workspace.current();
    let note = Memo::new(Note { n: 1 });
    db0::commit().expect("it commits");
    let (other, snapshot) = (Memo::new(Note { n: 2 }), db0::snapshot().expect("a state"));
    // Whoever has the turn when the process forks has it for ever in the child.
    let (tell, told_of) = std::sync::mpsc::channel();
    let held = note.clone();
    std::thread::spawn(move || {
        let _guard = held.write();
        tell.send(()).expect("it listens");
        std::thread::park();
    });
    told_of.recv().expect("it has the turn");
    // SAFETY: the child touches only what it has inherited; no other thread of this process holds
    // a lock that the child takes (the committer waits for requests; the turn is asked for in vain).
    let child = unsafe { libc::fork() };
    if child == 0 {
        let misused = |result: db0::Result<()>| matches!(result, Err(Error::Misuse { .. }));
        let all = [
            misused(db0::commit().map(drop)),
            misused(prefix.release_writer()),
            misused(other.try_write().map(drop)),
            misused(other.try_update(|note| note.n = 3)),
            misused(Memo::try_new(Note { n: 3 }).map(drop)),
            misused(db0::tags(&other).try_add("tag").map(drop)),
            misused(db0::atomic(|| Ok(()))),
            misused(db0::delete(&other)),
            misused(prefix.wait(9, Duration::ZERO).map(drop)),
            misused(prefix.try_on_change(|_| ()).map(drop)),
            snapshot.try_of(&note).is_err(),
            Workspace::open(Config::new(folder).read_only()).is_err(),
            // What is in memory can be looked at, and let go.
            note.read().n == 1,
        ];
        drop((other, snapshot));
        say(format_args!("{all:?}"));
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
    let answer = parent.hear().expect("it answers");
    assert!(answer.contains("true") && !answer.contains("false"), "{answer}");
    parent.kill();
    let workspace = Workspace::open(Config::new(folder.path())).expect("the lease is free");
    assert_eq!(workspace.find::<Note>(()).first().expect("it was committed").read().n, 1);
}
