//! A call is of one moment, however many elements it reads, while others write.

use std::sync::atomic::{AtomicBool, Ordering};

use db0::{Dict, Index, List, Memo, Set};

use crate::common::World;

const MANY: u64 = 400;

#[db0::memo(keep)]
struct Thing {
    n: u64,
}

/// All elements are alike.
#[track_caller]
fn alike(name: &str, elements: impl IntoIterator<Item = u64>, count: u64) {
    let elements: Vec<u64> = elements.into_iter().collect();
    assert_eq!(elements.len() as u64, count, "{name}");
    assert!(elements.windows(2).all(|pair| pair[0] == pair[1]), "{name} is torn");
}

#[test]
fn copies_are_of_one_moment() {
    let world = World::new();
    let workspace = world.workspace.as_ref().expect("it is open");
    let list: List<u64> = (0..MANY).map(|_| 0).collect();
    let dict: Dict<u64, u64> = (0..MANY).map(|n| (n, 0)).collect();
    let set: Set<(u64, u64)> = (0..MANY).map(|n| (0, n)).collect();
    let twin: Set<(u64, u64)> = set.copy();
    let things: Vec<_> = (0..10).map(|n| Memo::new(Thing { n })).collect();
    let index: Index<u64, Memo<Thing>> = things.iter().map(|thing| (0, thing.clone())).collect();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _entered = workspace.enter();
            while !done.load(Ordering::Relaxed) {
                alike("a list's elements", list.to_vec(), MANY);
                alike("a list's copy", list.copy().to_vec(), MANY);
                alike("a dict's entries", dict.to_vec().into_iter().map(|(_, n)| n), MANY);
                alike("a dict's copy", dict.copy().to_vec().into_iter().map(|(_, n)| n), MANY);
                alike("a set's elements", set.to_vec().into_iter().map(|(n, _)| n), MANY);
                alike("an index's entries", index.to_vec().into_iter().map(|(n, _)| n), 10);
                assert!(set.is_subset(&twin) && twin.is_superset(&set));
                alike("a union", (&set | &twin).to_vec().into_iter().map(|(n, _)| n), MANY);
            }
        });
        for round in 1..=20_u64 {
            db0::atomic(|| -> db0::Result<()> {
                list.clear();
                list.extend((0..MANY).map(|_| round));
                dict.extend((0..MANY).map(|n| (n, round)));
                for set in [&set, &twin] {
                    set.clear();
                    set.extend((0..MANY).map(|n| (round, n)));
                }
                index.clear();
                index.extend(things.iter().map(|thing| (round, thing.clone())));
                Ok(())
            })
            .expect("it succeeds");
        }
        done.store(true, Ordering::Relaxed);
    });
}
