//! A workspace has any number of prefixes open at a time, and does the same to all of them in one step.

mod common;

use common::World;
use db0::{Config, Memo, Mode, Prefix, Workspace};

/// More than maps of full size would fit into the address space of a process.
const MANY: usize = 150;

#[db0::memo(keep)]
struct Note {
    n: u64,
}

#[test]
fn more_are_open_than_the_largest_maps_would_fit() {
    let world = World::new();
    let workspace = world.workspace.as_ref().expect("it is open");
    let open = |number| workspace.prefix(&format!("many/{number}"), Mode::ReadWrite);
    let prefixes: Vec<Prefix> = (0..MANY).map(|n| open(n).expect("it opens")).collect();
    let notes: Vec<_> = prefixes.iter().map(|prefix| Memo::new_in(prefix, Note { n: 0 })).collect();
    db0::commit().expect("it commits");
    let before = db0::snapshot().expect("a snapshot");
    db0::atomic(|| -> db0::Result<()> {
        notes.iter().for_each(|note| note.write().n += 1);
        Ok(())
    })
    .expect("it succeeds");
    db0::commit().expect("it commits");
    let after = db0::snapshot().expect("a snapshot");
    assert_eq!(db0::changes(&before, &after).len(), MANY);
    let config = Config::new(world.folder.path()).read_only();
    let reader = Workspace::open(config).expect("it opens");
    for prefix in &prefixes {
        reader.prefix(prefix.name(), Mode::ReadOnly).expect("it opens");
    }
    let seen = reader.snapshot().expect("a snapshot");
    for note in &notes {
        let at = |snapshot: &db0::Snapshot| snapshot.of(note).read().n;
        assert_eq!((at(&before), at(&after), at(&seen)), (0, 1, 1));
    }
}
