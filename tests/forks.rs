//! A forked child gets clear errors, and harms nothing of its parent's.

mod common;

use common::World;
use db0::{Error, Memo};

#[db0::memo(keep)]
struct Note {
    n: u64,
}

#[test]
#[expect(unsafe_code, reason = "fork has no safe form")]
fn a_forked_child_harms_nothing() {
    let mut world = World::new();
    let note = Memo::new(Note { n: 1 });
    db0::commit().expect("it commits");
    let snapshot = db0::snapshot().expect("a snapshot");
    note.write().n = 2;
    // SAFETY: the child touches only what it has inherited and leaves by _exit; no other thread of
    // this test holds a lock that the child takes (the committer waits for requests).
    let child = unsafe { libc::fork() };
    if child == 0 {
        let refused = matches!(db0::commit(), Err(Error::Misuse { .. }));
        let cold = matches!(snapshot.try_of(&note), Err(Error::Io { .. }));
        // SAFETY: ends the child at once, without the exit hooks of the test harness.
        unsafe { libc::_exit(i32::from(!(refused && cold))) }
    }
    let mut status = 0;
    // SAFETY: waits for the child above.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0, "the child was not refused");
    assert_eq!(snapshot.of(&note).read().n, 1);
    db0::commit().expect("it commits");
    drop(snapshot);
    drop(note);
    world.reopen();
    assert_eq!(db0::find::<Note>(()).first().expect("it is kept").read().n, 2);
}
