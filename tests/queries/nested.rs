//! Criteria nest: as deep as anybody writes them, and what must all hold as deep as a program makes it.

use db0::{Error, Memo};

use crate::common::World;

#[db0::memo(keep)]
struct Item {
    #[db0(index)]
    n: u32,
    color: u8,
}

fn fill() {
    for n in 0..10 {
        db0::tags(Memo::new(Item { n, color: 7 })).add(["even", "odd"][n as usize % 2]);
    }
}

#[test]
fn a_query_is_narrowed_as_often_as_wanted() {
    let _world = World::new();
    fill();
    let mut query = db0::find::<Item>("even");
    for n in 0..1000 {
        query = db0::find((query, Item::N.ge(n / 500)));
    }
    assert_eq!(query.uuids().len(), 4);
    assert_eq!(query.explain().at_most(), 5);
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let _world = World::new();
    fill();
    let mut query = db0::find::<Item>("even");
    let mut depth = 0;
    let refused = loop {
        match query.try_count() {
            Ok(count) => assert_eq!(count, 5),
            Err(error) => break error,
        }
        query = db0::find((db0::no(db0::no(query)), Item::COLOR.eq(7)));
        depth += 1;
        assert!(depth < 1000);
    };
    assert!(matches!(refused, Error::Invalid(why) if why.contains("nested")));
    assert!(depth > 50, "{depth}");
}

#[test]
fn parts_of_nested_queries_are_answered_together() {
    let _world = World::new();
    fill();
    let inner = db0::find::<Item>(("odd", Item::N.lt(8)));
    let plan = db0::find::<Item>((&inner, Item::COLOR.eq(7))).explain().to_string();
    assert!(!plan.contains("query"), "{plan}");
    assert_eq!(db0::find::<Item>((&inner, Item::N.gt(2))).count(), 3);
}
