//! A dict is a `BTreeMap` that lasts: whole histories against one, through commits and rollbacks.

mod common;

use std::collections::BTreeMap;

use common::Scratch;
use db0_collections::Dict;
use db0_runtime::{Error, Result};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Op {
    Insert(String, u32),
    Remove(String),
    Update(String, u32),
    UpdateOr(String, u32),
    Extend(Vec<(String, u32)>),
    Retain(u32),
    PopFirst,
    PopLast,
    Drain,
    Clear,
    Range(String, String),
    Prefix(String),
    Commit,
    Rollback(Vec<Op>),
    Atomic(Vec<Op>),
}

/// Few enough to meet again; some long, and alike in their first bytes.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[ab\0]{0,3}",
        2 => "[a-z]{1,2}",
        3 => (440..460_usize, "[ab]{0,2}").prop_map(|(len, end)| "k".repeat(len) + &end),
        1 => (0..3_usize).prop_map(|n| "k".repeat(5000 + n)),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let single = prop_oneof![
        12 => (key(), any::<u32>()).prop_map(|(key, n)| Op::Insert(key, n)),
        6 => key().prop_map(Op::Remove),
        3 => (key(), any::<u32>()).prop_map(|(key, n)| Op::Update(key, n)),
        3 => (key(), any::<u32>()).prop_map(|(key, n)| Op::UpdateOr(key, n)),
        3 => prop::collection::vec((key(), any::<u32>()), 0..40).prop_map(Op::Extend),
        1 => (1..5_u32).prop_map(Op::Retain),
        2 => Just(Op::PopFirst),
        2 => Just(Op::PopLast),
        1 => Just(Op::Drain),
        1 => Just(Op::Clear),
        4 => (key(), key()).prop_map(|(a, b)| Op::Range(a, b)),
        2 => key().prop_map(Op::Prefix),
    ]
    .boxed();
    let nested = prop::collection::vec(single.clone(), 0..6);
    prop_oneof![
        16 => single,
        2 => Just(Op::Commit),
        1 => nested.clone().prop_map(Op::Rollback),
        1 => nested.prop_map(Op::Atomic),
    ]
}

type Model = BTreeMap<String, u32>;

fn apply(op: &Op, scratch: &Scratch, dict: &Dict<String, u32>, model: &mut Model) {
    match op {
        Op::Insert(key, n) => {
            assert_eq!(dict.insert(key.clone(), *n), model.insert(key.clone(), *n));
        }
        Op::Remove(key) => assert_eq!(dict.remove(&key[..]), model.remove(key)),
        Op::Update(key, n) => {
            let found = model.get_mut(key).map(|value| *value ^= n).is_some();
            assert_eq!(dict.update(key, |value| *value ^= n), found);
        }
        Op::UpdateOr(key, n) => {
            dict.update_or(key, 7, |value| *value ^= n);
            *model.entry(key.clone()).or_insert(7) ^= n;
        }
        Op::Extend(entries) => {
            dict.extend(entries.iter().map(|(key, n)| (key, *n)));
            model.extend(entries.iter().cloned());
        }
        Op::Retain(n) => {
            dict.retain(|_, value| value % n != 0);
            model.retain(|_, value| *value % n != 0);
        }
        Op::PopFirst => assert_eq!(dict.pop_first(), model.pop_first()),
        Op::PopLast => assert_eq!(dict.pop_last(), model.pop_last()),
        Op::Drain => assert!(dict.drain().eq(std::mem::take(model))),
        Op::Clear => {
            dict.clear();
            model.clear();
        }
        Op::Range(a, b) => check_range(dict, model, a, b),
        Op::Prefix(start) => {
            let expected = model.iter().filter(|(key, _)| key.starts_with(start));
            assert!(dict.prefix(start).eq(expected.map(|(key, n)| (key.clone(), *n))));
        }
        Op::Commit => drop(scratch.workspace.commit().expect("a commit")),
        Op::Rollback(ops) => {
            let undone: Result<()> = scratch.workspace.atomic(|| {
                let mut model = model.clone();
                ops.iter().for_each(|op| apply(op, scratch, dict, &mut model));
                check(dict, &model);
                Err(Error::other("undone"))
            });
            assert!(undone.is_err());
        }
        Op::Atomic(ops) => {
            let done: Result<()> = scratch.workspace.atomic(|| {
                ops.iter().for_each(|op| apply(op, scratch, dict, model));
                Ok(())
            });
            done.expect("nothing fails in there");
        }
    }
}

fn check_range(dict: &Dict<String, u32>, model: &Model, a: &String, b: &String) {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    let own = |(key, n): (&String, &u32)| (key.clone(), *n);
    assert!(dict.range(a..b).eq(model.range(a.clone()..b.clone()).map(own)));
    assert!(dict.range(a..=b).rev().eq(model.range(a.clone()..=b.clone()).rev().map(own)));
    assert_eq!(dict.range(&a[..]..).count(), model.range(a.clone()..).count());
    // From both ends in turn, the ends meet.
    let (mut ours, mut theirs) = (dict.range(..b), model.range(..b.clone()));
    loop {
        let (front, back) = (ours.next(), ours.next_back());
        assert_eq!((&front, &back), (&theirs.next().map(own), &theirs.next_back().map(own)));
        if front.is_none() && back.is_none() {
            break;
        }
    }
}

fn check(dict: &Dict<String, u32>, model: &Model) {
    assert_eq!(dict.len(), model.len());
    let own = |(key, n): (&String, &u32)| (key.clone(), *n);
    assert!(dict.iter().eq(model.iter().map(own)));
    assert!(dict.iter().rev().eq(model.iter().rev().map(own)));
    assert!(dict.keys().eq(model.keys().cloned()));
    assert!(dict.values().eq(model.values().copied()));
    assert_eq!(dict.first(), model.first_key_value().map(own));
    assert_eq!(dict.last(), model.last_key_value().map(own));
    for (key, n) in model {
        assert_eq!(dict.get(key), Some(*n));
        assert!(dict.contains_key(&key[..]));
    }
    let many = dict.get_many(model.keys());
    assert!(many.into_iter().eq(model.values().map(|n| Some(*n))));
    assert_eq!(dict.get("not in there"), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 2000, ..ProptestConfig::default() })]
    #[test]
    fn every_history_is_that_of_a_map(ops in prop::collection::vec(op(), 0..80)) {
        let scratch = Scratch::new();
        let dict = Dict::new();
        let mut model = Model::new();
        for op in &ops {
            apply(op, &scratch, &dict, &mut model);
            assert_eq!(dict.len(), model.len());
        }
        check(&dict, &model);
        scratch.workspace.commit().expect("a commit");
        check(&dict, &model);
    }
}

#[test]
fn what_comes_after_all_others_is_added_in_one_go() {
    let scratch = Scratch::new();
    let dict: Dict<String, u32> = Dict::new();
    let key = |n: u32| format!("{n:04}");
    for start in [0, 100, 150] {
        // The last step begins within what is there.
        dict.extend((start..start + 100).map(|n| (key(n), n + start)));
        scratch.workspace.commit().expect("a commit");
    }
    assert_eq!(dict.len(), 250);
    let value = |n: u32| if n < 150 { n + n / 100 * 100 } else { n + 150 };
    assert!(dict.iter().eq((0..250).map(|n| (key(n), value(n)))));
    // A key that others begin with, as bytes do: it comes before them.
    let bytes: Dict<Vec<u8>, u8> = Dict::from([(vec![1, 2], 0)]);
    bytes.extend([(vec![1_u8], 1), (vec![1, 2], 2), (vec![1, 2, 0], 3), (vec![2], 4)]);
    assert!(bytes.values().eq([1, 2, 3, 4]));
}
