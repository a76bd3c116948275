//! Commits beside threads that write.

use std::time::Duration;

use crate::world::{Item, World, join};

pub(crate) fn no_update_is_lost() {
    let world = World::new();
    let item = world.items(1).remove(0);
    let writers: Vec<_> = (0..2)
        .map(|_| {
            let item = item.clone();
            world.thread(move || (0..2).for_each(|_| item.update(|item| item.n += 1)))
        })
        .collect();
    item.update(|item| item.n += 10);
    let state = world.workspace.commit().expect("it commits");
    let uuid = item.uuid();
    let then = world.here(|| {
        let snapshot = db0::snapshot_at(state).expect("the state is kept");
        snapshot.fetch::<Item>(uuid).expect("it was there").read().n
    });
    assert!((10..=14).contains(&then), "state {state} has {then}");
    writers.into_iter().for_each(join);
    assert_eq!(item.read().n, 14);
    drop(item);
    // Held by nothing but its handle, it is looked for before that is gone with the workspace.
    world.here(|| {
        db0::tags(&db0::fetch::<Item>(uuid).expect("it lives")).add("kept");
    });
    world.reopened(|workspace| {
        assert_eq!(workspace.fetch::<Item>(uuid).expect("it was kept").read().n, 14);
    });
}

pub(crate) fn who_asks_for_a_commit_has_it() {
    let world = World::new();
    let items = world.items(2);
    world.here(|| items.iter().for_each(|item| drop(db0::tags(item).add("kept"))));
    let writers: Vec<_> = items
        .iter()
        .map(|item| {
            let item = item.clone();
            world.thread(move || {
                item.update(|item| item.n += 10);
                let state = db0::commit().expect("it commits");
                let snapshot = db0::snapshot_at(state).expect("the state is kept");
                let then = snapshot.fetch::<Item>(item.uuid()).expect("it was there").read().n;
                assert!(then >= 10, "state {state} has {then}");
                state
            })
        })
        .collect();
    let states: Vec<u64> = writers.into_iter().map(join).collect();
    assert!(states.iter().all(|state| (2..=3).contains(state)), "{states:?}");
    drop(items);
    world.reopened(|_| {
        let found = db0::find::<Item>("kept");
        let numbers: Vec<u64> = found.iter().map(|item| item.read().n).collect();
        assert_eq!(numbers, [10, 11]);
    });
}

pub(crate) fn what_was_committed_by_itself_is_there_after_closing() {
    let world = World::with(|config| config.autocommit_interval(Duration::from_millis(1)));
    let item = world.items(1).remove(0);
    world.here(|| drop(db0::tags(&item).add("kept")));
    let writer = {
        let item = item.clone();
        world.thread(move || {
            let mut done = 0;
            while done < 3 && item.try_update(|item| item.n += 1).is_ok() {
                done += 1;
            }
            done
        })
    };
    let closer = {
        let workspace = world.workspace.clone();
        world.thread(move || workspace.close().expect("it closes"))
    };
    let done = join(writer);
    join(closer);
    drop(item);
    world.reopened(|_| {
        let found: Vec<u64> = db0::find::<Item>("kept").iter().map(|item| item.read().n).collect();
        assert_eq!(found, [done], "every update that succeeded, and no other");
    });
}
