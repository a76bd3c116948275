//! A set is a `BTreeSet` that lasts: whole histories and set algebra against it.

mod common;

use std::collections::BTreeSet;

use common::Scratch;
use db0_collections::Set;
use db0_runtime::{Error, Result};
use proptest::prelude::*;

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-d]{0,2}",
        1 => (445..452_usize, "[ab]{0,2}").prop_map(|(len, end)| "k".repeat(len) + &end),
    ]
}

#[derive(Clone, Debug)]
enum Op {
    Insert(String),
    Remove(String),
    Extend(Vec<String>),
    RetainShort(usize),
    PopFirst,
    PopLast,
    Drain,
    Clear,
    Commit,
    Rollback,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        10 => key().prop_map(Op::Insert),
        6 => key().prop_map(Op::Remove),
        3 => prop::collection::vec(key(), 0..20).prop_map(Op::Extend),
        1 => (0..450_usize).prop_map(Op::RetainShort),
        2 => Just(Op::PopFirst),
        2 => Just(Op::PopLast),
        1 => Just(Op::Drain),
        1 => Just(Op::Clear),
        2 => Just(Op::Commit),
        1 => Just(Op::Rollback),
    ]
}

fn apply(op: Op, scratch: &Scratch, set: &Set<String>, model: &mut BTreeSet<String>) {
    match op {
        Op::Insert(key) => assert_eq!(set.insert(key.clone()), model.insert(key)),
        Op::Remove(key) => assert_eq!(set.remove(&key[..]), model.remove(&key)),
        Op::Extend(keys) => {
            set.extend(&keys);
            model.extend(keys);
        }
        Op::RetainShort(len) => {
            set.retain(|key| key.len() < len);
            model.retain(|key| key.len() < len);
        }
        Op::PopFirst => assert_eq!(set.pop_first(), model.pop_first()),
        Op::PopLast => assert_eq!(set.pop_last(), model.pop_last()),
        Op::Drain => assert!(set.drain().eq(std::mem::take(model))),
        Op::Clear => {
            set.clear();
            model.clear();
        }
        Op::Commit => drop(scratch.workspace.commit().expect("a commit")),
        Op::Rollback => {
            let undone: Result<()> = scratch.workspace.atomic(|| {
                set.clear();
                set.insert("undone".to_string());
                assert_eq!(set.len(), 1);
                Err(Error::other("undone"))
            });
            assert!(undone.is_err());
        }
    }
    assert_eq!(set.len(), model.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn every_history_is_that_of_a_set(ops in prop::collection::vec(op(), 0..60)) {
        let scratch = Scratch::new();
        let set = Set::new();
        let mut model = BTreeSet::new();
        for op in ops {
            apply(op, &scratch, &set, &mut model);
        }
        prop_assert!(set.iter().eq(model.iter().cloned()));
        prop_assert!(set.iter().rev().eq(model.iter().rev().cloned()));
        prop_assert_eq!(set.first(), model.first().cloned());
        prop_assert_eq!(set.last(), model.last().cloned());
        let beyond = model.range("b".to_string()..).cloned();
        prop_assert!(set.range("b"..).eq(beyond));
        let alike = model.iter().filter(|key| key.starts_with("kk")).cloned();
        prop_assert!(set.prefix("kk").eq(alike));
        prop_assert!(model.iter().all(|key| set.contains(key)) && !set.contains("not in there"));
    }

    #[test]
    fn algebra_is_that_of_sets(a: BTreeSet<u8>, b: BTreeSet<u8>) {
        let _scratch = Scratch::new();
        let (x, y) = (Set::from_iter(a.clone()), Set::from_iter(b.clone()));
        prop_assert!(x.union(&y).eq(a.union(&b).copied()));
        prop_assert!(x.intersection(&y).eq(a.intersection(&b).copied()));
        prop_assert!(x.difference(&y).eq(a.difference(&b).copied()));
        prop_assert!(x.symmetric_difference(&y).eq(a.symmetric_difference(&b).copied()));
        prop_assert_eq!(x.is_subset(&y), a.is_subset(&b));
        prop_assert_eq!(x.is_superset(&y), a.is_superset(&b));
        prop_assert_eq!(x.is_disjoint(&y), a.is_disjoint(&b));
    }
}

#[test]
fn zero_and_nothing_are_elements_and_bounds_like_any_other() {
    let _scratch = Scratch::new();
    let texts = Set::from_iter(["", "a", "\0"].map(String::from));
    assert_eq!(texts.range(..="").count(), 1);
    assert_eq!(texts.range("".."a").collect::<Vec<_>>(), ["", "\0"]);
    let numbers = Set::from_iter([-1, 0, 1]);
    assert_eq!(numbers.range(0..).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(numbers.range(..0).collect::<Vec<_>>(), [-1]);
    let units = Set::from_iter([()]);
    assert!(units.contains(()) && units.iter().eq([()]));
}
