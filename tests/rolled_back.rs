//! A file that shows less than was committed: it was replaced by an older copy, or has lost its last commits.

mod common;

use std::{fs, path::PathBuf};

use common::World;
use db0::{Config, Durability, Error, Memo, Workspace};

#[db0::memo(keep)]
struct Note {
    text: String,
}

fn write(text: &str) -> u64 {
    Memo::new(Note { text: text.into() });
    db0::commit().expect("it commits")
}

fn data(world: &World) -> PathBuf {
    world.folder.path().join("default/data.mdb")
}

/// A workspace of two states, and a file of the first one.
fn with_an_older_file() -> (World, PathBuf) {
    let mut world = World::new();
    write("one");
    world.close();
    let older = world.folder.path().join("older");
    fs::copy(data(&world), &older).expect("nobody writes");
    world.open();
    write("two");
    world.close();
    (world, older)
}

fn config(world: &World) -> Config {
    Config::new(world.folder.path()).autocommit(false)
}

fn refused(world: &World) -> (u64, u64) {
    let error = Workspace::open(config(world)).expect_err("more was committed");
    let told = error.to_string();
    assert!(told.contains("db0 doctor --accept") && told.contains("older copy"), "{told}");
    match error {
        Error::RolledBack { path, state, known } if path == data(world) => (state, known),
        _ => panic!("{error:?}"),
    }
}

#[test]
fn an_older_file_is_read_but_not_written_until_it_is_accepted() {
    let (world, older) = with_an_older_file();
    world.set_damaged();
    fs::copy(&older, data(&world)).expect("nobody has it open");
    assert_eq!(refused(&world), (1, 2));
    let found = Workspace::verify(world.folder.path(), "default").expect("it reads");
    assert!(found.findings[0].why.contains("state 2 was committed"), "{:?}", found.findings);
    let reader = Workspace::open(config(&world).read_only()).expect("it is read");
    assert_eq!((reader.state(), reader.find::<Note>(()).count()), (1, 1));
    drop(reader);
    assert_eq!(refused(&world), (1, 2), "reading changes nothing");
    let accepted = Workspace::accept(world.folder.path(), "default").expect("nobody writes");
    assert_eq!(accepted, 1);
    assert!(Workspace::verify(world.folder.path(), "default").expect("it reads").is_sound());
    let workspace = Workspace::open(config(&world)).expect("it is accepted");
    let _entered = workspace.enter();
    assert_eq!(write("another two"), 2);
}

#[test]
fn the_newer_file_is_put_back_and_nothing_is_lost() {
    let (world, older) = with_an_older_file();
    let newer = world.folder.path().join("newer");
    fs::rename(data(&world), &newer).expect("nobody has it open");
    fs::copy(&older, data(&world)).expect("nobody has it open");
    refused(&world);
    fs::rename(&newer, data(&world)).expect("nobody has it open");
    let workspace = Workspace::open(config(&world)).expect("it is the one");
    assert_eq!((workspace.state(), workspace.find::<Note>(()).count()), (2, 2));
}

#[test]
fn a_file_that_came_as_far_in_another_way_is_refused() {
    let (world, older) = with_an_older_file();
    world.set_damaged();
    let elsewhere = tempfile::tempdir().expect("a folder");
    fs::create_dir(elsewhere.path().join("default")).expect("it is ours");
    let copy = elsewhere.path().join("default/data.mdb");
    fs::copy(older, &copy).expect("nobody writes");
    let workspace =
        Workspace::open(Config::new(elsewhere.path()).autocommit(false)).expect("it opens");
    let entered = workspace.enter();
    assert_eq!(write("another two"), 2);
    workspace.close().expect("it closes");
    drop(entered);
    fs::copy(copy, data(&world)).expect("nobody has it open");
    assert_eq!(refused(&world), (2, 2));
}

#[test]
fn a_restored_copy_is_what_was_committed() {
    let (world, _) = with_an_older_file();
    let copy = world.folder.path().join("copy.db0");
    let workspace = Workspace::open(config(&world)).expect("it opens");
    workspace.current().backup(&copy).expect("it is copied");
    {
        let _entered = workspace.enter();
        write("three");
    }
    workspace.close().expect("it closes");
    // Not by `drop_prefix`, which leaves nothing: as somebody does who means well.
    fs::remove_file(data(&world)).expect("nobody has it open");
    Workspace::restore(world.folder.path(), "default", &copy).expect("it is sound");
    let workspace = Workspace::open(config(&world)).expect("it is what was restored");
    assert_eq!(workspace.state(), 2);
}

#[test]
fn what_a_power_cut_may_take_is_no_reason_to_refuse() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || {
        let config = Config::new(folder.path()).autocommit(false);
        Workspace::open(config.durability(Durability::Relaxed)).expect("it opens")
    };
    let data = folder.path().join("default/data.mdb");
    let workspace = open();
    workspace.create(Note { text: "one".into() });
    workspace.commit().expect("it commits");
    let older = fs::read(&data).expect("nobody writes now");
    workspace.create(Note { text: "two".into() });
    workspace.commit().expect("it commits");
    workspace.close().expect("it closes");
    fs::write(&data, older).expect("nobody has it open");
    assert_eq!(open().state(), 1);
}
