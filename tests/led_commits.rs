//! A thread that asks for a commit leads it, from wherever it asks: as if another thread did it.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};

use common::World;
use db0::{Error, Memo, Workspace};
use serde::{Deserialize, Serialize};

#[db0::memo(keep)]
struct Note {
    text: String,
}

/// What its code found when it ran in a commit: writing and committing are refused there.
static REFUSED: AtomicUsize = AtomicUsize::new(0);

#[derive(Clone, Deserialize)]
struct Asking(u64);

impl Serialize for Asking {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 > 0 && matches!(db0::commit(), Err(Error::Misuse { .. })) {
            REFUSED.fetch_add(1, Ordering::Relaxed);
        }
        self.0.serialize(serializer)
    }
}

#[db0::memo(keep)]
struct Asker {
    asking: Asking,
}

/// Commits when a version is dropped.
#[derive(Clone, Serialize, Deserialize)]
struct Parting(u64);

static PARTED: AtomicUsize = AtomicUsize::new(0);

impl Drop for Parting {
    fn drop(&mut self) {
        if self.0 > 0 {
            let _ = db0::commit();
            PARTED.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[db0::memo(keep)]
struct Parted {
    parting: Parting,
}

fn stored(workspace: &Workspace, note: &Memo<Note>) -> String {
    workspace.snapshot().expect("a state").of(note).read().text.clone()
}

#[test]
fn a_commit_in_a_view_writes_what_is_there_now() {
    let world = World::new();
    let workspace = world.workspace.as_ref().expect("open");
    let note = workspace.create(Note { text: "first".into() });
    db0::commit().expect("it commits");
    db0::view(|| {
        std::thread::scope(|scope| {
            scope.spawn(|| note.write().text = "second".into());
        });
        assert_eq!(note.read().text, "first");
        workspace.commit()?;
        assert_eq!(note.read().text, "first", "the view holds still");
        Ok::<_, Error>(())
    })
    .expect("it commits");
    assert_eq!(stored(workspace, &note), "second");
}

#[test]
fn a_commit_beside_a_guard_of_another_workspace_goes_through() {
    let (here, there) = (World::new(), World::new());
    let other = there.workspace.as_ref().expect("open");
    let held = other.create(Note { text: "held".into() });
    let workspace = here.workspace.as_ref().expect("open");
    let note = workspace.create(Note { text: "stored".into() });
    let mut guard = held.write();
    workspace.commit().expect("it commits");
    guard.text = "written".into();
    drop(guard);
    assert_eq!(stored(workspace, &note), "stored");
    other.commit().expect("it commits");
    assert_eq!(stored(other, &held), "written");
}

#[test]
fn a_value_that_asks_for_a_commit_in_a_commit_is_refused() {
    let world = World::new();
    let workspace = world.workspace.as_ref().expect("open");
    workspace.create(Asker { asking: Asking(1) });
    let before = REFUSED.load(Ordering::Relaxed);
    db0::commit().expect("it commits");
    assert!(REFUSED.load(Ordering::Relaxed) > before, "its code ran in no commit, or was let in");
    // Whoever led is an ordinary thread again.
    let note = workspace.create(Note { text: "after".into() });
    db0::commit().expect("it commits");
    assert_eq!(stored(workspace, &note), "after");
}

#[test]
fn versions_that_commit_when_they_go_hold_nobody_up() {
    let world = World::new();
    let parted = world.workspace.as_ref().expect("open").create(Parted { parting: Parting(1) });
    for n in 2..400 {
        parted.write().parting = Parting(n);
        db0::commit().expect("it commits");
    }
    assert!(PARTED.load(Ordering::Relaxed) > 0, "no version was dropped");
    assert_eq!(parted.read().parting.0, 399);
}
