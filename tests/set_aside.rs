//! An object that turns out at the commit to be too large is left out, and that is told once.

mod common;

use common::World;
use db0::{Error, Memo};

#[db0::memo(keep)]
struct Blob {
    text: String,
}

#[test]
fn an_object_that_is_too_large_stays_as_it_was_stored() {
    let mut world = World::new();
    let blob = Memo::new(Blob { text: "small".into() });
    let uuid = blob.uuid();
    let before = db0::commit().expect("it commits");
    blob.write().text = "x".repeat(17 << 20);
    let other = Memo::new(Blob { text: "other".into() }).uuid();
    let told = db0::commit().expect_err("one object was left out");
    assert!(matches!(&told, Error::SetAside { objects, .. } if objects.len() == 1), "{told}");
    assert!(told.to_string().contains("Blob") && told.to_string().contains("16 MiB"), "{told}");
    let workspace = world.workspace.clone().expect("open");
    assert!(workspace.health().set_aside().is_empty(), "it was told");
    assert_eq!(db0::commit().expect("told once"), before + 1);
    drop((blob, workspace));
    world.reopen();
    assert_eq!(db0::fetch::<Blob>(uuid).expect("there").read().text, "small");
    assert_eq!(db0::fetch::<Blob>(other).expect("there").read().text, "other");
}
