//! The past: states by number and time, an object's own history, and history that is bounded.

mod common;

use std::time::{Duration, SystemTime};

use common::World;
use db0::{Error, History, Memo};

#[db0::memo(keep)]
struct Note {
    text: String,
}

fn note(text: &str) -> Memo<Note> {
    Memo::new(Note { text: text.into() })
}

#[test]
fn an_object_knows_when_it_changed() {
    let mut world = World::new();
    let (a, b) = (note("a0"), note("b0"));
    let mut changed = vec![db0::commit().expect("it commits")];
    for n in 1..80 {
        if n % 3 == 0 {
            a.write().text = format!("a{n}");
        }
        b.write().text = format!("b{n}");
        let state = db0::commit().expect("it commits");
        if n % 3 == 0 {
            changed.push(state);
        }
    }
    let uuid = a.uuid();
    drop((a, b));
    world.reopen();
    let a = db0::fetch::<Note>(uuid).expect("it is there");
    assert_eq!(a.history().expect("it is kept"), changed);
    for (n, state) in changed.iter().enumerate() {
        assert_eq!(a.at(*state).expect("it is kept").read().text, format!("a{}", 3 * n));
    }
    assert!(matches!(a.at(1000), Err(Error::NoState { state: 1000, .. })));
}

#[test]
fn states_are_found_by_their_time() {
    let _world = World::new();
    let a = note("a");
    let before = SystemTime::now();
    let mut moments = Vec::new();
    for n in 0..20 {
        a.write().text = n.to_string();
        let state = db0::commit().expect("it commits");
        std::thread::sleep(Duration::from_millis(2));
        moments.push((state, SystemTime::now()));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(db0::state_at(before).expect("a state"), 0);
    for (n, (state, time)) in moments.iter().enumerate() {
        assert_eq!(db0::state_at(*time).expect("a state"), *state);
        let then = db0::snapshot_at_time(*time).expect("a snapshot");
        assert_eq!(then.of(&a).read().text, n.to_string());
    }
    let listed = db0::states(5..8).expect("they are kept");
    assert_eq!(listed.iter().map(|state| state.number).collect::<Vec<_>>(), [5, 6, 7]);
    assert!(listed.iter().all(|state| state.modified == 1 && state.created == 0));
}

#[test]
fn a_bounded_history_keeps_what_is_in_use() {
    let world = World::new();
    let prefix = world.workspace.as_ref().expect("open").current();
    let a = note("0");
    db0::commit().expect("it commits");
    let held = db0::snapshot().expect("a snapshot");
    prefix.set_history(History::Last(10)).expect("it is writable");
    for n in 1..=100 {
        a.write().text = n.to_string();
        db0::commit().expect("it commits");
    }
    assert_eq!(held.of(&a).read().text, "0");
    assert!(matches!(db0::snapshot_at(50), Err(Error::Pruned { oldest: 92 })));
    assert_eq!(db0::snapshot_at(92).expect("kept").of(&a).read().text, "91");
    db0::prune_history(..100).expect("it is writable");
    assert!(matches!(db0::snapshot_at(99), Err(Error::Pruned { oldest: 100 })));
    assert_eq!(held.of(&a).read().text, "0");
    assert_eq!(db0::snapshot_at(101).expect("kept").of(&a).read().text, "100");
    assert!(db0::wait(&prefix, 101, Duration::ZERO).expect("it looks"));
    assert!(!db0::wait(&prefix, 102, Duration::from_millis(5)).expect("it looks"));
}

#[test]
fn what_comes_after_a_pruning_stays() {
    let _world = World::new();
    let a = note("0");
    for n in 1..=3 {
        a.write().text = n.to_string();
        db0::commit().expect("it commits");
    }
    // All that there is by now, what has been published since the last commit as well.
    a.write().text = "4".into();
    db0::prune_history(..u64::MAX).expect("it is writable");
    for n in 5..=7 {
        a.write().text = n.to_string();
        db0::commit().expect("it commits");
    }
    let kept = db0::states(..).expect("they are kept");
    assert_eq!(kept.iter().map(|state| state.number).collect::<Vec<_>>(), [4, 5, 6, 7]);
    assert_eq!(db0::snapshot_at(4).expect("it is kept").of(&a).read().text, "4");
}

#[test]
fn history_is_pruned_by_time_and_tells_how_far_it_is() {
    let world = World::new();
    let prefix = world.workspace.as_ref().expect("open").current();
    let notes: Vec<_> = (0..3000).map(|n| note(&n.to_string())).collect();
    db0::commit().expect("it commits");
    for round in 0..9 {
        notes.iter().for_each(|note| note.write().text = format!("round {round}"));
        db0::commit().expect("it commits");
    }
    std::thread::sleep(Duration::from_millis(5));
    let then = SystemTime::now();
    std::thread::sleep(Duration::from_millis(5));
    notes[0].write().text = "last".into();
    db0::commit().expect("it commits");
    // Others write meanwhile: 27,000 old rows go in steps of ten thousand.
    let mut told = Vec::new();
    prefix
        .prune_history_with(..then, |progress| {
            notes[1].write().text = format!("beside {}", progress.done);
            told.push(progress);
        })
        .expect("it prunes");
    assert!(told.len() >= 3, "{told:?}");
    assert!(told.windows(2).all(|pair| pair[0].done <= pair[1].done), "{told:?}");
    assert!(told.iter().all(|progress| progress.oldest == 10), "{told:?}");
    assert_eq!(told.last().map(|progress| progress.done), Some(10));
    assert!(matches!(db0::snapshot_at(9), Err(Error::Pruned { oldest: 10 })));
    let kept = db0::snapshot_at_time(then).expect("it was the present then");
    assert_eq!((kept.state(), &*kept.of(&notes[0]).read().text), (10, "round 8"));
    // Before the history there is nothing to prune.
    db0::prune_history(..SystemTime::UNIX_EPOCH).expect("it has nothing to do");
    assert_eq!(db0::states(..).expect("they are kept")[0].number, 10);
}

#[test]
fn what_was_the_present_within_a_time_is_kept() {
    let world = World::new();
    let prefix = world.workspace.as_ref().expect("open").current();
    let a = note("0");
    let commit = |n: u64| {
        a.write().text = n.to_string();
        db0::commit().expect("it commits");
    };
    (1..=5).for_each(commit);
    std::thread::sleep(Duration::from_millis(50));
    prefix.set_history(History::For(Duration::from_millis(40))).expect("it is writable");
    commit(6);
    // State 5 was the present all the time.
    assert_eq!(db0::states(..).expect("they are kept")[0].number, 5);
    assert_eq!(db0::snapshot_at(5).expect("it is kept").of(&a).read().text, "5");
    prefix.set_history(History::For(Duration::from_hours(1))).expect("it is writable");
    (7..=9).for_each(commit);
    assert_eq!(db0::states(..).expect("they are kept").len(), 5);
    prefix.set_history(History::Off).expect("it is writable");
    commit(10);
    assert!(matches!(db0::snapshot_at(9), Err(Error::Pruned { oldest: 10 })));
    // From here on everything is kept again.
    prefix.set_history(History::All).expect("it is writable");
    (11..=20).for_each(commit);
    assert_eq!(a.history().expect("it is kept"), (10..=20).collect::<Vec<_>>());
    assert_eq!(db0::snapshot_at(10).expect("it is kept").of(&a).read().text, "10");
    let before = db0::snapshot_at(10).expect("it is kept");
    let after = db0::snapshot_at(20).expect("it is kept");
    assert_eq!(db0::select_modified::<Note>((), &before, &after).len(), 1);
}
