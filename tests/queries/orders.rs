//! Every combination of order, place of `None`, range and number of keys, against a plain sort.

use std::cmp::Reverse;

use db0::{Index, Memo, Query};

use crate::common::World;

#[db0::memo(keep)]
struct Item {
    n: u32,
    key: Option<i32>,
}

type Key = Option<i32>;
type Within = fn(Key) -> bool;

/// Keys of each item, in the order of creation: none, one or several.
fn keys() -> Vec<Vec<Key>> {
    let one = |n: i32| (n * 7 % 5 - 2) * (n % 3);
    let keys = |n: i32| match n % 6 {
        0 => vec![],
        1 => vec![None],
        2 => vec![Some(one(n)), None],
        3 => vec![Some(one(n)), Some(one(n) + 3)],
        _ => vec![Some(one(n))],
    };
    (0..40).map(keys).collect()
}

/// What a plain sort gives; what has no key within the range comes last.
fn expected(keys: &[Vec<Key>], within: Within, descending: bool, nulls_last: bool) -> Vec<u32> {
    let mut sorted: Vec<(bool, (bool, Key), u32)> = Vec::new();
    for (n, keys) in (0..).zip(keys) {
        let placed =
            keys.iter().filter(|key| within(**key)).map(|key| (nulls_last && key.is_none(), *key));
        let lowest = placed.min();
        sorted.push((lowest.is_none(), lowest.unwrap_or_default(), n));
    }
    if descending {
        sorted.sort_by_key(|(unindexed, (last, key), _)| (*unindexed, *last, Reverse(*key)));
    } else {
        sorted.sort_by_key(|(unindexed, (last, key), _)| (*unindexed, *last, *key));
    }
    sorted.into_iter().map(|(.., n)| n).collect()
}

fn numbers(query: &Query<Item>) -> Vec<u32> {
    query.iter().map(|item| item.read().n).collect()
}

#[test]
fn an_index_sorts_in_either_direction_with_none_on_either_side() {
    let world = World::new();
    let keys = keys();
    let index: Index<Key, Memo<Item>> = Index::new();
    for (n, keys) in (0..).zip(&keys) {
        let item = Memo::new(Item { n, key: None });
        for key in keys {
            index.add(*key, &item);
        }
    }
    let ranges: [(Within, (Key, Key)); 5] = [
        (|_| true, (None, Some(i32::MAX))),
        (|key| key.is_some_and(|key| key >= 0), (Some(0), Some(i32::MAX))),
        (|key| key.is_none_or(|key| key <= 1), (None, Some(1))),
        (|key| key.is_none(), (None, None)),
        (|key| key == Some(0), (Some(0), Some(0))),
    ];
    for _ in 0..2 {
        for (within, (from, to)) in ranges {
            for nulls_last in [false, true] {
                for descending in [false, true] {
                    let entries = index.range(from..=to);
                    let entries = if nulls_last { entries.nulls_last() } else { entries };
                    let all = || db0::find::<Item>(());
                    let sorted = if descending {
                        all().sort_desc_by(&entries)
                    } else {
                        all().sort_by(&entries)
                    };
                    let expected = expected(&keys, within, descending, nulls_last);
                    assert_eq!(numbers(&sorted), expected);
                    let turned = entries.rev();
                    let turned =
                        if descending { all().sort_by(turned) } else { all().sort_desc_by(turned) };
                    assert_eq!(numbers(&turned), expected);
                    // As a criterion it gives what has such a key, whatever the order.
                    let range = index.range(from..=to);
                    let has: Vec<u32> = (0..)
                        .zip(&keys)
                        .filter(|(_, keys)| keys.iter().any(|key| within(*key)))
                        .map(|(n, _)| n)
                        .collect();
                    assert_eq!(numbers(&db0::find(range)), has);
                }
            }
        }
        db0::commit().expect("it commits");
    }
    drop(world);
}

#[test]
fn a_field_sorts_in_either_direction_with_none_on_either_side() {
    let _world = World::new();
    let keys: Vec<Vec<Key>> =
        keys().into_iter().map(|keys| vec![keys.first().copied().flatten()]).collect();
    for (n, key) in (0..).zip(&keys) {
        Memo::new(Item { n, key: key[0] });
    }
    let all = || db0::find::<Item>(());
    let case = |descending, nulls_last| expected(&keys, |_| true, descending, nulls_last);
    assert_eq!(numbers(&all().sort_by(Item::KEY)), case(false, false));
    assert_eq!(numbers(&all().sort_desc_by(Item::KEY)), case(true, false));
    assert_eq!(numbers(&all().sort_by(Item::KEY.nulls_last())), case(false, true));
    assert_eq!(numbers(&all().sort_desc_by(Item::KEY.nulls_last())), case(true, true));
}

#[test]
fn orders_nest_and_the_last_one_is_the_main_one() {
    let _world = World::new();
    let index: Index<Key, Memo<Item>> = Index::new();
    for n in 0..60_u32 {
        let key = (n % 4 > 0).then_some(i32::try_from(n).expect("small") % 5);
        let item = Memo::new(Item { n, key });
        if n % 7 > 0 {
            index.add(key, &item);
        }
    }
    let mut expected: Vec<(u32, Key, bool)> = db0::find::<Item>(())
        .iter()
        .map(|item| (item.read().n, item.read().key, item.read().n % 7 == 0))
        .collect();
    let order = |items: &[(u32, Key, bool)]| items.iter().map(|item| item.0).collect::<Vec<_>>();
    expected.sort_by_key(|item| Reverse(item.0));
    expected.sort_by_key(|item| (item.2, if item.2 { None } else { item.1 }));
    let query = || db0::find::<Item>(()).sort_desc_by(Item::N).sort_by(&index);
    assert_eq!(numbers(&query()), order(&expected));
    expected.sort_by_key(|item| Reverse(item.1));
    assert_eq!(numbers(&query().sort_desc_by(Item::KEY)), order(&expected));
    expected.sort_by_key(|item| (item.2, if item.2 { None } else { Some(Reverse(item.1)) }));
    assert_eq!(numbers(&query().sort_desc_by(Item::KEY).sort_desc_by(&index)), order(&expected));
}
