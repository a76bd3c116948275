//! A change inside a collection counts as a change of the objects that own it.

mod common;

use common::World;
use db0::{Dict, Kind, List, Memo, Snapshot};

#[db0::memo(keep)]
struct Shelf {
    label: String,
    books: List<String>,
    rooms: Dict<String, List<u32>>,
}

fn shelf(label: &str) -> Memo<Shelf> {
    Memo::new(Shelf { label: label.into(), books: List::new(), rooms: Dict::new() })
}

fn commit() -> Snapshot {
    db0::commit().expect("it commits");
    db0::snapshot().expect("a snapshot")
}

fn modified(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let modified = db0::select_modified::<Shelf>((), before, after);
    modified.map(|(_, new)| new.read().label.clone()).collect()
}

#[test]
fn its_owner_is_modified_and_it_is_listed_itself() {
    let mut world = World::new();
    let (a, b) = (shelf("a"), shelf("b"));
    a.read().books.push("Emma".into());
    let before = commit();
    a.read().books.push("Persuasion".into());
    let after = commit();
    assert_eq!(modified(&before, &after), ["a"]);
    let listed = db0::states(after.state()..).expect("it is kept");
    assert_eq!((listed[0].modified, listed[0].created), (1, 0));
    assert_eq!(a.history().expect("it is kept"), [before.state(), after.state()]);
    assert_eq!(b.history().expect("it is kept"), [before.state()]);
    let changes: Vec<_> = db0::changes(&before, &after).collect();
    let told: Vec<_> = changes.iter().map(|change| (change.kind, &*change.class)).collect();
    assert_eq!(told, [(Kind::Modified, "List"), (Kind::Modified, "Shelf")]);
    // As after a restart.
    let uuid = a.uuid();
    drop((a, b, before, after));
    world.reopen();
    let a = db0::fetch::<Shelf>(uuid).expect("it is there");
    assert_eq!(a.history().expect("it is kept").len(), 2);
    let before = db0::snapshot().expect("a snapshot");
    a.read().books.set(0, "Lady Susan".into());
    let after = commit();
    assert_eq!(modified(&before, &after), ["a"]);
    assert_eq!(before.of(&a).read().books.get(0).as_deref(), Some("Emma"));
}

#[test]
fn nested_collections_count_for_the_outermost_owner() {
    let _world = World::new();
    let a = shelf("a");
    a.read().rooms.insert("hall".to_string(), List::from_iter([1, 2]));
    let before = commit();
    a.read().rooms.get("hall").expect("it is there").push(3);
    let after = commit();
    assert_eq!(modified(&before, &after), ["a"]);
    assert!(a.read().rooms.changes(&before, &after).is_empty());
    a.read().rooms.get("hall").expect("it is there").pop();
    let back = commit();
    // There and back: as it was.
    assert_eq!(modified(&before, &back), Vec::<String>::new());
    assert!(db0::changes(&before, &back).is_empty());
    assert_eq!(modified(&after, &back), ["a"]);
}

#[test]
fn a_shared_collection_counts_for_each_owner_while_it_is_one() {
    let _world = World::new();
    let (a, b) = (shelf("a"), shelf("b"));
    let shared = List::from_iter(["Emma".to_owned()]);
    a.write().books = shared.clone();
    b.write().books = shared.clone();
    let before = commit();
    shared.push("Persuasion".into());
    let both = commit();
    assert_eq!(modified(&before, &both), ["a", "b"]);
    b.write().books = List::new();
    let parted = commit();
    shared.push("Sanditon".into());
    let after = commit();
    assert_eq!(modified(&parted, &after), ["a"]);
    assert_eq!(b.history().expect("it is kept").last(), Some(&parted.state()));
}

#[test]
fn elements_written_with_equal_values_are_no_change() {
    let _world = World::new();
    let a = shelf("a");
    a.read().books.push("Emma".into());
    a.read().rooms.insert("hall".to_string(), List::new());
    let before = commit();
    a.read().books.set(0, "Emma".into());
    let same = db0::commit().expect("it commits");
    assert_eq!(same, before.state());
}
