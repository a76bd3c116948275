//! A reader that hears of a new state finds it, before it has looked by itself.

use db0::{Config, Error, Memo, Workspace};

use crate::common::World;

#[db0::memo(keep)]
struct Note {
    n: u32,
}

#[test]
fn a_state_that_was_just_committed_is_there() {
    let world = World::new();
    let reader = Workspace::open(Config::new(world.folder.path()).read_only()).expect("it opens");
    for n in 1..=50 {
        let note = Memo::new(Note { n });
        let state = db0::commit().expect("it commits");
        let snapshot = reader.snapshot_at(state).expect("it is committed");
        assert_eq!(snapshot.fetch::<Note>(note.uuid()).expect("it is there").read().n, n);
        let missing = reader.snapshot_at(state + 1);
        assert!(matches!(missing, Err(Error::NoState { last, .. }) if last == state));
    }
}
