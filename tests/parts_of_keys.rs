//! Entries are found by the first component of their keys, and removed by the range, as in std's maps.

mod common;

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Included, Unbounded},
};

use common::{World, cases};
use db0::{Desc, Dict, Index, Memo, Set};
use proptest::prelude::*;

#[db0::memo(keep)]
struct Held {
    dict: Dict<(String, i32), u32>,
    set: Set<(String, i32)>,
    index: Index<(String, i32), Memo<Held>>,
}

type Model = BTreeMap<(String, i32), u32>;
type Ends = (std::ops::Bound<(String, i32)>, std::ops::Bound<(String, i32)>);

fn held(model: &Model) -> Memo<Held> {
    let held = Memo::new(Held { dict: Dict::new(), set: Set::new(), index: Index::new() });
    for (key, value) in model {
        held.read().dict.insert(key.clone(), *value);
        held.read().set.insert(key.clone());
        held.read().index.add(key.clone(), &held);
    }
    held
}

fn compare(held: &Memo<Held>, model: &Model) {
    let held = held.read();
    assert!(held.dict.iter().eq(model.iter().map(|(key, value)| (key.clone(), *value))));
    assert!(held.set.iter().eq(model.keys().cloned()));
    assert!(held.index.keys().eq(model.keys().cloned()));
    assert_eq!(
        (held.dict.len(), held.set.len(), held.index.len()),
        (model.len(), model.len(), model.len())
    );
    for first in ["", "a", "a\0", "ab", "b", "é", "none"] {
        let wanted: Vec<_> = model.keys().filter(|key| key.0 == first).cloned().collect();
        assert!(held.dict.under(first).map(|(key, _)| key).eq(wanted.iter().cloned()));
        assert!(held.set.under(first).rev().eq(wanted.iter().rev().cloned()));
        assert!(held.index.under(first).keys().eq(wanted.iter().cloned()));
        let latest = held.dict.under(first.to_string()).next_back().map(|(key, _)| key);
        assert_eq!(latest.as_ref(), wanted.last());
    }
}

fn key() -> impl Strategy<Value = (String, i32)> {
    let first = prop::sample::select(vec!["", "a", "a\0", "ab", "b", "é"]);
    (first.prop_map(String::from), prop_oneof![-3..3, Just(i32::MIN), Just(i32::MAX)])
}

fn ends() -> impl Strategy<Value = Ends> {
    let end = || prop_oneof![key().prop_map(Included), key().prop_map(Excluded), Just(Unbounded)];
    (end(), end())
}

/// A range that is not one holds nothing, where std would panic.
fn is_within(key: &(String, i32), (start, end): &Ends) -> bool {
    let above = match start {
        Included(start) => key >= start,
        Excluded(start) => key > start,
        Unbounded => true,
    };
    above
        && match end {
            Included(end) => key <= end,
            Excluded(end) => key < end,
            Unbounded => true,
        }
}

fn remove(held: &Memo<Held>, ends: &Ends) -> [usize; 3] {
    let held = held.read();
    [
        held.dict.remove_range(ends.clone()),
        held.set.remove_range(ends.clone()),
        held.index.remove_range(ends.clone()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(24)))]

    #[test]
    fn they_are_like_those_of_a_tree(
        model in prop::collection::btree_map(key(), any::<u32>(), 0..40),
        steps in prop::collection::vec((ends(), any::<bool>(), any::<bool>()), 1..4),
    ) {
        let mut world = World::new();
        let mut model = model;
        let uuid = held(&model).uuid();
        db0::commit().expect("it commits");
        let mut states = vec![(db0::state(), model.clone())];
        for (ends, is_undone, is_committed) in steps {
            let found = db0::fetch::<Held>(uuid).expect("it is kept");
            if is_undone {
                let undone = db0::atomic(|| -> db0::Result<()> {
                    remove(&found, &ends);
                    Err(db0::abort("on purpose"))
                });
                assert!(undone.is_err());
                compare(&found, &model);
            }
            let before = model.len();
            model.retain(|key, _| !is_within(key, &ends));
            let removed = before - model.len();
            prop_assert_eq!(remove(&found, &ends), [removed; 3]);
            prop_assert_eq!(found.refcount(), model.len() as u64);
            compare(&found, &model);
            if is_committed {
                drop(found);
                world.reopen();
                states.push((db0::state(), model.clone()));
            }
        }
        for (state, model) in states {
            let then = db0::snapshot_at(state).expect("it is kept");
            compare(&then.fetch::<Held>(uuid).expect("it was there"), &model);
        }
    }
}

#[test]
fn components_of_any_kind_come_first() {
    let _world = World::new();
    let objects = [1, 2].map(|_| held(&Model::new()));
    let of_objects = Dict::<(Memo<Held>, Desc<u8>), u8>::new();
    for (n, object) in objects.iter().enumerate() {
        for day in 0..3 {
            of_objects.insert((object.clone(), Desc(day)), n as u8 * 10 + day);
        }
    }
    assert!(of_objects.under(&objects[1]).map(|(_, value)| value).eq([12, 11, 10]));
    let of_three = Set::<(Option<u8>, bool, String)>::new();
    of_three.insert((None, true, "a".into()));
    of_three.insert((Some(0), true, "b".into()));
    assert!(of_three.under(None::<u8>).map(|key| key.2).eq(["a"]));
    assert!(of_three.under(Some(0)).map(|key| key.2).eq(["b"]));
    let longer = "x".repeat(3000);
    let of_texts = Dict::<(String, u8), u8>::new();
    of_texts.insert((longer.clone(), 1), 1);
    of_texts.insert((longer.clone() + "y", 2), 2);
    assert!(of_texts.under(&longer[..]).map(|(_, value)| value).eq([1]));
    assert_eq!(of_texts.remove_range((&longer[..], 0)..=(&longer[..], 9)), 1);
    assert_eq!(of_texts.len(), 1);
}
