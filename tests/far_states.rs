//! States, times and patience at the ends of their ranges: an answer or an error, never a panic.

mod common;

use std::{
    ops::Bound::{self, Excluded, Included, Unbounded},
    time::{Duration, SystemTime},
};

use common::World;
use db0::{Config, Error, History, Memo, Workspace};

#[db0::memo(keep)]
struct Note {
    n: u64,
}

/// A note that three states have changed, in the entered workspace.
fn note() -> Memo<Note> {
    let memo = Memo::new(Note { n: 1 });
    for n in 1..=3 {
        memo.write().n = n;
        assert_eq!(db0::commit().expect("it commits"), n);
    }
    memo
}

#[test]
fn states_that_are_not_there() {
    let _world = World::new();
    let memo = note();
    for state in [4, u64::MAX - 1, u64::MAX] {
        let expected = |error: Option<Error>| {
            let error = error.expect("there is no such state");
            assert!(matches!(error, Error::NoState { last: 3, .. }), "{error:?}");
        };
        expected(db0::snapshot_at(state).err());
        expected(db0::snapshot_of([("default", state)]).err());
        expected(memo.at(state).err());
    }
    // Before the first commit there was nothing, and that is what the state before it shows.
    let nothing = db0::snapshot_at(0).expect("the beginning");
    assert!(nothing.find::<Note>(()).is_empty());
    assert!(nothing.fetch::<Note>(memo.uuid()).is_err());
    let numbers = |range: (Bound<u64>, Bound<u64>)| -> Vec<u64> {
        db0::states(range).expect("a list").iter().map(|state| state.number).collect()
    };
    assert_eq!(numbers((Unbounded, Unbounded)), [1, 2, 3]);
    assert_eq!(numbers((Included(2), Included(u64::MAX))), [2, 3]);
    assert_eq!(numbers((Excluded(2), Excluded(u64::MAX))), [3]);
    assert_eq!(numbers((Excluded(u64::MAX), Unbounded)), []);
    assert_eq!(numbers((Included(u64::MAX), Included(u64::MAX))), []);
    assert_eq!(numbers((Included(3), Excluded(2))), []);
    assert_eq!(numbers((Unbounded, Excluded(0))), []);
    assert_eq!(numbers((Unbounded, Included(1))), [1]);
}

#[test]
fn moments_that_are_far_away() {
    let _world = World::new();
    let memo = note();
    let century = Duration::from_hours(100 * 365 * 24);
    let far = SystemTime::now() + century;
    assert_eq!(db0::state_at(far).expect("the last one"), 3);
    assert_eq!(db0::snapshot_at_time(far).expect("the last one").of(&memo).read().n, 3);
    for early in [SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH - century] {
        match db0::state_at(early) {
            Ok(state) => assert_eq!(state, 0),
            Err(error) => assert!(matches!(error, Error::Pruned { .. }), "{error:?}"),
        }
        db0::prune_history(..early).expect("there is nothing to forget");
    }
    assert_eq!(db0::states(..).expect("they are kept").len(), 3);
}

#[test]
fn patience_without_end_and_without_beginning() {
    let world = World::new();
    let prefix = db0::current();
    let memo = note();
    assert!(db0::wait(&prefix, 3, Duration::MAX).expect("it is there"));
    assert!(!db0::wait(&prefix, u64::MAX, Duration::ZERO).expect("it looks"));
    let mut commits = db0::subscribe::<Note>(()).since(2);
    let commit = commits.next_within(Duration::MAX).expect("it reads").expect("it is there");
    assert_eq!(commit.state, 3);
    // From a state that is yet to come: nothing before it is told.
    for state in [10, u64::MAX] {
        let mut commits = db0::subscribe::<Note>(()).since(state);
        assert!(commits.next_within(Duration::ZERO).expect("it looks").is_none());
        memo.update(|note| note.n += 1);
        db0::commit().expect("it commits");
        assert!(commits.next_within(Duration::from_millis(1)).expect("it looks").is_none());
    }
    prefix.compact_within(Duration::MAX).expect("nobody else has it open");
    drop(world);
}

#[test]
fn histories_of_nothing_and_of_everything() {
    for (history, kept) in [
        (History::Last(0), 1),
        (History::Last(1), 1),
        (History::Last(u64::MAX), 3),
        // The state before the last one was the present until just now.
        (History::For(Duration::ZERO), 2),
        (History::For(Duration::MAX), 3),
        (History::Off, 1),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config::new(folder.path()).autocommit(false).history(history);
        let workspace = Workspace::open(config).expect("it opens");
        let _entered = workspace.enter();
        let memo = note();
        let states = db0::states(..).expect("they are listed");
        assert_eq!(states.len(), kept, "{history:?}");
        let then = db0::snapshot_at(3).expect("the present");
        assert_eq!(then.of(&memo).read().n, 3, "{history:?}");
        db0::prune_history(..u64::MAX).expect("the present stays");
        assert_eq!(db0::states(..).expect("they are listed").len(), 1, "{history:?}");
        assert_eq!(db0::snapshot().expect("the present").of(&memo).read().n, 3);
        memo.write().n = 4;
        assert_eq!(db0::commit().expect("it goes on"), 4);
        assert_eq!(then.of(&memo).read().n, 3, "it is held");
    }
}
