//! Rows of tags and collections beside commits.

use db0::{List, Memo, Result};

use crate::world::{Item, World, join};

#[db0::memo]
struct Line {
    items: List<u64>,
}

pub(crate) fn tags_come_with_their_objects() {
    let world = World::new();
    let makers: Vec<_> = (0..2)
        .map(|maker| {
            world.thread(move || {
                db0::atomic(|| -> Result<()> {
                    for n in 0..2 {
                        db0::tags(&Memo::try_new(Item { n: 2 * maker + n })?).try_add("all")?;
                    }
                    Ok(())
                })
                .expect("it succeeds");
            })
        })
        .collect();
    let finder = world.thread(|| {
        let mut last = 0;
        for _ in 0..2 {
            let found: Vec<u64> =
                db0::find::<Item>("all").iter().map(|item| item.read().n).collect();
            assert!(found.len() % 2 == 0 && found.len() >= last, "{found:?} after {last}");
            last = found.len();
        }
    });
    world.workspace.commit().expect("it commits");
    makers.into_iter().for_each(join);
    join(finder);
    world.reopened(|_| assert_eq!(db0::find::<Item>("all").count(), 4));
}

pub(crate) fn a_list_has_what_everybody_pushed() {
    let world = World::new();
    let line = world.workspace.create(Line { items: List::new() });
    world.here(|| drop(db0::tags(&line).add("kept")));
    world.workspace.commit().expect("it commits");
    let writers: Vec<_> = (0..2_u64)
        .map(|writer| {
            let line = line.clone();
            world.thread(move || {
                for n in 0..2 {
                    line.read().items.push(2 * writer + n);
                }
            })
        })
        .collect();
    let reader = {
        let line = line.clone();
        world.thread(move || {
            let seen = line.read().items.iter().count();
            let then = line.read().items.len();
            assert!(seen as u64 <= then as u64, "{seen} elements, and then {then}");
        })
    };
    world.workspace.commit().expect("it commits");
    writers.into_iter().for_each(join);
    join(reader);
    let sorted = |line: &Memo<Line>| {
        let mut all: Vec<u64> = line.read().items.iter().collect();
        all.sort_unstable();
        all
    };
    assert_eq!(sorted(&line), [0, 1, 2, 3]);
    drop(line);
    world.reopened(|_| {
        let line = db0::find::<Line>("kept").iter().next().expect("it was kept");
        assert_eq!(sorted(&line), [0, 1, 2, 3]);
    });
}
