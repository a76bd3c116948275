//! A file that is much larger than what is in it is told of, until its space is given back.

mod common;

use common::World;
use db0::{History, Memo};

#[db0::memo]
struct Page {
    text: String,
}

#[test]
fn health_tells_of_a_file_that_is_mostly_free() {
    let world = World::new();
    let workspace = world.workspace.as_ref().expect("open");
    let prefix = workspace.current();
    prefix.set_history(History::Off).expect("it is written");
    let text = |n: usize| n.to_string().repeat(3000);
    let pages: Vec<_> = (0..4000).map(|n| Memo::new(Page { text: text(n) })).collect();
    pages.iter().for_each(|page| drop(db0::tags(page).add("kept")));
    db0::commit().expect("it commits");
    let full = prefix.space().expect("it is told");
    assert!(full.file > 16 << 20 && !full.is_bloated(), "{full:?}");
    assert!(full.used <= full.file && full.used > 4000 * 3000, "{full:?}");
    assert!(workspace.health().bloated().is_empty());

    pages[100..].iter().for_each(|page| drop(db0::tags(page).remove("kept")));
    drop(pages);
    while db0::find::<Page>(()).count() > 100 {
        db0::commit().expect("it commits");
    }
    db0::commit().expect("it commits");
    let health = workspace.health();
    let [(name, space)] = health.bloated() else { panic!("{health}") };
    assert!(name == "default" && space.ratio() > 2.0 && space.used < full.used / 2, "{space:?}");
    assert!(health.is_ok() && health.to_string().contains("times its content"), "{health}");

    prefix.compact().expect("it is ours alone");
    let after = prefix.space().expect("it is told");
    assert!(!after.is_bloated() && after.file < full.file / 2, "{after:?}");
    assert!(workspace.health().bloated().is_empty());
}
