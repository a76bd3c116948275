//! A file that somebody takes away or replaces while it is open: that is noticed before anything is
//! written that nobody would find, and nothing is lost.

mod common;

use std::{fs, path::PathBuf};

use common::World;
use db0::{Config, Error, Memo, Mode, Workspace};

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

/// Files of a folder that this process has open.
fn open_files(folder: &std::path::Path) -> Vec<PathBuf> {
    let open = fs::read_dir("/proc/self/fd").expect("it is listed").flatten();
    let names = open.filter_map(|entry| fs::read_link(entry.path()).ok());
    names.filter(|name| name.starts_with(folder)).collect()
}

#[test]
fn what_can_no_longer_be_stored_goes_with_the_last_handle() {
    for bound in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().canonicalize().expect("it is there");
        let workspace = Workspace::open(Config::new(&path).autocommit(false)).expect("it opens");
        let other = workspace.prefix("other", Mode::ReadWrite).expect("it opens");
        let note = workspace.create(Note { text: "one".into() });
        workspace.commit().expect("it commits");
        let more = workspace.create(Note { text: "three".into() });
        let bind = || -> db0::Result<()> {
            note.try_update(|note| note.text.push('!'))?;
            let default = workspace.prefix("default", Mode::ReadWrite)?;
            default.create(Note { text: "four".into() });
            Ok(())
        };
        if bound { workspace.atomic(bind) } else { bind() }.expect("nothing is stored yet");
        for name in ["default", "other"] {
            fs::remove_file(path.join(name).join("data.mdb")).expect("it is ours");
        }
        workspace.close().expect_err("there is nowhere to store it");
        assert!(!open_files(&path).is_empty());
        drop((note, more, other, workspace));
        let open = open_files(&path);
        assert!(open.is_empty(), "bound: {bound}, {open:?}");
    }
}
