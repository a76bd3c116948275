//! Objects of prefixes that are not open are found by their uuids.

mod common;

use std::thread;

use common::World;
use db0::{Config, Error, Memo, Mode, Workspace};
use uuid::Uuid;

#[db0::memo(keep)]
#[derive(Debug)]
struct Note {
    text: String,
    other: Option<db0::WeakMemo<Note>>,
}

/// A note in each of four prefixes, which are closed.
fn closed(world: &World) -> Vec<Uuid> {
    let workspace = world.workspace.as_ref().expect("it is open");
    let mut uuids = Vec::new();
    for name in ["a", "b", "c", "d/e"] {
        let prefix = workspace.prefix(name, Mode::ReadWrite).expect("it opens");
        uuids.push(prefix.create(Note { text: name.into(), other: None }).uuid());
        prefix.close().expect("it closes");
    }
    uuids
}

fn names_open(workspace: &Workspace) -> Vec<String> {
    let mut names: Vec<_> =
        workspace.open_prefixes().iter().map(|prefix| prefix.name().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_prefix_that_has_it_is_opened_for_reading_and_no_other() {
    let world = World::new();
    let uuids = closed(&world);
    let workspace = world.workspace.clone().expect("it is open");
    let current = db0::current().name().to_owned();
    let third = db0::fetch::<Note>(uuids[2]).expect("it is found");
    assert_eq!(third.read().text, "c");
    assert!(matches!(third.try_write(), Err(Error::ReadOnly { .. })));
    assert_eq!(names_open(&workspace), ["c", "default"]);
    assert_eq!(db0::current().name(), current);
    assert!(db0::exists::<Note>(uuids[3]));
    assert_eq!(db0::fetch_any(uuids[0]).expect("it is found").class(), "Note");
    assert_eq!(names_open(&workspace), ["a", "c", "d/e", "default"]);
    db0::drop_prefix("b").expect("nobody has it open");
    assert!(matches!(db0::fetch::<Note>(uuids[1]), Err(Error::NotFound { .. })));
    // What is read can be written after all.
    workspace.prefix("c", Mode::ReadWrite).expect("it opens");
    third.write().text = "C".into();
    assert_eq!(third.read().text, "C");
}

#[test]
fn one_that_is_damaged_hides_no_other() {
    let world = World::new();
    let uuids = closed(&world);
    let data = world.folder.path().join("a/data.mdb");
    let stray = db0::current().create(Note { text: "s".into(), other: None });
    std::fs::write(data, vec![7; 65_536]).expect("it is written");
    world.set_damaged();
    assert_eq!(db0::fetch::<Note>(uuids[1]).expect("it is found").read().text, "b");
    assert_eq!(db0::fetch::<Note>(stray.uuid()).expect("it is found"), stray);
    // This one may have been in it.
    let missing = db0::fetch::<Note>(uuids[0]).expect_err("it is damaged");
    assert!(!matches!(missing, Error::NotFound { .. }), "{missing}");
}

#[test]
fn threads_that_find_it_at_once_share_it() {
    for _ in 0..10 {
        let mut world = World::new();
        let uuids = closed(&world);
        world.reopen();
        let workspace = world.workspace.clone().expect("it is open");
        let found: Vec<Memo<Note>> = thread::scope(|scope| {
            let fetch = || workspace.fetch::<Note>(uuids[1]).expect("it is found");
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(fetch)).collect();
            threads.into_iter().map(|thread| thread.join().expect("it ends")).collect()
        });
        assert!(found.iter().all(|one| *one == found[0]));
        assert_eq!(names_open(&workspace), ["b", "default"]);
    }
}

#[test]
fn a_reader_finds_them_too() {
    let mut world = World::new();
    let uuids = closed(&world);
    world.close();
    let config = Config::new(world.folder.path()).read_only();
    let workspace = Workspace::open(config).expect("it opens");
    let _entered = workspace.enter();
    assert_eq!(db0::fetch::<Note>(uuids[3]).expect("it is found").read().text, "d/e");
}

#[test]
fn one_that_others_read_is_not_deleted() {
    let world = World::new();
    let uuids = closed(&world);
    let workspace = world.workspace.as_ref().expect("it is open");
    let a = workspace.prefix("a", Mode::ReadWrite).expect("it opens");
    let config = Config::new(world.folder.path()).prefix("a").read_only();
    let reader = Workspace::open(config).expect("it opens");
    let snapshot = a.snapshot().expect("a snapshot");
    // A handle on a closed prefix keeps nothing open.
    let handle = a.clone();
    a.close().expect("it closes");
    let refused = db0::drop_prefix("a").expect_err("it is read");
    assert!(matches!(&refused, Error::InUse { pids, .. } if *pids == [std::process::id()]));
    let note = reader.fetch::<Note>(uuids[0]).expect("it is there");
    assert_eq!(note.read().text, "a");
    drop(note);
    reader.close().expect("it closes");
    let told = db0::snapshot_of([("a", 1)]).expect_err("it is not open");
    assert!(matches!(told, Error::Closed { .. }), "{told}");
    db0::drop_prefix("a").expect("nobody has it open");
    assert!(!db0::prefixes().expect("they are listed").contains(&"a".to_owned()));
    let told = db0::snapshot_of([("a", 1)]).expect_err("there is none");
    assert!(matches!(told, Error::NoPrefix { .. }), "{told}");
    drop((handle, snapshot));
}
