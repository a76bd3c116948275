//! What is left of a prefix that was closed says so, whatever it is, also when the prefix is open again.

mod common;

use common::World;
use db0::{AnyMemo, Error, List, Memo, Mode, Result};

#[db0::memo(keep)]
struct Item {
    n: u32,
    list: List<u32>,
}

fn is_closed<R>(result: Result<R>) -> bool {
    matches!(result, Err(Error::Closed { .. }))
}

#[test]
fn everything_of_a_closed_prefix_is_closed() {
    let world = World::new();
    let prefix = db0::open("other", Mode::ReadWrite).expect("it opens");
    let item = Memo::new_in(&prefix, Item { n: 1, list: List::from_iter([1, 2]) });
    db0::tags(&item).add("old");
    let (list, query, any) =
        (item.read().list.clone(), prefix.find::<Item>("old"), AnyMemo::from(&item));
    let (seen, snapshot) = (item.read(), prefix.snapshot().expect("a state"));
    let then = item.at(prefix.commit().expect("it commits")).expect("it was there");
    let then_seen = then.read();
    prefix.clone().close().expect("it closes");
    let check = || {
        assert!(is_closed(prefix.commit()) && is_closed(prefix.try_create(Item::clone(&seen))));
        assert!(is_closed(item.try_read()) && is_closed(item.try_write()));
        assert!(is_closed(any.try_get("n")) && is_closed(any.try_class()));
        assert!(is_closed(item.attrs().try_get::<u32>("n")));
        assert!(is_closed(item.attrs().try_iter()) && is_closed(any.attrs().try_remove("n")));
        assert!(is_closed(item.try_refcount()) && is_closed(any.try_refcount()));
        assert!(is_closed(any.try_fields()) && is_closed(any.try_set("n", 2)));
        assert!(is_closed(db0::tags(&item).try_list()));
        assert!(is_closed(db0::tags(&any).try_contains("old")));
        assert!(is_closed(db0::delete(&item)) && is_closed(db0::try_touch(&any)));
        assert!(serde_json::to_string(&item.export(1)).is_err());
        assert!(is_closed(list.try_len()) && is_closed(list.try_get(0)));
        assert!(is_closed(list.try_push(3)) && is_closed(seen.list.try_len()));
        assert!(is_closed(query.try_count()) && is_closed(query.try_iter()));
        // What was held goes on showing what it showed.
        assert_eq!((seen.n, then_seen.n), (1, 1));
        assert_eq!((then.read().n, then_seen.list.to_vec()), (1, vec![1, 2]));
        assert_eq!(snapshot.find::<Item>(()).count(), 0);
    };
    check();
    let again = db0::open("other", Mode::ReadWrite).expect("it opens");
    check();
    let item = again.fetch::<Item>(item.uuid()).expect("it was stored");
    assert_eq!((item.read().list.to_vec(), again.find::<Item>("old").count()), (vec![1, 2], 1));
    drop(world);
}

#[test]
fn a_snapshot_goes_on_until_its_state_is_forgotten() {
    let mut world = World::new();
    let items: Vec<Memo<Item>> =
        (0..9).map(|n| Memo::new(Item { n, list: List::from_iter([n]) })).collect();
    db0::tags(&items).add("old");
    db0::commit().expect("it commits");
    let snapshot = db0::snapshot().expect("a state");
    for item in &items {
        item.write().n += 100;
        item.read().list.clear();
    }
    db0::tags(&items).remove("old");
    db0::delete(&items[7]).expect("nothing refers to it");
    let state = db0::commit().expect("it commits");
    let uuids: Vec<_> = items.iter().map(Memo::uuid).collect();
    drop(items);
    world.close();
    let look = |n: usize| {
        let item = snapshot.fetch::<Item>(uuids[n])?;
        let item = item.try_read()?;
        Ok((item.n, item.list.try_to_vec()?))
    };
    assert_eq!(snapshot.find::<Item>("old").count(), 9);
    assert_eq!(look(7).ok(), Some((7, vec![7])));

    world.open();
    db0::prune_history(..state).expect("nobody uses those");
    let is_pruned = |error: Option<Error>| matches!(error, Some(Error::Pruned { .. }));
    assert!((0..9).all(|n| is_pruned(look(n).err())));
    assert!(is_pruned(snapshot.find::<Item>("old").try_count().err()));
    assert!(is_pruned(snapshot.all_tags().err()) && is_pruned(snapshot.roots().err()));
}
