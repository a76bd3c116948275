//! Every type that is a key, and literals that stand for them.

use std::{
    collections::BTreeSet,
    fmt::Debug,
    time::{Duration, SystemTime},
};

use db0::{Desc, Dict, Key, Memo, Set};
use uuid::Uuid;

use crate::common::World;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, db0::Key)]
enum Size {
    Small,
    Of(u32),
    Named { text: String },
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, db0::Key)]
struct Place {
    country: String,
    zip: Option<u32>,
}

#[db0::memo]
struct Thing {
    n: u32,
}

/// A set of them has the order of a `BTreeSet`, and finds each.
#[track_caller]
fn sorts<K: Key + Ord + Clone + Debug, const N: usize>(keys: [K; N]) {
    let set: Set<K> = keys.iter().cloned().collect();
    assert!(keys.iter().all(|key| set.contains(key)));
    assert_eq!(
        set.to_vec(),
        keys.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    );
}

#[test]
fn values_are_keys_in_their_order() {
    let _world = World::new();
    sorts([3_u8, 0, 255]);
    sorts([-1_i64, i64::MIN, 0, i64::MAX]);
    sorts([u128::MAX, 0, 1 << 64]);
    sorts([i128::MIN, -1, 0]);
    sorts(['ß', 'a', '\0']);
    sorts([true, false]);
    sorts(["b".to_string(), String::new(), "a\0b".into(), "a".into(), "x".repeat(2000)]);
    sorts([vec![1_u8, 0], vec![], vec![1]]);
    sorts([[2_u16, 1], [1, 9]]);
    sorts([Uuid::from_u128(7), Uuid::nil()]);
    sorts([Some(1), None, Some(0)]);
    sorts([Desc(1), Desc(2)]);
    sorts([(1_u8, "b".to_string(), Some(2_i32)), (1, "b".into(), None), (0, "z".into(), None)]);
    sorts([(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11)]);
    sorts([Duration::from_millis(5), Duration::ZERO]);
    let epoch = SystemTime::UNIX_EPOCH;
    sorts([epoch, epoch - Duration::from_nanos(1), epoch + Duration::from_secs(9)]);
    let day = |y, m, d| chrono::NaiveDate::from_ymd_opt(y, m, d).expect("a day");
    sorts([day(2024, 2, 29), day(1969, 12, 31)]);
    sorts([day(2024, 1, 1).and_hms_opt(1, 2, 3), None]);
    sorts([Size::Of(1), Size::Small, Size::Named { text: String::new() }, Size::Of(0)]);
    let place = |country: &str, zip| Place { country: country.into(), zip };
    sorts([place("IT", None), place("FR", Some(75001)), place("IT", Some(1))]);
}

#[test]
fn floats_have_a_total_order() {
    let _world = World::new();
    let floats = [f64::NAN, -0.0, 0.0, f64::NEG_INFINITY, 1.5];
    let set: Set<f64> = floats.into_iter().collect();
    let mut sorted = floats.to_vec();
    sorted.sort_by(f64::total_cmp);
    assert!(set.iter().map(f64::to_bits).eq(sorted.into_iter().map(f64::to_bits)));
    assert!(set.range(-1.0..=2.0).eq([-0.0, 0.0, 1.5]) && set.contains(f64::NAN));
}

#[test]
fn handles_are_keys_by_creation_and_keep_their_object_alive() {
    #[db0::memo(singleton)]
    struct Root {
        marks: Dict<(Memo<Thing>, u8), String>,
    }
    let mut world = World::new();
    let things = [1, 2].map(|n| Memo::new(Thing { n }));
    let root = db0::singleton(|| Root { marks: Dict::new() });
    let marks = root.read().marks.clone();
    marks.insert((things[1].clone(), 0_u8), "b".into());
    marks.insert((things[0].clone(), 1_u8), "a".into());
    assert_eq!(things[0].refcount(), 1);
    drop((things, marks, root));
    world.reopen();
    let root = db0::fetch_singleton::<Root>().expect("it is there");
    let found: Vec<_> = root.read().marks.iter().map(|((t, n), v)| (t.read().n, n, v)).collect();
    assert_eq!(found, [(1, 1, "a".to_string()), (2, 0, "b".into())]);
    let first = root.read().marks.keys().next().expect("there are two").0;
    assert_eq!(root.read().marks.remove((&first, 1_u8)).as_deref(), Some("a"));
    assert_eq!(first.refcount(), 0);
}

#[test]
fn literals_infer() {
    let _world = World::new();
    let numbers: Dict<u64, u8> = Dict::from([(1, 1), (2, 2)]);
    assert_eq!((numbers.range(1..3).count(), numbers.get(2)), (2, Some(2)));
    let texts: Dict<String, u8> = Dict::new();
    texts.insert("x".to_string(), 1);
    assert_eq!(
        (texts.range("a".."z").count(), texts.get("x"), texts.remove("x")),
        (1, Some(1), Some(1))
    );
    let bytes: Set<Vec<u8>> = Set::new();
    assert!(bytes.insert(b"ab".to_vec()) && bytes.contains(&b"ab"[..]));
    let pairs: Set<(String, u32)> = Set::new();
    assert!(
        pairs.insert(("a".to_string(), 1))
            && pairs.contains(("a", 1))
            && pairs.prefix("a").count() == 1
    );
}
