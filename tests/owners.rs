//! Folders and files that others could change are refused, in words that say what to do.

mod common;

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use common::World;
use db0::{Config, Error, Memo, Workspace};

#[db0::memo(keep)]
struct Note {
    text: String,
}

fn prepared() -> World {
    let mut world = World::new();
    Memo::new(Note { text: "hello".into() });
    world.close();
    world
}

fn set(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

fn refusal(config: Config) -> String {
    let error = Workspace::open(config).expect_err("others could change it");
    assert!(matches!(error, Error::Format { .. }), "{error:?}");
    error.to_string()
}

#[test]
fn what_everybody_may_write_to_is_refused_unless_it_is_meant() {
    let world = prepared();
    let root = world.folder.path();
    for (path, mode) in [
        (root.to_path_buf(), 0o700),
        (root.join("default"), 0o700),
        (root.join("default/data.mdb"), 0o600),
    ] {
        set(&path, mode | 0o002);
        for config in [Config::new(root), Config::new(root).read_only()] {
            let told = refusal(config);
            assert!(told.contains(&*path.to_string_lossy()) && told.contains("chmod"), "{told}");
        }
        Workspace::open(Config::new(root).any_owner())
            .expect("it is meant")
            .close()
            .expect("closes");
        set(&path, mode);
        Workspace::open(Config::new(root)).expect("it is ours").close().expect("it closes");
    }
    // Where only owners may remove what is there, a workspace may lie.
    set(root, 0o1777);
    Workspace::open(Config::new(root)).expect("it is as /tmp").close().expect("it closes");
    // The group is the owner's own matter.
    set(&root.join("default"), 0o770);
    Workspace::open(Config::new(root)).expect("it is ours").close().expect("it closes");
}

#[test]
fn links_in_the_place_of_folders_and_files_are_refused() {
    let world = prepared();
    let root = world.folder.path();
    let alias = root.with_extension("alias");
    symlink(root, &alias).expect("it is ours");
    for named in [alias.clone(), alias.join("")] {
        let told = refusal(Config::new(&named));
        assert!(told.contains("it is a link") && told.contains("any_owner"), "{told}");
        let workspace = Workspace::open(Config::new(&named).any_owner()).expect("it is meant");
        workspace.close().expect("it closes");
    }
    fs::remove_file(&alias).expect("it is ours");
    // The slash at its end alone is no matter.
    Workspace::open(Config::new(root.join(""))).expect("it is ours").close().expect("it closes");
    symlink(root.join("default"), root.join("other")).expect("it is ours");
    let told = refusal(Config::new(root).prefix("other"));
    assert!(told.contains("it is a link"), "{told}");
    fs::create_dir(root.join("outside")).expect("it is ours");
    symlink(root.join("outside"), root.join("a")).expect("it is ours");
    let told = refusal(Config::new(root).prefix("a/b"));
    assert!(told.contains("it is a link"), "{told}");
    assert_eq!(fs::read_dir(root.join("outside")).expect("it reads").count(), 0);
    let lock = root.join("default/lock.mdb");
    fs::remove_file(&lock).expect("nobody has it open");
    symlink(root.join("outside/lock"), &lock).expect("it is ours");
    let told = refusal(Config::new(root));
    assert!(told.contains("lock.mdb") && told.contains("plain file"), "{told}");
    assert_eq!(fs::read_dir(root.join("outside")).expect("it reads").count(), 0);
}
