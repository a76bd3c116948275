//! An index is built beside commits and deaths, and misses nothing of what is left.

mod common;

use std::time::Duration;

use common::World;
use db0::{Config, Memo, Workspace};

mod before {
    #[db0::memo(name = "Part")]
    pub(super) struct Part {
        pub(super) size: u32,
    }
}

mod after {
    #[db0::memo(name = "Part")]
    pub(super) struct Part {
        #[db0(index)]
        pub(super) size: u32,
    }
}

#[db0::memo(singleton)]
struct Box {
    parts: Vec<Memo<before::Part>>,
}

#[db0::memo(singleton, name = "Box")]
struct BoxAfter {
    parts: Vec<Memo<after::Part>>,
}

const PARTS: u32 = 20_000;

#[test]
fn parts_that_die_meanwhile_are_not_found() {
    let mut world = World::new();
    let make = |size| Memo::new(before::Part { size });
    let root = db0::singleton(|| Box { parts: (0..PARTS).map(make).collect() });
    assert_eq!(root.read().parts[7].read().size, 7);
    drop(root);
    world.close();
    let config = Config::new(world.folder.path()).autocommit_interval(Duration::from_millis(1));
    let workspace = Workspace::open(config).expect("it opens");
    let entered = workspace.enter();
    // The parts let go die with commits that run beside the building.
    let root = db0::fetch_singleton::<BoxAfter>().expect("it is there");
    root.write().parts.retain({
        let mut place = 0;
        move |_| {
            place += 1;
            place % 3 == 0
        }
    });
    let left = u64::from(PARTS / 3);
    let larger = db0::find::<after::Part>(after::Part::SIZE.ge(0));
    assert!((left..=u64::from(PARTS)).contains(&larger.count()));
    db0::commit().expect("it commits");
    assert_eq!(larger.count(), left);
    assert_eq!(db0::find::<after::Part>(()).count(), left);
    assert_eq!(db0::find::<after::Part>(after::Part::SIZE.eq(2)).count(), 1);
    assert_eq!(db0::find::<after::Part>(after::Part::SIZE.eq(3)).count(), 0);
    drop((root, entered));
    workspace.close().expect("it closes");
}
