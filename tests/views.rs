//! A view holds still what its thread reads, while other threads write and commit.

mod common;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::SystemTime,
};

use common::World;
use db0::{Config, Dict, Error, Index, List, Memo, Workspace};
use serde::{Deserialize, Deserializer, Serialize};

#[db0::memo(singleton)]
struct Shop {
    name: String,
    prices: Dict<String, u64>,
    log: List<u64>,
    by_price: Index<u64, Memo<Item>>,
    items: Vec<Memo<Item>>,
}

#[db0::memo(keep)]
struct Item {
    price: u64,
}

impl Shop {
    fn open() -> Memo<Self> {
        let shop = db0::singleton(|| Self {
            name: "first".into(),
            prices: Dict::new(),
            log: List::new(),
            by_price: Index::new(),
            items: Vec::new(),
        });
        for price in [10, 20] {
            add(&shop, price);
        }
        shop
    }
}

fn add(shop: &Memo<Shop>, price: u64) {
    let item = Memo::new(Item { price });
    db0::tags(&item).add("on sale");
    shop.read().prices.insert(format!("item {price}"), price);
    shop.read().log.push(price);
    shop.read().by_price.add(price, &item);
    shop.write().items.push(item);
}

/// Everything that can be seen.
fn seen(shop: &Memo<Shop>) -> String {
    let shop = shop.read();
    let items: Vec<u64> = shop.items.iter().map(|item| item.read().price).collect();
    let sale: Vec<u64> =
        db0::find::<Item>("on sale").iter().map(|item| item.read().price).collect();
    let all = db0::find::<Item>(()).count();
    let prices: Vec<_> = shop.prices.iter().collect();
    let index: Vec<_> = shop.by_price.iter().map(|(key, item)| (key, item.read().price)).collect();
    let (name, log) = (&shop.name, shop.log.to_vec());
    let tags: Vec<usize> = shop.items.iter().map(|item| db0::tags(item).list().len()).collect();
    let all_tags: Vec<_> = db0::all_tags().expect("a list").into_iter().map(|tag| tag.1).collect();
    let held: Vec<_> = shop.items.iter().map(Memo::refcount).collect();
    let notes: Vec<Option<u64>> = shop.items.iter().map(|item| item.attrs().get("note")).collect();
    let listed = shop.items.first().map(|item| item.attrs().iter().count());
    let untyped = shop.items.first().map(|item| db0::AnyMemo::from(item).get("price"));
    let classes = db0::classes().expect("a list");
    let classes: Vec<_> = classes.into_iter().map(|class| (class.name, class.objects)).collect();
    let roots = db0::current().roots().expect("a list").len();
    format!(
        "{name} {items:?} {sale:?} {all} {prices:?} {index:?} {log:?} {tags:?} {all_tags:?} {held:?} \
         {notes:?} {listed:?} {untyped:?} {classes:?} {roots}"
    )
}

/// Changes everything that can be seen, in a thread of its own.
fn change(workspace: &Workspace, commit: bool) {
    let change = || {
        let _entered = workspace.enter();
        let shop = db0::fetch_singleton::<Shop>().expect("it is there");
        add(&shop, 30);
        shop.write().name = "second".into();
        let first = shop.read().items[0].clone();
        first.write().price += 1;
        db0::tags(&first).remove("on sale");
        shop.read().prices.remove("item 20");
        shop.read().prices.insert("item 10".to_owned(), 11);
        shop.read().log.insert(0, 1);
        let notes = first.attrs().get::<u64>("note").unwrap_or(0);
        first.attrs().set("note", notes + 1);
        first.attrs().set(&format!("note {notes}"), notes);
        db0::current().dict::<String, u64>(&format!("root {notes}"));
        if commit {
            db0::commit().expect("it commits");
        }
    };
    thread::scope(|scope| scope.spawn(change).join().expect("it can write"));
}

#[test]
fn what_others_write_and_commit_is_not_seen_before_the_view_is_over() {
    for (committed_before, committed_within) in
        [(true, true), (true, false), (false, true), (false, false)]
    {
        let world = World::new();
        let workspace = world.workspace.clone().expect("open");
        let shop = Shop::open();
        if committed_before {
            db0::commit().expect("it commits");
        }
        let before = db0::view(|| {
            let before = seen(&shop);
            for _ in 0..3 {
                change(&workspace, committed_within);
                assert_eq!(seen(&shop), before);
                db0::clear_cache();
                assert_eq!(seen(&shop), before);
                assert_eq!(db0::view(|| seen(&shop)), before, "a view within a view");
            }
            before
        });
        let after = seen(&shop);
        assert_ne!(after, before);
        assert!(after.starts_with("second [13, 20, 30, 30, 30]"), "{after}");
        db0::commit().expect("it commits");
        assert_eq!(seen(&shop), after);
    }
}

#[test]
fn a_reader_holds_still_and_follows_again() {
    let world = World::new();
    let writer = world.workspace.clone().expect("open");
    let shop = Shop::open();
    let before = seen(&shop);
    db0::commit().expect("it commits");
    let config = Config::new(world.folder.path()).read_only();
    let reader = Workspace::open(config).expect("it opens");
    let _entered = reader.enter();
    let shop = db0::fetch_singleton::<Shop>().expect("it was committed");
    let items = db0::find::<Item>("on sale");
    let held = db0::view(|| {
        assert_eq!(seen(&shop), before);
        change(&writer, true);
        assert_eq!(seen(&shop), before);
        assert_eq!(items.count(), 2);
        // In other threads it goes on.
        let elsewhere = thread::scope(|scope| {
            let look = || {
                let _entered = reader.enter();
                (items.count(), shop.read().name.clone())
            };
            scope.spawn(look).join().expect("it can read")
        });
        assert_eq!(elsewhere, (2, "second".into()));
        assert_eq!(seen(&shop), before);
        items.iter().collect::<Vec<_>>()
    });
    assert_eq!(items.count(), 2);
    assert_ne!(seen(&shop), before);
    // What came out of the view goes on too.
    assert_eq!(held[0].read().price, 11);
}

#[test]
fn what_is_new_or_gone_since_is_not_or_still_there() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let [old, doomed] = [1, 2].map(|price| Memo::new(Item { price }));
    db0::commit().expect("it commits");
    let fresh = Memo::new(Item { price: 3 });
    let uuid = doomed.uuid();
    let made = db0::view(|| {
        let work = || {
            let _entered = workspace.enter();
            db0::delete(&doomed).expect("nothing holds it");
            db0::delete(&fresh).expect("nothing holds it");
            let made = Memo::new(Item { price: 4 });
            db0::commit().expect("it commits");
            made
        };
        let made = thread::scope(|scope| scope.spawn(work).join().expect("it can write"));
        let prices: Vec<u64> = db0::find::<Item>(()).iter().map(|item| item.read().price).collect();
        assert_eq!(prices, [1, 2, 3]);
        assert_eq!(db0::fetch::<Item>(uuid).expect("it is there").read().price, 2);
        assert_eq!(fresh.read().price, 3);
        assert!(matches!(made.try_read(), Err(Error::Deleted { .. })), "it is not there yet");
        assert!(db0::fetch::<Item>(made.uuid()).is_err());
        made
    });
    assert_eq!((old.read().price, made.read().price), (1, 4));
    assert!(matches!(doomed.try_read(), Err(Error::Deleted { .. })));
    assert!(matches!(fresh.try_read(), Err(Error::Deleted { .. })));
}

#[test]
fn writing_goes_to_what_goes_on() {
    let _world = World::new();
    let item = Memo::new(Item { price: 1 });
    db0::view(|| {
        item.update(|item| item.price += 1);
        item.update(|item| item.price += 1);
        assert_eq!(item.read().price, 1);
    });
    assert_eq!(item.read().price, 3);
    let within = db0::atomic(|| -> db0::Result<u64> {
        item.write().price = 10;
        Ok(db0::view(|| {
            item.write().price += 1;
            item.read().price
        }))
    });
    assert_eq!(within.expect("it succeeds"), 11);
    assert_eq!(item.read().price, 11);
}

#[test]
fn views_of_several_prefixes_are_of_one_moment_beside_writers() {
    const STEPS: u64 = 400;
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let other = workspace.prefix("other", db0::Mode::ReadWrite).expect("it is made");
    let (left, right) = (Memo::new(Item { price: 0 }), other.create(Item { price: 0 }));
    let config = Config::new(world.folder.path()).read_only();
    let reader = Workspace::open(config).expect("it opens");
    reader.prefix("other", db0::Mode::ReadOnly).expect("it is there");
    workspace.commit().expect("it commits");
    let [left_there, right_there] =
        [&left, &right].map(|memo| reader.fetch::<Item>(memo.uuid()).expect("it is there"));
    thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for step in 1..=STEPS {
                let moved = workspace.atomic(|| -> db0::Result<()> {
                    left.write().price = step;
                    right.write().price = step;
                    Ok(())
                });
                moved.expect("it succeeds");
                if step % 3 == 0 {
                    workspace.commit().expect("it commits");
                }
            }
        });
        let mut last = (0, 0);
        while !writing.is_finished() {
            let here = workspace.view(|| (left.read().price, right.read().price));
            assert_eq!(here.0, here.1);
            let there = reader.view(|| (left_there.read().price, right_there.read().price));
            assert_eq!(there.0, there.1);
            assert!(there.0 >= last.0, "never backwards");
            last = there;
        }
    });
}

/// How many of these are in memory.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// A value that is counted.
#[derive(Serialize)]
struct Counted(u8);

impl Counted {
    fn new(byte: u8) -> Self {
        LIVE.fetch_add(1, Ordering::Relaxed);
        Self(byte)
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        Self::new(self.0)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u8::deserialize(deserializer).map(Self::new)
    }
}

#[db0::memo(keep)]
struct Kept {
    counted: Counted,
}

#[test]
fn what_was_read_in_a_view_leaves_memory_with_it() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let kept: Vec<_> = (0..10).map(|n| Memo::new(Kept { counted: Counted::new(n) })).collect();
    db0::commit().expect("it commits");
    let reader = Workspace::open(Config::new(world.folder.path()).read_only()).expect("it opens");
    for workspace in [&workspace, &reader] {
        let there: Vec<_> =
            kept.iter().map(|memo| workspace.fetch::<Kept>(memo.uuid()).expect("there")).collect();
        for round in 0..300 {
            kept[0].write().counted = Counted::new(7);
            workspace.view(|| there.iter().for_each(|memo| drop(memo.read())));
            if round % 10 == 0 {
                db0::commit().expect("it commits");
            }
        }
        // Some wait to be dropped together; those of 300 views would be 3000.
        assert!(LIVE.load(Ordering::Relaxed) < 300, "{LIVE:?} are in memory");
    }
}

#[test]
fn its_states_are_those_of_its_moment() {
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let item = Memo::new(Item { price: 1 });
    let first = db0::commit().expect("it commits");
    let reader = Workspace::open(Config::new(world.folder.path()).read_only()).expect("it opens");
    let there = reader.fetch::<Item>(item.uuid()).expect("it is there");
    let _entered = reader.enter();
    db0::view(|| {
        assert_eq!(db0::state(), first);
        item.write().price = 2;
        workspace.commit().expect("it commits");
        assert_eq!((db0::state(), there.read().price), (first, 1));
        assert_eq!(there.history().expect("a list"), [first]);
        assert!(db0::states(..).expect("a list").iter().all(|state| state.number <= first));
        assert_eq!(db0::state_at(SystemTime::now()).expect("a state"), first);
    });
    assert_eq!((db0::state(), there.read().price), (first + 1, 2));
}

#[test]
fn sums_hold_in_views_beside_writers_and_commits() {
    const ITEMS: usize = 24;
    const TOTAL: u64 = 1000 * ITEMS as u64;
    const STEPS: usize = 1500;
    let world = World::new();
    let workspace = world.workspace.clone().expect("open");
    let uuids: Vec<_> = (0..ITEMS).map(|_| Memo::new(Item { price: 1000 }).uuid()).collect();
    db0::commit().expect("it commits");
    let writing = AtomicUsize::new(2);
    let write = |seed: usize| {
        let _entered = workspace.enter();
        for step in 0..STEPS {
            let [from, to] = [step * 7 + seed, step * 5 + seed + 1]
                .map(|place| db0::fetch::<Item>(uuids[place % ITEMS]).expect("it is there"));
            let moved = db0::atomic(|| -> db0::Result<()> {
                from.write().price -= 1;
                to.write().price += 1;
                if step % 11 == 0 { Err(db0::abort("not this one")) } else { Ok(()) }
            });
            assert_eq!(moved.is_err(), step % 11 == 0);
        }
        writing.fetch_sub(1, Ordering::SeqCst);
    };
    let commit = || {
        let _entered = workspace.enter();
        while writing.load(Ordering::SeqCst) > 0 {
            db0::commit().expect("it commits");
            db0::clear_cache();
        }
    };
    let look = || {
        let _entered = workspace.enter();
        while writing.load(Ordering::SeqCst) > 0 {
            db0::view(|| {
                let price = |uuid: &uuid::Uuid| {
                    thread::yield_now();
                    db0::fetch::<Item>(*uuid).expect("it is there").read().price
                };
                assert_eq!(uuids.iter().map(price).sum::<u64>(), TOTAL);
                let all: u64 = db0::find::<Item>(()).iter().map(|item| item.read().price).sum();
                assert_eq!(all, TOTAL);
            });
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| write(1));
        scope.spawn(|| write(2));
        scope.spawn(commit);
        scope.spawn(look);
        scope.spawn(look);
    });
}

#[test]
fn a_commit_within_one_tells_the_state_that_it_made() {
    let _world = World::new();
    let item = Memo::new(Item { price: 1 });
    let before = db0::commit().expect("it commits");
    let (seen, made) = db0::view(|| {
        item.write().price = 2;
        (item.read().price, db0::commit().expect("it commits"))
    });
    assert_eq!((seen, made), (1, before + 1));
    assert_eq!((item.read().price, db0::state()), (2, made));
}
