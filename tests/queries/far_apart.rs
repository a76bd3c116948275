//! New objects that are far apart, of which few are results: each is found, by whatever way results are
//! looked for.

use db0::{Index, Memo};

use crate::common::World;

#[db0::memo(keep)]
struct Item {
    n: u32,
}

/// Objects of three containers of a class.
const MANY: u32 = 20_000;

#[test]
fn who_comes_first_is_found_behind_others_that_are_no_results() {
    let _world = World::new();
    let index = Index::new();
    let items: Vec<_> = (0..MANY).map(|n| Memo::new(Item { n })).collect();
    let last = &items[items.len() - 1];
    index.add(1_u32, last);
    db0::tags(last).add("last");
    let queries = [
        db0::find::<Item>(index.range(1..2)),
        db0::find::<Item>("last"),
        db0::find::<Item>(db0::find::<Item>("last")),
        db0::find::<Item>(Item::N.eq(MANY - 1)),
    ];
    for committed in [false, true] {
        for query in &queries {
            assert_eq!(query.first().as_ref(), Some(last), "{query:?}");
            assert!(query.iter().eq([last.clone()]), "{query:?}");
            assert_eq!((query.count(), query.uuids()), (1, vec![last.uuid()]), "{query:?}");
        }
        if !committed {
            db0::commit().expect("it commits");
        }
    }
}
