//! What can be told without an object is told without one: nothing is decoded before it is read.

use std::{
    ops::Deref,
    sync::atomic::{AtomicUsize, Ordering},
};

use db0::Memo;
use serde::{Deserialize, Deserializer, Serialize};

use crate::common::World;

static DECODED: AtomicUsize = AtomicUsize::new(0);

/// A number that counts how often it is decoded.
#[derive(Clone, Serialize)]
struct Watched(u32);

impl Deref for Watched {
    type Target = u32;

    fn deref(&self) -> &u32 {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Watched {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DECODED.fetch_add(1, Ordering::Relaxed);
        u32::deserialize(deserializer).map(Self)
    }
}

#[db0::memo(keep)]
struct Item {
    watched: Watched,
    #[db0(index)]
    rank: u32,
}

fn decoded() -> usize {
    DECODED.swap(0, Ordering::Relaxed)
}

#[test]
fn counts_ids_and_orders_of_an_index_decode_nothing() {
    let mut world = World::new();
    let items: Vec<_> =
        (0..100).map(|n| Memo::new(Item { watched: Watched(n), rank: n % 10 })).collect();
    db0::tags(&items).add("all");
    db0::tags(&items[..30]).add("some");
    let one = items[40].uuid();
    drop(items);
    world.reopen();
    decoded();
    let one = db0::fetch::<Item>(one).expect("it is there");
    decoded();
    let queries = [
        db0::find::<Item>(()),
        db0::find::<Item>(("all", db0::no("some"))),
        db0::find::<Item>(["all", "some"]),
        db0::find::<Item>(("all", Item::RANK.between(0..3))),
        db0::find::<Item>(db0::find::<Item>("all")),
    ];
    for query in &queries {
        assert!(query.count() > 0 && !query.is_empty());
        assert!(query.first().is_some() && query.contains(&one));
        assert_eq!(query.uuids().len() as u64, query.count());
        assert_eq!(query.iter().count() as u64, query.count());
        let first = query.iter().next().expect("there are some").uuid();
        assert!(query.clone().after(first).skip(1).take(2).count() == 2);
        let steps = query.explain();
        assert!(!steps.to_string().is_empty());
        assert_eq!(decoded(), 0, "{query:?}");
    }
    assert_eq!(queries[0].split_by(["some", "all"])[1].count(), 70);
    assert_eq!(queries[0].group_by(["some", "all"]).counts()["some"], 30);
    db0::tags(&queries[1]).add("rest");
    assert_eq!(db0::find::<Item>("rest").count(), 70);
    assert_eq!(decoded(), 0);
    let sum: u32 = db0::find::<Item>("some").iter().map(|item| *item.read().watched).sum();
    assert_eq!((sum, decoded()), ((0..30).sum(), 30));
}
