//! An array is a `Vec` of plain data that lasts, and bytes are a file: whole histories against these.

mod common;

use std::io::{Read, Seek, SeekFrom, Write};

use common::Scratch;
use db0_collections::{Array, Bytes};
use db0_runtime::{Error, Result};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Op {
    WriteAt(usize, Vec<u32>),
    Extend(Vec<u32>),
    Push(u32),
    Set(usize, u32),
    Pop,
    Resize(usize, u32),
    Truncate(usize),
    Commit,
    Rollback,
}

fn op() -> impl Strategy<Value = Op> {
    let position = 0..3000_usize;
    let numbers = || prop::collection::vec(any::<u32>(), 0..2500);
    prop_oneof![
        4 => (position.clone(), numbers()).prop_map(|(at, new)| Op::WriteAt(at, new)),
        3 => numbers().prop_map(Op::Extend),
        4 => any::<u32>().prop_map(Op::Push),
        4 => (position.clone(), any::<u32>()).prop_map(|(at, new)| Op::Set(at, new)),
        2 => Just(Op::Pop),
        2 => (position.clone(), prop_oneof![Just(0), any::<u32>()]).prop_map(|(len, value)| Op::Resize(len, value)),
        1 => position.prop_map(Op::Truncate),
        2 => Just(Op::Commit),
        1 => Just(Op::Rollback),
    ]
}

fn apply(op: Op, scratch: &Scratch, array: &Array<u32>, model: &mut Vec<u32>) {
    match op {
        Op::WriteAt(at, new) => {
            array.write_at(at, &new);
            if !new.is_empty() {
                model.resize(model.len().max(at + new.len()), 0);
                model[at..at + new.len()].copy_from_slice(&new);
            }
        }
        Op::Extend(new) => {
            array.extend_from_slice(&new);
            model.extend(&new);
        }
        Op::Push(new) => {
            array.push(new);
            model.push(new);
        }
        Op::Set(at, new) => match model.get_mut(at) {
            Some(place) => {
                array.set(at, new);
                *place = new;
            }
            None => assert!(matches!(array.try_set(at, new), Err(Error::Invalid(_)))),
        },
        Op::Pop => assert_eq!(array.pop(), model.pop()),
        Op::Resize(len, value) => {
            array.resize(len, value);
            model.resize(len, value);
        }
        Op::Truncate(len) => {
            array.truncate(len);
            model.truncate(len);
        }
        Op::Commit => drop(scratch.workspace.commit().expect("a commit")),
        Op::Rollback => {
            let undone: Result<()> = scratch.workspace.atomic(|| {
                array.write_at(1000, &[7; 50]);
                array.truncate(3);
                array.push(9);
                Err(Error::other("undone"))
            });
            assert!(undone.is_err());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn every_history_is_that_of_a_vec(ops in prop::collection::vec(op(), 0..30), cut: usize) {
        let scratch = Scratch::new();
        let array = Array::new();
        let mut model: Vec<u32> = Vec::new();
        for op in ops {
            apply(op, &scratch, &array, &mut model);
            prop_assert_eq!(array.len(), model.len());
        }
        prop_assert_eq!(&array.to_vec(), &model);
        prop_assert_eq!((array.first(), array.last()), (model.first().copied(), model.last().copied()));
        let cut = cut % (model.len() + 1);
        prop_assert_eq!(array.get(cut), model.get(cut).copied());
        prop_assert_eq!(array.read(cut..), &model[cut..]);
        let mut slices = Vec::new();
        array.with_slices(cut.., |slice| slices.extend_from_slice(slice));
        prop_assert_eq!(&slices, &model[cut..]);
        prop_assert!(array.range(..cut).rev().eq(model[..cut].iter().rev().copied()));
        prop_assert!(array.iter().eq(model.iter().copied()));
        prop_assert!(array.try_read(..=model.len()).is_err() && array.try_range(model.len() + 1..).is_err());
        let mut part = [0; 100];
        let read = array.read_at(cut, &mut part);
        prop_assert_eq!(&part[..read], &model[cut..][..read]);
        prop_assert_eq!(read, (model.len() - cut).min(100));
    }

    #[test]
    fn an_iterator_meets_in_the_middle(len in 0..9000_usize, from_back: Vec<bool>) {
        let _scratch = Scratch::new();
        let numbers: Vec<u64> = (0..len as u64).collect();
        let array = Array::from(numbers.clone());
        let (mut found, mut expected) = (array.iter(), numbers.iter().copied());
        for back in from_back {
            let (found, expected) = if back {
                (found.next_back(), expected.next_back())
            } else {
                (found.next(), expected.next())
            };
            prop_assert_eq!(found, expected);
        }
        prop_assert!(found.eq(expected));
    }
}

#[test]
fn elements_that_do_not_divide_a_chunk_lie_across_two() {
    let scratch = Scratch::new();
    let points: Vec<[f64; 7]> = (0..500).map(|n| [f64::from(n); 7]).collect();
    let array: Array<[f64; 7]> = points.iter().copied().collect();
    scratch.workspace.commit().expect("a commit");
    array.set(68, [0.5; 7]);
    assert_eq!(array.get(67), Some(points[67]));
    assert_eq!(array.get(68), Some([0.5; 7]));
    assert_eq!(array.read(69..), points[69..]);
    assert_eq!(array.copy().to_vec(), array.to_vec());
}

#[test]
fn an_iterator_goes_on_while_the_array_becomes_shorter() {
    let _scratch = Scratch::new();
    let array: Array<u8> = (0..40_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let (mut ahead, mut back) = (array.iter(), array.iter());
    assert_eq!((ahead.next(), back.next_back()), (Some(0), Some(63)));
    array.truncate(10);
    assert_eq!(back.nth_back(20_000), Some(9));
    assert!(ahead.count() > 0);
    array.clear();
    assert_eq!((back.next_back().is_some(), array.iter().next()), (true, None));
}

#[test]
fn bytes_are_a_file_to_whoever_wants_one() {
    let _scratch = Scratch::new();
    let bytes = Bytes::from(b"0123456789");
    let mut cursor = bytes.cursor();
    let mut four = [0; 4];
    cursor.read_exact(&mut four).expect("they are there");
    assert_eq!((&four, cursor.position()), (b"0123", 4));
    cursor.seek(SeekFrom::Current(-2)).expect("within");
    cursor.write_all(b"xyz").expect("it is written");
    cursor.seek(SeekFrom::End(2)).expect("a hole is allowed");
    cursor.write_all(b"!").expect("it is written");
    assert!(cursor.seek(SeekFrom::Current(-100)).is_err());
    assert_eq!(bytes.to_vec(), b"01xyz56789\0\0!");
    let mut rest = String::new();
    cursor.seek(SeekFrom::Start(5)).expect("within");
    cursor.read_to_string(&mut rest).expect("text");
    assert_eq!(rest, "56789\0\0!");
}

#[test]
fn what_can_not_be_is_an_error_and_changes_nothing() {
    let _scratch = Scratch::new();
    let bytes = Bytes::from(b"abc");
    assert!(bytes.try_write_at(usize::MAX, b"xy").is_err());
    assert_eq!(bytes.to_vec(), b"abc");
    bytes.resize(usize::MAX, 0);
    assert!(bytes.try_to_vec().is_err(), "there is not so much memory");
    assert!(bytes.try_push(1).is_err());
    assert_eq!(bytes.read(1..4), b"bc\0");
    let units: Array<()> = Array::new();
    assert!(units.try_push(()).is_err());
    let wide: Array<u64> = Array::from([1]);
    assert!(wide.try_resize(usize::MAX, 0).is_err());
    assert_eq!(wide.to_vec(), [1]);
}
