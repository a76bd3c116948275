//! What is kept in memory: bounded in bytes, for what is used, and never what somebody still needs.

mod common;

use common::World;
use db0::{Config, Memo, Workspace};
use uuid::Uuid;

#[db0::memo(keep)]
struct Item {
    n: u64,
    text: String,
    next: Option<Memo<Item>>,
    others: Vec<Memo<Item>>,
}

const COUNT: u64 = 500;
const TEXT: usize = 1000;

/// Items that refer to each other, in a workspace that has none of them in memory.
fn reopened(cache_bytes: usize) -> (World, Workspace, Vec<Uuid>) {
    let mut world = World::new();
    let mut uuids = Vec::new();
    let mut next = None;
    for n in 0..COUNT {
        let text = "x".repeat(TEXT);
        let others = next.iter().cloned().collect();
        let item = Memo::new(Item { n, text, next: next.take(), others });
        uuids.push(item.uuid());
        next = Some(item);
    }
    world.close();
    let config = Config::new(world.folder.path()).autocommit(false).cache_size(cache_bytes);
    let workspace = Workspace::open(config).expect("it opens");
    (world, workspace, uuids)
}

fn loads() -> u64 {
    db0::cache_stats().loads
}

fn item(uuid: Uuid) -> Memo<Item> {
    db0::fetch(uuid).expect("it is there")
}

#[test]
fn loading_an_object_loads_nothing_that_it_refers_to() {
    let (_world, workspace, uuids) = reopened(1 << 20);
    let _entered = workspace.enter();
    let last = item(uuids[COUNT as usize - 1]);
    assert_eq!((last.read().n, loads()), (COUNT - 1, 1));
    let next = last.read().next.clone().expect("it has one");
    let others = last.read().others.clone();
    assert_eq!((next.uuid(), &others[0]), (uuids[COUNT as usize - 2], &next));
    assert_eq!(loads(), 1);
    assert_eq!((next.read().n, others[0].read().n, loads()), (COUNT - 2, COUNT - 2, 2));
}

#[test]
fn it_stays_within_its_bytes_and_can_be_resized_and_cleared() {
    let (_world, workspace, uuids) = reopened(100_000);
    let _entered = workspace.enter();
    let prefix = workspace.current();
    let read_all = || uuids.iter().for_each(|uuid| assert_eq!(item(*uuid).read().text.len(), TEXT));
    read_all();
    let stats = db0::cache_stats();
    assert_eq!((stats.loads, stats.capacity), (COUNT, 100_000));
    assert!(stats.bytes <= 100_000 && stats.objects > 10, "{stats:?}");
    prefix.set_cache_size(10_000_000);
    read_all();
    let all = db0::cache_stats();
    assert_eq!((all.objects as u64, all.capacity), (COUNT, 10_000_000));
    let before = loads();
    read_all();
    assert_eq!(loads(), before, "all of them are in memory");
    prefix.set_cache_size(50_000);
    assert!(db0::cache_stats().bytes <= 50_000);
    db0::clear_cache();
    let empty = db0::cache_stats();
    assert_eq!((empty.objects, empty.bytes), (0, 0));
    read_all();
    assert!(loads() >= before + COUNT);
}

#[test]
fn what_is_held_or_waits_is_not_forgotten() {
    let (_world, workspace, uuids) = reopened(0);
    let _entered = workspace.enter();
    let held = item(uuids[0]);
    let read = held.read();
    assert_eq!(read.n, 0);
    item(uuids[1]).write().n = 1000;
    db0::atomic(|| -> db0::Result<()> {
        item(uuids[2]).write().n = 2000;
        db0::clear_cache();
        uuids.iter().for_each(|uuid| assert_eq!(item(*uuid).read().text.len(), TEXT));
        assert_eq!(item(uuids[2]).read().n, 2000);
        Ok(())
    })
    .expect("it succeeds");
    let before = loads();
    assert_eq!((item(uuids[1]).read().n, item(uuids[2]).read().n), (1000, 2000));
    assert_eq!((read.n, held.read().n, loads()), (0, 0, before));
    db0::commit().expect("it commits");
    db0::clear_cache();
    assert_eq!((item(uuids[1]).read().n, item(uuids[2]).read().n), (1000, 2000));
}

#[test]
fn there_is_one_object_in_memory_for_each_identity() {
    let (_world, workspace, uuids) = reopened(0);
    let _entered = workspace.enter();
    let one = item(uuids[1]);
    let ways = [
        item(uuids[1]),
        item(uuids[2]).read().next.clone().expect("it has one"),
        db0::find::<Item>(()).skip(1).first().expect("it is there"),
        db0::fetch_any(uuids[1]).expect("it is there").downcast().expect("it is one"),
    ];
    one.write().n = 7;
    for (way, other) in ways.iter().enumerate() {
        assert_eq!((other, other.read().n), (&one, 7), "way {way}");
        assert!(std::ptr::eq(&raw const *other.read(), &raw const *one.read()), "way {way}");
        other.write().n = 7;
    }
    let past = db0::snapshot().expect("a snapshot").of(&one);
    assert_eq!((past.read().n, &past), (1, &one));
}
