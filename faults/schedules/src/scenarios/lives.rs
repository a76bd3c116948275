//! Objects that come into memory, leave it, and die.

use db0::{Error, Memo};

use crate::world::{Item, World, join};

#[db0::memo]
struct Holder {
    item: Memo<Item>,
}

pub(crate) fn holders_are_counted_once() {
    let world = World::new();
    let item = world.items(1).remove(0);
    let holders: Vec<_> =
        (0..2).map(|_| world.workspace.create(Holder { item: item.clone() })).collect();
    let counter = {
        let item = item.clone();
        world.thread(move || {
            for _ in 0..3 {
                assert_eq!(item.refcount(), 2, "from memory, from the file, and not from both");
            }
        })
    };
    world.workspace.commit().expect("it commits");
    join(counter);
    assert!(holders.iter().all(|holder| holder.read().item == item));
    drop((item, holders));
    world.reopened(|_| ());
}

pub(crate) fn what_the_cache_lets_go_is_loaded_as_it_was() {
    let world = World::with(|config| config.autocommit(false).cache_size(1));
    let items = world.items(2);
    let uuids: Vec<_> = items.iter().map(|item| item.uuid()).collect();
    world.here(|| items.iter().for_each(|item| drop(db0::tags(item).add("kept"))));
    world.workspace.commit().expect("it commits");
    drop(items);
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let uuids = uuids.clone();
            world.thread(move || {
                let mut least = [0, 1];
                for _ in 0..2 {
                    for (uuid, least) in uuids.iter().zip(&mut least) {
                        let n = db0::fetch::<Item>(*uuid).expect("it is kept").read().n;
                        assert!(n >= *least && n <= *least + 10, "{n} after {least}");
                        *least = n;
                    }
                    db0::clear_cache();
                }
            })
        })
        .collect();
    world.here(|| {
        db0::fetch::<Item>(uuids[0]).expect("it is kept").update(|item| item.n += 10);
    });
    world.workspace.commit().expect("it commits");
    readers.into_iter().for_each(join);
    world.reopened(|workspace| {
        assert_eq!(workspace.fetch::<Item>(uuids[0]).expect("it is kept").read().n, 10);
    });
}

pub(crate) fn an_object_without_handles_dies_or_is_found() {
    let world = World::new();
    let item = world.items(1).remove(0);
    let uuid = item.uuid();
    let dropper = world.thread(move || drop(item));
    let finder = world.thread(move || match db0::fetch::<Item>(uuid) {
        Ok(item) => {
            item.try_update(|item| item.n += 1).expect("who has a handle may write");
            db0::tags(&item).add("kept");
            true
        }
        Err(Error::Deleted { .. } | Error::NotFound { .. }) => false,
        Err(error) => panic!("{error}"),
    });
    world.workspace.commit().expect("it commits");
    join(dropper);
    let found = join(finder);
    world.workspace.commit().expect("it commits");
    world.here(|| assert_eq!(db0::exists::<Item>(uuid), found));
    world.reopened(|_| {
        let numbers: Vec<u64> =
            db0::find::<Item>("kept").iter().map(|item| item.read().n).collect();
        assert_eq!(numbers, if found { vec![1] } else { vec![] });
    });
}
