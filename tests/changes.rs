//! What differs between two snapshots: exact, for any criteria, in both directions.

mod common;

use common::World;
use db0::{Change, Kind, List, Memo, Snapshot};

#[db0::memo(keep)]
struct Note {
    text: String,
    lines: List<u32>,
}

fn note(text: &str) -> Memo<Note> {
    Memo::new(Note { text: text.into(), lines: List::new() })
}

fn commit() -> Snapshot {
    db0::commit().expect("it commits");
    db0::snapshot().expect("a snapshot")
}

fn kinds(before: &Snapshot, after: &Snapshot, memo: &Memo<Note>) -> Vec<Kind> {
    let changes = db0::changes(before, after).filter(|change| change.uuid == memo.uuid());
    changes.map(|change: Change| change.kind).collect()
}

#[test]
fn new_deleted_and_modified_in_both_directions() {
    let mut world = World::new();
    let (stays, goes, changes) = (note("stays"), note("goes"), note("changes"));
    let before = commit();
    let comes = note("comes");
    db0::delete(&goes).expect("nothing refers to it");
    changes.write().text = "changed".into();
    let after = commit();
    let check = |before: &Snapshot, after: &Snapshot| {
        let new: Vec<_> = db0::select_new::<Note>((), before, after).collect();
        let deleted: Vec<_> = db0::select_deleted::<Note>((), before, after).collect();
        let modified: Vec<_> = db0::select_modified::<Note>((), before, after).collect();
        assert_eq!((&new[..], &deleted[..]), (&[after.of(&comes)][..], &[before.of(&goes)][..]));
        let [(old, new)] = &modified[..] else { panic!("{modified:?}") };
        assert_eq!((&*old.read().text, &*new.read().text), ("changes", "changed"));
        // The other way round.
        let back: Vec<_> = db0::select_new::<Note>((), after, before).collect();
        assert_eq!(back, [before.of(&goes)]);
        assert_eq!(db0::select_deleted::<Note>((), after, before).len(), 1);
        let (old, new) = db0::select_modified::<Note>((), after, before).next().expect("one");
        assert_eq!((&*old.read().text, &*new.read().text), ("changed", "changes"));
        assert_eq!(kinds(before, after, &comes), [Kind::Created]);
        assert_eq!(kinds(after, before, &comes), [Kind::Deleted]);
        assert_eq!(kinds(before, after, &changes), [Kind::Modified]);
        assert_eq!(kinds(before, after, &stays), []);
        assert!(db0::changes(after, after).is_empty());
    };
    check(&before, &after);
    let (first, last) = (before.state(), after.state());
    drop((before, after));
    world.reopen();
    let at = |state| db0::snapshot_at(state).expect("it is kept");
    assert_eq!(db0::select_new::<Note>((), &at(first), &at(last)).len(), 1);
    assert_eq!(db0::select_deleted::<Note>((), &at(first), &at(last)).len(), 1);
    assert_eq!(db0::select_modified::<Note>((), &at(first), &at(last)).len(), 1);
}

#[test]
fn equal_content_is_no_change_unless_touched() {
    let _world = World::new();
    let (same, back, touched) = (note("same"), note("back"), note("touched"));
    let before = commit();
    same.write().text = "same".into();
    back.write().text = "there".into();
    db0::touch(&touched);
    commit();
    back.write().text = "back".into();
    let after = commit();
    let modified: Vec<_> =
        db0::select_modified::<Note>((), &before, &after).map(|(_, new)| new).collect();
    assert_eq!(modified, [after.of(&touched)]);
    assert_eq!(kinds(&before, &after, &back), []);
    assert_eq!(kinds(&before, &after, &same), []);
}

#[test]
fn entering_and_leaving_criteria_is_new_and_deleted() {
    let _world = World::new();
    let (enters, leaves, bears) = (note("enters"), note("leaves"), note("bears"));
    db0::tags([&leaves, &bears]).add("red");
    let before = commit();
    db0::tags(&enters).add("red");
    db0::tags(&leaves).remove("red");
    bears.write().text = "still".into();
    let after = commit();
    let new: Vec<_> = db0::select_new::<Note>("red", &before, &after).collect();
    let deleted: Vec<_> = db0::select_deleted::<Note>("red", &before, &after).collect();
    let modified = db0::select_modified::<Note>("red", &before, &after);
    assert_eq!((new, deleted), (vec![after.of(&enters)], vec![before.of(&leaves)]));
    assert_eq!(modified.map(|(_, new)| new).collect::<Vec<_>>(), [after.of(&bears)]);
    // Tags are no change of the object itself.
    assert_eq!(db0::changes(&before, &after).len(), 1);
    let starts_with = || Note::TEXT.eq("still");
    assert_eq!(db0::select_new::<Note>(starts_with(), &before, &after).len(), 1);
    assert!(db0::select_modified::<Note>(starts_with(), &before, &after).is_empty());
    assert_eq!(db0::select_new::<Note>(db0::no("red"), &before, &after).len(), 1);
}

#[test]
fn a_snapshot_in_use_is_compared_also_when_its_history_is_pruned() {
    let _world = World::new();
    let (a, b, c) = (note("a"), note("b"), note("c"));
    b.read().lines.push(1);
    let before = commit();
    a.write().text = "a2".into();
    b.read().lines.push(2);
    commit();
    db0::delete(&c).expect("nothing refers to it");
    let d = note("d");
    let last = commit().state();
    db0::prune_history(..last).expect("it prunes");
    b.read().lines.push(3);
    let after = commit();
    assert_eq!(db0::select_new::<Note>((), &before, &after).collect::<Vec<_>>(), [after.of(&d)]);
    let gone = db0::select_deleted::<Note>((), &before, &after);
    assert_eq!(gone.map(|memo| memo.read().text.clone()).collect::<Vec<_>>(), ["c"]);
    let modified = db0::select_modified::<Note>((), &before, &after);
    let modified: Vec<_> = modified.map(|(_, new)| new).collect();
    assert_eq!(modified, [after.of(&a), after.of(&b)]);
    let spliced = b.read().lines.changes(&before, &after).next().expect("it changed");
    assert_eq!((spliced.new_index, spliced.new), (1, vec![2, 3]));
}
