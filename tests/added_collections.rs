//! A collection in a field that was added to a class is one of the object, also of objects that were
//! written before.

mod common;

use common::World;
use db0::{Bytes, Dict, Error, Index, List, Memo, Set};

mod old {
    #[db0::memo(name = "Shop", singleton)]
    pub(super) struct Shop {
        pub(super) name: String,
    }
}

#[db0::memo(name = "Shop", singleton)]
struct Shop {
    name: String,
    #[serde(default)]
    orders: List<String>,
    #[db0(default = Dict::new())]
    stock: Dict<String, u32>,
    #[serde(default)]
    more: (Set<u8>, Bytes),
    #[serde(default)]
    by_day: Index<u32, Memo<Task>>,
}

#[db0::memo]
struct Task {
    n: u32,
}

fn stored() -> World {
    let mut world = World::new();
    db0::singleton(|| old::Shop { name: "Tea".into() });
    world.reopen();
    world
}

fn shop() -> Memo<Shop> {
    db0::fetch_singleton().expect("it is there")
}

#[test]
fn what_is_put_into_it_stays() {
    let mut world = stored();
    assert!(shop().read().orders.is_empty());
    shop().read().orders.push("a pound".into());
    shop().read().stock.insert("tea".into(), 40);
    shop().read().more.0.insert(7);
    shop().write().more.1.push(9);
    shop().read().by_day.add(3, &Memo::new(Task { n: 1 }));
    shop().read().orders.push("two".into());
    for _ in 0..2 {
        {
            let shop = shop();
            let shop = shop.read();
            assert_eq!(shop.name, "Tea");
            assert_eq!(shop.orders.to_vec(), ["a pound", "two"]);
            assert_eq!(shop.stock.get("tea"), Some(40));
            assert_eq!((shop.more.0.to_vec(), shop.more.1.to_vec()), (vec![7], vec![9]));
            assert_eq!(shop.by_day.memos().next().expect("a task").read().n, 1);
        }
        world.reopen();
    }
}

#[test]
fn so_does_what_is_put_into_it_while_the_object_is_written() {
    let mut world = stored();
    {
        let shop = shop();
        let mut draft = shop.write();
        draft.orders.push("within a guard".into());
        draft.name = "Coffee".into();
        draft.stock.insert("beans".into(), 1);
        drop(draft);
        shop.update(|shop| shop.orders.push("within an update".into()));
        assert_eq!(shop.read().orders.len(), 2);
    }
    world.reopen();
    let (shop, undone) = (shop(), |shop: &Shop| (shop.name.clone(), shop.orders.to_vec()));
    let expected = ["within a guard", "within an update"].map(String::from).to_vec();
    assert_eq!(undone(&shop.read()), ("Coffee".into(), expected));
    assert_eq!(shop.read().stock.get("beans"), Some(1));
}

#[test]
fn an_atomic_that_fails_leaves_it_empty_and_usable() {
    let mut world = stored();
    {
        let orders = shop().read().orders.clone();
        let undone = db0::atomic(|| -> db0::Result<()> {
            orders.push("no".into());
            assert_eq!(shop().read().orders.len(), 1);
            Err(db0::abort("on second thoughts"))
        });
        assert!(undone.is_err() && orders.is_empty() && shop().read().orders.is_empty());
        db0::commit().expect("it commits");
        db0::atomic(|| -> db0::Result<()> {
            orders.push("yes".into());
            Ok(())
        })
        .expect("it succeeds");
        assert_eq!(shop().read().orders.to_vec(), ["yes"]);
        orders.push("again".into());
    }
    world.reopen();
    assert_eq!(shop().read().orders.to_vec(), ["yes", "again"]);
}

#[test]
fn a_handle_of_it_is_one_of_the_object_when_that_has_left_memory() {
    let mut world = stored();
    {
        let (orders, stock) = (shop().read().orders.clone(), shop().read().stock.clone());
        db0::current().set_cache_size(0);
        assert!(shop().read().orders == orders && shop().read().stock == stock);
        stock.insert("tea".into(), 1);
        db0::commit().expect("it commits");
        orders.push("late".into());
        assert_eq!(
            (shop().read().orders.to_vec(), shop().read().stock.len()),
            (vec!["late".into()], 1)
        );
    }
    world.reopen();
    assert_eq!((shop().read().orders.len(), shop().read().stock.len()), (1, 1));
}

#[test]
fn the_past_shows_it_empty_and_can_not_be_written_to() {
    let mut world = stored();
    {
        let before = db0::snapshot().expect("a snapshot");
        let then = before.singleton::<Shop>().expect("it is there");
        let refused = then.read().orders.try_push("late".into());
        assert!(matches!(refused, Err(Error::ReadOnly { .. })), "{refused:?}");
        shop().read().orders.push("now".into());
        db0::commit().expect("it commits");
        assert!(then.read().orders.is_empty() && then.read().stock.is_empty());
        let changed = db0::select_modified::<Shop>((), &before, &db0::snapshot().expect("one"));
        assert_eq!(changed.count(), 1);
    }
    world.reopen();
}

#[test]
fn it_goes_with_the_object() {
    #[db0::memo(name = "Box", keep)]
    struct Old {
        n: u8,
    }
    #[db0::memo(name = "Box", keep)]
    struct New {
        n: u8,
        #[serde(default)]
        tasks: List<Memo<Task>>,
        #[serde(default)]
        unused: List<u8>,
    }
    let mut world = World::new();
    let uuids = [1, 2].map(|n| Memo::new(Old { n }).uuid());
    world.reopen();
    let [first, second] = uuids.map(|uuid| db0::fetch::<New>(uuid).expect("it is there"));
    first.read().tasks.push(Memo::new(Task { n: 1 }));
    assert!(second.read().tasks.is_empty() && second.read().n == 2);
    // What was replaced before anything was in it is nobody's.
    second.write().tasks = List::from([Memo::new(Task { n: 2 })]);
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Task>(()).count(), 2);
    for memo in [first, second] {
        db0::delete(&memo).expect("nothing refers to it");
    }
    db0::commit().expect("it commits");
    world.reopen();
    db0::commit().expect("it commits");
    assert_eq!(db0::find::<Task>(()).count(), 0);
}

#[test]
fn threads_that_are_the_first_to_use_it_use_the_same_one() {
    #[db0::memo(name = "Shelf", keep)]
    struct Old {
        n: u8,
    }
    #[db0::memo(name = "Shelf", keep)]
    struct New {
        n: u8,
        #[serde(default)]
        things: List<u8>,
    }
    let mut world = World::new();
    let uuids: Vec<_> = (0..50).map(|n| Memo::new(Old { n }).uuid()).collect();
    world.reopen();
    let workspace = world.workspace.as_ref().expect("it is open");
    let shelf = |uuid: &uuid::Uuid| db0::fetch::<New>(*uuid).expect("it is there");
    std::thread::scope(|scope| {
        for n in 0..3 {
            let uuids = &uuids;
            scope.spawn(move || {
                let _entered = workspace.enter();
                uuids.iter().for_each(|uuid| shelf(uuid).read().things.push(n));
            });
        }
    });
    for _ in 0..2 {
        for uuid in &uuids {
            let mut things = shelf(uuid).read().things.to_vec();
            things.sort_unstable();
            assert_eq!(things, [0, 1, 2], "on shelf {}", shelf(uuid).read().n);
        }
        world.reopen();
    }
}
