//! A filter or a limit keeps the place that it was given.

use db0::{Error, Index, Memo};

use crate::common::World;

#[db0::memo(keep)]
struct Item {
    n: u32,
}

fn items(count: u32) -> Vec<Memo<Item>> {
    (0..count).map(|n| Memo::new(Item { n })).collect()
}

fn numbers(query: &db0::Query<Item>) -> Vec<u32> {
    assert_eq!(query.count(), query.iter().count() as u64);
    assert_eq!(query.uuids(), query.iter().map(|item| item.uuid()).collect::<Vec<_>>());
    assert_eq!(query.is_empty(), query.count() == 0);
    assert_eq!(query.first(), query.iter().next());
    query.iter().map(|item| item.read().n).collect()
}

fn even(item: &Item) -> bool {
    item.n.is_multiple_of(2)
}

#[test]
fn filters_and_limits_are_run_in_the_order_they_are_written_in() {
    let _world = World::new();
    let items = items(10);
    let all = || db0::find::<Item>(());
    assert_eq!(numbers(&all().filter(even).take(3)), [0, 2, 4]);
    assert_eq!(numbers(&all().take(3).filter(even)), [0, 2]);
    assert_eq!(numbers(&all().skip(3).take(4).skip(1)), [4, 5, 6]);
    assert_eq!(numbers(&all().sort_desc_by(Item::N).take(4).filter(even)), [8, 6]);
    assert_eq!(numbers(&all().sort_desc_by(Item::N).take(4).sort_by(Item::N)), [6, 7, 8, 9]);
    assert_eq!(numbers(&all().take(4).sort_desc_by(Item::N).skip(1)), [2, 1, 0]);
    assert_eq!(numbers(&all().take(5).after(items[2].uuid())), [3, 4]);
    assert_eq!(numbers(&all().filter(even).filter(|item: &Item| item.n > 4)), [6, 8]);
    let limited = all().sort_desc_by(Item::N).take(2);
    assert!(limited.contains(&items[9]) && !limited.contains(&items[0]));
    let parts = limited.split_by([Item::N.eq(9), Item::N.ge(8)]);
    assert_eq!((numbers(&parts[0]), numbers(&parts[1])), (vec![9], vec![8]));
}

#[test]
fn a_query_as_a_criterion_keeps_its_filters_and_nothing_else() {
    let _world = World::new();
    items(10);
    let even = db0::find::<Item>(()).filter(even).sort_desc_by(Item::N);
    assert_eq!(numbers(&db0::find((&even, Item::N.lt(5)))), [0, 2, 4]);
    assert_eq!(numbers(&db0::find((db0::no(&even), Item::N.lt(5)))), [1, 3]);
    for limited in [even.clone().take(2), even.clone().skip(1)] {
        let refused = db0::find::<Item>(db0::no(limited)).try_count();
        assert!(matches!(refused, Err(Error::Invalid(why)) if why.contains("criterion")));
    }
}

#[test]
fn ranges_of_an_index_are_criteria_and_look_anew() {
    let _world = World::new();
    let items = items(10);
    let index = Index::new();
    let (all, some) = (db0::find::<Item>(&index), db0::find::<Item>(index.range(2..=4)));
    assert_eq!((all.count(), some.count()), (0, 0));
    for item in &items {
        index.add(item.read().n, item);
        index.add(item.read().n + 100, item);
    }
    assert_eq!((all.count(), numbers(&some)), (10, vec![2, 3, 4]));
    let nested = db0::any(((index.range(..2), Item::N.ge(1)), index.select(105, 106)));
    assert_eq!(numbers(&db0::find(db0::all((nested, db0::no(index.range(6..7)))))), [1, 5]);
    index.remove(3, &items[3]);
    assert_eq!(numbers(&some), [2, 4]);
    db0::commit().expect("it commits");
    assert_eq!(numbers(&some), [2, 4]);
}

#[test]
fn words_are_found_by_their_beginnings() {
    let _world = World::new();
    let items = items(3);
    for (item, text) in items.iter().zip(["Der große Garten", "Gärten, Größe", "garten"]) {
        db0::tags(item).add(db0::words(text));
    }
    assert_eq!(numbers(&db0::find(db0::words("GARTEN"))), [0, 1, 2]);
    assert_eq!(numbers(&db0::find(db0::words("grosse garten"))), [0, 1]);
    assert_eq!(numbers(&db0::find(db0::words("garten gro").prefix())), [0, 1]);
    assert_eq!(numbers(&db0::find(db0::words("x").prefix())), [0_u32; 0]);
}
