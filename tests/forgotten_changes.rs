//! What differs from a snapshot in use is exact, also where its history is forgotten, is just being forgotten,
//! or where a collection was away in between.

mod common;

use common::World;
use db0::{Change, Kind, List, Memo, Snapshot};

#[db0::memo(keep)]
struct Note {
    n: u64,
    lines: List<u64>,
}

fn note(n: u64) -> Memo<Note> {
    Memo::new(Note { n, lines: List::from_iter([n]) })
}

fn commit() -> Snapshot {
    db0::commit().expect("it commits");
    db0::snapshot().expect("a snapshot")
}

/// The numbers of those that were modified, by both ways to ask, in both directions.
fn modified(before: &Snapshot, after: &Snapshot) -> Vec<u64> {
    let told = |a, b| db0::select_modified::<Note>((), a, b).map(|(old, _)| old.uuid());
    let found: Vec<_> = told(before, after).collect();
    assert_eq!(found, told(after, before).collect::<Vec<_>>());
    let is_it = |change: &Change| change.class == "Note" && change.kind == Kind::Modified;
    let notes = db0::changes(before, after).filter(is_it);
    assert_eq!(found, notes.map(|change| change.uuid).collect::<Vec<_>>());
    found.iter().map(|uuid| before.fetch::<Note>(*uuid).expect("it is there").read().n).collect()
}

#[test]
fn what_is_touched_counts_from_then_on() {
    let _world = World::new();
    let (a, b) = (note(1), note(2));
    let first = commit();
    a.read().lines.push(0);
    let second = commit();
    db0::touch(&b);
    let third = commit();
    db0::touch(&b);
    let fourth = commit();
    let last = {
        note(3);
        commit()
    };
    db0::prune_history(..last.state()).expect("it prunes");
    for snapshot in [&first, &second, &third, &fourth, &last] {
        assert!(db0::changes(snapshot, snapshot).is_empty());
        assert!(modified(snapshot, snapshot).is_empty());
    }
    assert_eq!(modified(&first, &second), [1]);
    assert_eq!(modified(&first, &third), [1, 2]);
    assert_eq!(modified(&second, &third), [2]);
    assert_eq!(modified(&second, &last), [2]);
    assert_eq!(modified(&third, &fourth), [2]);
    assert!(modified(&fourth, &last).is_empty());
}

#[test]
fn what_is_not_forgotten_yet_is_told_meanwhile() {
    const PART: usize = 6000;
    let world = World::new();
    let prefix = world.workspace.as_ref().expect("it is open").current();
    let notes: Vec<_> = (0..3 * PART as u64).map(note).collect();
    let first = commit();
    for part in notes.chunks(PART) {
        part.iter().for_each(|note| note.write().n += 1_000_000);
        commit();
    }
    let last = db0::snapshot().expect("a snapshot");
    let all: Vec<_> = (0..notes.len() as u64).collect();
    let mut steps = 0;
    let mut look = |_| {
        assert_eq!(modified(&first, &last), all);
        steps += 1;
    };
    prefix.prune_history_with(..last.state(), &mut look).expect("it prunes");
    assert!(steps > 2, "it went in {steps} steps");
}

#[test]
fn a_collection_may_have_been_away_in_between() {
    let _world = World::new();
    let (a, b) = (note(1), note(2));
    let before = commit();
    let [mine, yours] = [&a, &b].map(|note| note.read().lines.clone());
    a.write().lines = List::new();
    b.write().lines = List::new();
    commit();
    mine.push(7);
    commit();
    a.write().lines = mine;
    b.write().lines = yours;
    let after = commit();
    assert_eq!(a.read().lines.to_vec(), [1, 7]);
    assert_eq!(modified(&before, &after), [1]);
}
