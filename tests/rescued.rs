//! The commit before the last one, rescued into a copy.

mod common;

use std::fs;

use common::World;
use db0::{Config, Error, Memo, Workspace};

#[db0::memo(keep)]
struct Note {
    text: String,
}

#[test]
fn one_commit_is_taken_back_in_a_copy_with_both_states_told() {
    let mut world = World::new();
    for n in 0..200 {
        Memo::new(Note { text: format!("note {n}") });
    }
    db0::commit().expect("it commits");
    db0::find::<Note>(()).iter().for_each(|note| note.write().text.push('!'));
    assert_eq!(db0::commit().expect("it commits"), 2);
    // As a killed writer leaves it: an orderly end would make a commit more.
    let place = tempfile::tempdir().expect("a folder");
    let (root, copy) = (place.path().join("root"), place.path().join("rescued.db0"));
    fs::create_dir_all(root.join("default")).expect("it is ours");
    let data = root.join("default/data.mdb");
    fs::copy(world.folder.path().join("default/data.mdb"), &data).expect("nobody writes now");
    world.close();
    let before = fs::read(&data).expect("it reads");

    let mut states = Workspace::diagnose(&root, "default").expect("it reads").states;
    states.sort_unstable();
    assert_eq!(states, [Some(1), Some(2)]);
    let told = Workspace::diagnose(&root, "default").expect("it reads").to_string();
    assert!(told.contains("state 1") && told.contains("state 2"), "{told}");
    let rescued = Workspace::roll_back(&root, "default", &copy).expect("it has one before");
    assert!(rescued.is_sound(), "{:?}", rescued.findings);
    assert_eq!((rescued.state, rescued.objects), (1, 200));
    assert!(fs::read(&data).expect("it reads") == before, "the prefix was touched");
    let taken = Workspace::roll_back(&root, "default", &copy);
    assert!(matches!(taken, Err(Error::Exists { .. })), "{taken:?}");

    let elsewhere = place.path().join("elsewhere");
    Workspace::restore(&elsewhere, "default", &copy).expect("it is sound");
    let workspace = Workspace::open(Config::new(&elsewhere).autocommit(false)).expect("it opens");
    let _entered = workspace.enter();
    assert!(db0::find::<Note>(()).iter().all(|note| !note.read().text.ends_with('!')));
    Memo::new(Note { text: "goes on".into() });
    assert_eq!(db0::commit().expect("it goes on"), 2);
    workspace.close().expect("it closes");
    assert!(Workspace::verify(&elsewhere, "default").expect("it reads").is_sound());
}
