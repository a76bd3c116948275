//! Whatever reads the live world reads a state too: after a restart, where only reading is allowed, and
//! in a copy of the folder.

use std::path::Path;

use db0::{Config, Dict, Index, List, Memo, Snapshot, WeakMemo, Workspace};

use crate::common::World;

#[db0::memo(singleton)]
struct Shop {
    name: String,
    items: List<Memo<Item>>,
    by_name: Dict<String, Memo<Item>>,
    by_price: Index<u32, Memo<Item>>,
}

#[db0::memo]
#[derive(Debug)]
struct Item {
    #[db0(unique)]
    name: String,
    #[db0(index)]
    cents: u32,
    #[db0(tag)]
    kind: Option<String>,
    like: Option<WeakMemo<Item>>,
}

fn item(name: &str, cents: u32) -> Memo<Item> {
    let kind = Some(if cents < 20 { "cheap" } else { "dear" }.to_string());
    Memo::new(Item { name: name.into(), cents, kind, like: None })
}

fn names(query: db0::Query<Item>) -> Vec<String> {
    query.iter().map(|item| item.read().name.clone()).collect()
}

/// The state in which the shop had tea for 10, milk for 20, and cake for 30.
fn check(snapshot: &Snapshot) {
    let shop = snapshot.singleton::<Shop>().expect("it was there");
    let seen = shop.read();
    assert_eq!(seen.name, "Corner");
    let items: Vec<_> = seen.items.iter().map(|item| item.read().name.clone()).collect();
    assert_eq!(items, ["tea", "milk", "cake"]);
    assert_eq!(seen.by_name.get("milk").expect("it was there").read().cents, 20);
    let prices: Vec<_> = seen.by_price.range(15..).map(|(price, _)| price).collect();
    assert_eq!(prices, [20, 30]);
    let all = || snapshot.find::<Item>(());
    assert_eq!(names(all().sort_desc_by(Item::CENTS)), ["cake", "milk", "tea"]);
    assert_eq!(names(all().sort_by(&seen.by_price).skip(1).take(1)), ["milk"]);
    assert_eq!(names(all().sort_by(Item::NAME)), ["cake", "milk", "tea"]);
    assert_eq!(names(all().filter(|item| item.cents == 30)), ["cake"]);
    assert_eq!(names(snapshot.find::<Item>(("food", Item::CENTS.ge(20)))), ["cake"]);
    assert_eq!(names(snapshot.find::<Item>(Item::NAME.starts_with("m"))), ["milk"]);
    assert_eq!(names(snapshot.find::<Item>(seen.by_price.range(..25))), ["tea", "milk"]);
    assert_eq!(names(snapshot.find::<Item>(db0::no("food"))), ["tea", "milk"]);
    assert_eq!(
        names(snapshot.find::<Item>(Item::KIND.eq(Some("dear".to_string())))),
        ["milk", "cake"]
    );
    assert_eq!(all().group_by(Item::KIND).counts().len(), 2);
    let tea = all().first().expect("tea");
    assert_eq!(snapshot.find::<Item>(&tea).count(), 1);
    let like = tea.read().like.as_ref().and_then(WeakMemo::upgrade).expect("it was there");
    assert_eq!(like.read().name, "milk");
    assert_eq!(tea.attrs().get::<String>("origin").as_deref(), Some("Assam"));
    let any = snapshot.fetch_any(tea.uuid()).expect("it was there");
    assert_eq!((any.class(), any.get("cents")), ("Item".into(), Some(10.into())));
    assert_eq!(snapshot.find_any(()).count(), 4);
    assert_eq!(tea.refcount(), 3);
    assert_eq!(snapshot.dict::<String, u32>("stock").expect("it was there").get("tea"), Some(5));
}

fn change_everything() {
    let shop = db0::fetch_singleton::<Shop>().expect("it is there");
    let items = shop.read().items.to_vec();
    for item in &items {
        item.write().cents += 500;
        item.write().kind = None;
        item.write().like = None;
        db0::tags(item).remove("food");
        item.attrs().remove("origin");
    }
    shop.write().name = "Closed".into();
    shop.read().items.clear();
    shop.read().by_name.clear();
    shop.read().by_price.clear();
    db0::current().dict::<String, u32>("stock").clear();
    db0::current().drop_root("stock").expect("it is there");
    drop(items);
    db0::commit().expect("it commits");
    item("salt", 1);
    db0::commit().expect("it commits");
    assert!(db0::find::<Item>("food").is_empty());
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("default")).expect("it is new");
    // What is closed can be copied; the other files are of those who have it open.
    std::fs::copy(from.join("default/data.mdb"), to.join("default/data.mdb")).expect("a copy");
}

#[test]
fn a_state_shows_everything_as_it_was() {
    let mut world = World::new();
    let shop = db0::singleton(|| Shop {
        name: "Corner".into(),
        items: List::new(),
        by_name: Dict::new(),
        by_price: Index::new(),
    });
    let items = [item("tea", 10), item("milk", 20), item("cake", 30)];
    items[0].write().like = Some(items[1].downgrade());
    items[0].attrs().set("origin", "Assam");
    db0::tags(&items[2]).add("food");
    db0::tags(&items[1]).add(&items[0]);
    for item in &items {
        let (name, cents) = (item.read().name.clone(), item.read().cents);
        shop.read().items.push(item.clone());
        shop.read().by_name.insert(name, item.clone());
        shop.read().by_price.add(cents, item);
    }
    db0::current().dict("stock").insert("tea".to_string(), 5_u32);
    let state = db0::commit().expect("it commits");
    let snapshot = db0::snapshot().expect("a snapshot");
    check(&snapshot);
    drop((shop, items));
    change_everything();
    check(&snapshot);
    assert_eq!(snapshot.find::<Item>(()).count(), 3);
    drop(snapshot);
    let at = |state| db0::snapshot_at(state).expect("it is kept");
    check(&at(state));
    world.reopen();
    check(&at(state));
    {
        let reader = Workspace::open(Config::new(world.folder.path()).read_only());
        let _entered = reader.expect("it opens").enter();
        check(&at(state));
    }
    world.close();
    let folder = tempfile::tempdir().expect("a folder");
    copy(world.folder.path(), folder.path());
    let workspace = Workspace::open(Config::new(folder.path())).expect("a copy opens");
    let _entered = workspace.enter();
    check(&at(state));
}
