//! Atomics beside readers and commits.

use db0::{Memo, Mode, Result};

use crate::world::{Item, World, join};

/// Moves something from one to the other.
fn transfer(from: &Memo<Item>, to: &Memo<Item>) -> Result<()> {
    db0::atomic(|| -> Result<()> {
        from.try_update(|item| item.n += 1)?;
        to.try_update(|item| item.n -= 1)
    })
}

pub(crate) fn both_halves_are_seen_or_none() {
    let world = World::new();
    let items = world.items(2);
    let sum = |one: &Memo<Item>, two: &Memo<Item>| db0::view(|| one.read().n + two.read().n);
    let writer = {
        let (one, two) = (items[0].clone(), items[1].clone());
        world.thread(move || transfer(&one, &two).expect("it succeeds"))
    };
    let reader = {
        let (one, two) = (items[0].clone(), items[1].clone());
        world.thread(move || {
            assert_eq!(sum(&one, &two), 1, "half of an atomic is seen in a view");
            let (first, then) = (one.read().n, two.read().n);
            assert!(first == 0 || then == 0, "half of an atomic is seen: {first}, then {then}");
        })
    };
    let state = world.workspace.commit().expect("it commits");
    join(writer);
    join(reader);
    world.here(|| {
        let snapshot = db0::snapshot_at(state).expect("the state is kept");
        let then =
            |item: &Memo<Item>| snapshot.fetch::<Item>(item.uuid()).expect("it was").read().n;
        assert_eq!(then(&items[0]) + then(&items[1]), 1, "half of an atomic is committed");
        assert_eq!((items[0].read().n, items[1].read().n), (1, 0));
    });
}

pub(crate) fn what_is_undone_is_never_seen() {
    let world = World::new();
    let item = world.items(1).remove(0);
    let writer = {
        let item = item.clone();
        world.thread(move || {
            let undone = db0::atomic(|| -> Result<()> {
                item.try_update(|item| item.n = 7)?;
                let inner = db0::atomic(|| item.try_update(|item| item.n = 8));
                assert_eq!((inner.is_ok(), item.read().n), (true, 8), "it sees its own");
                Err(db0::abort("on purpose"))
            });
            assert!(undone.is_err());
            assert_eq!(item.read().n, 0);
        })
    };
    let reader = {
        let item = item.clone();
        world.thread(move || {
            assert_eq!(item.read().n, 0);
            assert_eq!(db0::view(|| item.read().n), 0);
        })
    };
    let state = world.workspace.commit().expect("it commits");
    join(writer);
    join(reader);
    world.here(|| {
        let snapshot = db0::snapshot_at(state).expect("the state is kept");
        assert_eq!(snapshot.fetch::<Item>(item.uuid()).expect("it was").read().n, 0);
    });
    item.update(|item| item.n += 1);
    assert_eq!(item.read().n, 1);
}

pub(crate) fn two_prefixes_change_together() {
    let world = World::new();
    let other = world.workspace.prefix("other", Mode::ReadWrite).expect("it opens");
    let one = world.workspace.create(Item { n: 0 });
    let two = {
        let _entered = world.workspace.enter_prefix(&other);
        Memo::new(Item { n: 0 })
    };
    world.workspace.commit().expect("it commits");
    let writer = {
        let (one, two) = (one.clone(), two.clone());
        world.thread(move || {
            db0::atomic(|| -> Result<()> {
                one.try_update(|item| item.n = 1)?;
                two.try_update(|item| item.n = 1)
            })
            .expect("it succeeds");
        })
    };
    let reader = {
        let (one, two) = (one.clone(), two.clone());
        world.thread(move || {
            let (first, then) = db0::view(|| (one.read().n, two.read().n));
            assert_eq!(first, then, "half of an atomic is seen in a view");
        })
    };
    world.workspace.commit().expect("it commits");
    join(writer);
    join(reader);
    assert_eq!((one.read().n, two.read().n), (1, 1));
    drop((one, two, other));
    world.reopened(|_| ());
}
