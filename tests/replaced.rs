//! A file that somebody takes away or replaces while it is open: that is noticed before anything is
//! written that nobody would find, and nothing is lost.

mod common;

use std::{fs, path::PathBuf};

use common::World;
use db0::{Error, Memo, Workspace};

#[db0::memo(keep)]
struct Note {
    text: String,
}

fn write(count: usize) {
    for n in 0..count {
        Memo::new(Note { text: format!("note {n}") });
    }
}

fn data(world: &World) -> PathBuf {
    world.folder.path().join("default/data.mdb")
}

fn refused() -> String {
    let error = db0::commit().expect_err("the file is not in its place");
    assert!(matches!(error, Error::Commit { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn what_waits_is_written_once_the_file_is_back() {
    let world = World::new();
    write(10);
    db0::commit().expect("it commits");
    let (data, aside) = (data(&world), world.folder.path().join("aside"));
    for copy_in_its_place in [false, true] {
        fs::rename(&data, &aside).expect("it is ours");
        if copy_in_its_place {
            fs::copy(&aside, &data).expect("it is ours");
        }
        let before = fs::read(&data).ok();
        write(5);
        let told = refused();
        assert!(told.contains("data.mdb") && told.contains("put it back"), "{told}");
        assert_eq!(refused(), told, "it stays so");
        assert!(db0::find::<Note>(()).count() >= 15, "it is read as before");
        assert!(fs::read(&data).ok() == before, "the other file was written to");
        fs::rename(&aside, &data).expect("it is ours");
        db0::commit().expect("it is back");
    }
    assert_eq!(db0::find::<Note>(()).count(), 20);
    assert!(Workspace::verify(world.folder.path(), "default").expect("it reads").is_sound());
}

#[test]
fn a_file_that_is_gone_for_good_is_copied_from_who_has_it_open() {
    let world = World::new();
    write(10);
    db0::commit().expect("it commits");
    fs::remove_file(data(&world)).expect("it is ours");
    write(1);
    refused();
    let copy = world.folder.path().join("copy");
    let prefix = world.workspace.as_ref().expect("open").current();
    assert_eq!(prefix.backup(&copy).expect("it can still be read").objects, 10);
    let elsewhere = world.folder.path().join("elsewhere");
    Workspace::restore(&elsewhere, "default", &copy).expect("it is sound");
}
