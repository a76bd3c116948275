//! A list is a `Vec` that lasts: whole histories against a `Vec`, through commits and rollbacks.

mod common;

use std::{
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
};

use common::Scratch;
use db0_collections::List;
use db0_runtime::{Error, Result};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Op {
    Push(u32),
    PushText(usize),
    Extend(u16),
    Insert(usize, u32),
    Set(usize, u32),
    Remove(usize),
    Pop,
    Truncate(usize),
    Clear,
    Swap(usize, usize),
    Sort,
    Reverse,
    Retain(u32),
    Drain(usize, usize),
    Splice(usize, usize, u16),
    SplitOff(usize),
    SwapRemove(usize),
    Dedup(u32),
    Range(usize, usize),
    Commit,
    Rollback(Vec<Op>),
    Atomic(Vec<Op>),
}

fn op() -> impl Strategy<Value = Op> {
    let leaf = prop_oneof![
        8 => any::<u32>().prop_map(Op::Push),
        1 => (0..6000_usize).prop_map(Op::PushText),
        2 => (0..3000_u16).prop_map(Op::Extend),
        8 => (any::<usize>(), any::<u32>()).prop_map(|(at, n)| Op::Insert(at, n)),
        4 => (any::<usize>(), any::<u32>()).prop_map(|(at, n)| Op::Set(at, n)),
        8 => any::<usize>().prop_map(Op::Remove),
        4 => Just(Op::Pop),
        1 => any::<usize>().prop_map(Op::Truncate),
        1 => Just(Op::Clear),
        2 => (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Op::Swap(a, b)),
        1 => Just(Op::Sort),
        1 => Just(Op::Reverse),
        1 => (1..400_u32).prop_map(Op::Retain),
        2 => (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Op::Drain(a, b)),
        2 => (any::<usize>(), any::<usize>(), 0..500_u16).prop_map(|(a, b, n)| Op::Splice(a, b, n)),
        1 => any::<usize>().prop_map(Op::SplitOff),
        4 => any::<usize>().prop_map(Op::SwapRemove),
        1 => (1..400_u32).prop_map(Op::Dedup),
        2 => (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Op::Range(a, b)),
    ]
    .boxed();
    let nested = prop::collection::vec(leaf.clone(), 0..6);
    prop_oneof![
        12 => leaf,
        1 => Just(Op::Commit),
        1 => nested.clone().prop_map(Op::Rollback),
        1 => nested.prop_map(Op::Atomic),
    ]
}

fn value(n: u32) -> String {
    n.to_string()
}

fn apply(op: &Op, scratch: &Scratch, list: &List<String>, model: &mut Vec<String>) {
    let len = model.len();
    match op {
        Op::Push(n) => {
            list.push(value(*n));
            model.push(value(*n));
        }
        Op::PushText(n) => {
            list.push("x".repeat(*n));
            model.push("x".repeat(*n));
        }
        Op::Extend(n) => {
            list.extend((0..u32::from(*n)).map(value));
            model.extend((0..u32::from(*n)).map(value));
        }
        Op::Insert(at, n) => {
            list.insert(at % (len + 1), value(*n));
            model.insert(at % (len + 1), value(*n));
        }
        Op::Set(at, n) if len > 0 => {
            list.set(at % len, value(*n));
            model[at % len] = value(*n);
        }
        Op::Remove(at) if len > 0 => assert_eq!(list.remove(at % len), model.remove(at % len)),
        Op::Set(at, _) | Op::Remove(at) => assert!(list.try_remove(*at).is_err()),
        Op::Pop => assert_eq!(list.pop(), model.pop()),
        Op::Truncate(at) => {
            list.truncate(at % (len + 1));
            model.truncate(at % (len + 1));
        }
        Op::Clear => {
            list.clear();
            model.clear();
        }
        Op::Swap(a, b) if len > 0 => {
            list.swap(a % len, b % len);
            model.swap(a % len, b % len);
        }
        Op::Swap(a, b) => assert!(list.try_swap(*a, *b).is_err()),
        Op::Sort => {
            list.sort();
            model.sort();
        }
        Op::Reverse => {
            list.reverse();
            model.reverse();
        }
        Op::Retain(n) => {
            let keep = |text: &String| text.bytes().map(u32::from).sum::<u32>() % n != 0;
            list.retain(keep);
            model.retain(keep);
        }
        Op::Drain(a, b) => {
            let range = range(*a, *b, len);
            assert!(list.drain(range.clone()).eq(model.drain(range)));
        }
        Op::Splice(..) | Op::SplitOff(_) | Op::SwapRemove(_) | Op::Dedup(_) => {
            apply_rarer(op, list, model);
        }
        Op::Range(a, b) => check_range(list, model, range(*a, *b, len)),
        Op::Commit | Op::Rollback(_) | Op::Atomic(_) => transact(op, scratch, list, model),
    }
}

fn apply_rarer(op: &Op, list: &List<String>, model: &mut Vec<String>) {
    let len = model.len();
    match op {
        Op::Splice(a, b, n) => {
            let (range, new) = (range(*a, *b, len), || (0..u32::from(*n)).map(value));
            assert!(list.splice(range.clone(), new()).eq(model.splice(range, new())));
        }
        Op::SplitOff(at) => {
            let rest = list.split_off(at % (len + 1));
            check(&rest, &model.split_off(at % (len + 1)));
        }
        Op::SwapRemove(at) if len > 0 => {
            assert_eq!(list.swap_remove(at % len), model.swap_remove(at % len));
        }
        Op::SwapRemove(at) => assert!(list.try_swap_remove(*at).is_err()),
        Op::Dedup(n) => {
            let key = |text: &String| text.bytes().map(u32::from).sum::<u32>() / n;
            list.dedup_by_key(key);
            model.dedup_by_key(|text| key(text));
            list.dedup();
        }
        _ => unreachable!("applied where this is called"),
    }
}

fn transact(op: &Op, scratch: &Scratch, list: &List<String>, model: &mut Vec<String>) {
    match op {
        Op::Commit => drop(scratch.workspace.commit().expect("a commit")),
        Op::Rollback(ops) => {
            let undone: Result<()> = scratch.workspace.atomic(|| {
                let mut model = model.clone();
                ops.iter().for_each(|op| apply(op, scratch, list, &mut model));
                check(list, &model);
                Err(Error::other("undone"))
            });
            assert!(undone.is_err());
        }
        Op::Atomic(ops) => {
            let done: Result<()> = scratch.workspace.atomic(|| {
                ops.iter().for_each(|op| apply(op, scratch, list, model));
                Ok(())
            });
            done.expect("nothing fails in there");
        }
        _ => unreachable!("not a transaction"),
    }
}

fn range(a: usize, b: usize, len: usize) -> Range<usize> {
    let (a, b) = (a % (len + 1), b % (len + 1));
    a.min(b)..a.max(b)
}

/// From both ends in turn, until the ends meet; and with steps.
fn check_range(list: &List<String>, model: &[String], range: Range<usize>) {
    let (mut ours, mut theirs) = (list.range(range.clone()), model[range.clone()].iter());
    loop {
        let (front, back) = (ours.next(), ours.next_back());
        assert_eq!((front.as_ref(), back.as_ref()), (theirs.next(), theirs.next_back()));
        if front.is_none() {
            break;
        }
    }
    let stepped = list.range(range.clone()).step_by(7);
    assert!(stepped.eq(model[range.clone()].iter().step_by(7).cloned()));
    assert_eq!(list.range(range.clone()).count(), range.len());
    assert!(list.try_range(range.start..=model.len()).is_err());
}

fn check(list: &List<String>, model: &[String]) {
    assert_eq!(list.len(), model.len());
    assert_eq!(list.to_vec(), model);
    assert!(list.iter().rev().eq(model.iter().rev().cloned()));
    assert_eq!(list.last().as_ref(), model.last());
    for at in [0, 1, model.len() / 3, model.len() / 2, model.len().saturating_sub(1), model.len()] {
        assert_eq!(list.get(at).as_ref(), model.get(at));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 2000, ..ProptestConfig::default() })]
    #[test]
    fn every_history_is_that_of_a_vec(ops in prop::collection::vec(op(), 0..60)) {
        let scratch = Scratch::new();
        let list = List::new();
        let mut model = Vec::new();
        for op in &ops {
            apply(op, &scratch, &list, &mut model);
            assert_eq!(list.len(), model.len());
        }
        check(&list, &model);
        scratch.workspace.commit().expect("a commit");
        check(&list, &model);
    }
}

/// Elements that have a leaf each make a tree of several levels out of a thousand.
fn large(n: u32) -> String {
    format!("{n:01000}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 50, ..ProptestConfig::default() })]
    #[test]
    fn a_tree_of_many_levels_grows_and_shrinks(seed: u64, insert_at_random: bool, remove_from: u8) {
        let _scratch = Scratch::new();
        let list = List::new();
        let mut model = Vec::new();
        let mut random = seed;
        let mut next = |below: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(random >> 33).unwrap() % below
        };
        for n in 0..1200 {
            let at = if insert_at_random { next(model.len() + 1) } else { model.len() };
            list.insert(at, large(n));
            model.insert(at, large(n));
        }
        check(&list, &model);
        for round in 0..1200 {
            let at = match remove_from % 3 {
                0 => next(model.len()),
                1 => 0,
                _ => model.len() - 1,
            };
            prop_assert_eq!(list.remove(at), model.remove(at));
            if round % 200 == 0 {
                check(&list, &model);
            }
        }
        prop_assert!(list.is_empty());
    }
}

#[test]
fn a_list_may_be_written_to_while_iterators_are_on_their_way() {
    let _scratch = Scratch::new();
    let list: List<_> = (0..5000).collect();
    let mut ahead: Vec<_> = (0..5).map(|n| list.range(n * 1000..)).collect();
    let mut behind = list.iter().rev();
    let mut sums = [0_usize; 5];
    for _ in 0..5000 {
        list.pop();
        behind.next();
        for (iter, sum) in ahead.iter_mut().zip(&mut sums) {
            *sum += usize::from(iter.next().is_some());
        }
    }
    // Those that began nearer to the end met it earlier, coming towards them.
    assert!(sums.is_sorted_by(|a, b| a >= b), "{sums:?}");
    assert!(list.is_empty() && behind.next().is_none());
    assert!(ahead.into_iter().all(|mut iter| iter.next().is_none()));
}

#[test]
fn readers_never_see_half_a_change() {
    let scratch = Scratch::new();
    // Each element is the length, and all elements are equal.
    let list = List::from_iter(vec![4000_u32; 4000]);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let len = list.len();
                    assert!(len == 4000 || len == 500, "{len}");
                    for at in [0, 300, 499] {
                        let n = list.get(at).expect("the list never is shorter");
                        assert!(n == 4000 || n == 500);
                    }
                }
            });
        }
        for round in 0..150 {
            let n = if round % 2 == 0 { 500_u32 } else { 4000 };
            let done: Result<()> = scratch.workspace.atomic(|| {
                list.clear();
                list.extend(vec![n; n as usize]);
                Ok(())
            });
            done.expect("it is written");
            if round % 50 == 0 {
                scratch.workspace.commit().expect("a commit");
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_writer_that_never_pauses_starves_nobody() {
    let _scratch = Scratch::new();
    let list: List<_> = (0..100_000_u32).collect();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                list.set(99_999, 99_999);
            }
        });
        for at in 0..2000_u32 {
            assert_eq!(list.get(at as usize * 7), Some(at * 7));
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn what_is_out_of_range_is_refused_by_its_place() {
    let _scratch = Scratch::new();
    let list = List::from_iter([1, 2, 3]);
    for refused in [
        list.try_remove(3).map(drop),
        list.try_set(3, 0),
        list.try_insert(4, 0),
        list.try_swap(0, 3),
    ] {
        let message = refused.expect_err("there are three").to_string();
        assert!(message.contains("the length is 3"), "{message}");
    }
    assert!(list.try_drain(2..5).is_err() && list.try_range(4..).is_err());
    #[expect(clippy::reversed_empty_ranges, reason = "that is the test")]
    let reversed = list.try_range(2..1);
    assert!(reversed.is_err());
    assert_eq!(list.to_vec(), [1, 2, 3]);
    let new: List<u32> = List::new();
    assert!(new.try_remove(0).is_err() && new.try_insert(1, 1).is_err() && new.pop().is_none());
}

proptest! {
    #[test]
    fn what_is_sorted_is_searched_by_halving(mut model: Vec<u8>, sought: u8) {
        let _scratch = Scratch::new();
        model.sort_unstable();
        let list = List::from(model.clone());
        let place = list.partition_point(|n| *n < sought);
        prop_assert_eq!(place, model.partition_point(|n| *n < sought));
        for found in [
            list.binary_search(&sought),
            list.binary_search_by(|n| n.cmp(&sought)),
            list.binary_search_by_key(&u16::from(sought), |n| u16::from(*n)),
        ] {
            match found {
                Ok(at) => prop_assert_eq!(model[at], sought),
                Err(at) => prop_assert!(at == place && !model.contains(&sought)),
            }
        }
    }
}

#[test]
fn a_function_may_not_change_the_list_it_sorts() {
    let _scratch = Scratch::new();
    let list = List::from_iter([3, 1, 2]);
    let sorted = list.try_sort_by(|a, b| {
        list.push(9);
        a.cmp(b)
    });
    assert!(matches!(sorted, Err(Error::Misuse { .. })));
    assert_eq!(list.range(..3).collect::<Vec<_>>(), [3, 1, 2]);
    // Another list may be.
    let other = List::new();
    list.retain(|n| {
        other.push(*n);
        *n != 9
    });
    list.sort();
    assert_eq!((list.to_vec(), other.range(..3).collect()), (vec![1, 2, 3], vec![3, 1, 2]));
}

#[test]
fn handles_are_clones_of_one_list_and_copies_are_not() {
    let _scratch = Scratch::new();
    let list = List::from_iter([1, 2]);
    let (same, copy) = (list.clone(), list.copy());
    same.push(3);
    assert_eq!(list.to_vec(), [1, 2, 3]);
    assert_eq!(copy.to_vec(), [1, 2]);
    assert!(same == list && copy != list);
    assert_eq!(format!("{list:?}"), "List(len 3)");
}
