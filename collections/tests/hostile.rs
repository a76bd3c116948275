//! Rows that say anything: every call gives something or an error, and none panics or goes on for ever.

mod common;

use std::panic::Location;

use common::Scratch;
use db0_collections::{Array, Collection, Dict, Index, List, Set};
use db0_runtime::object::{Anchor, AnyMemo};
use proptest::{collection::vec, prelude::*};

/// A header of a kind, most often one that makes some sense.
fn header(kind: u8) -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![4 => 0..9_u64, 2 => 0..70_000_u64, 1 => 1_u64 << 50..=u64::MAX];
    let numbers = vec(number, 0..6).prop_map(move |numbers| {
        let mut row = vec![kind];
        numbers.iter().for_each(|number| db0_runtime::object::varint::put(&mut row, *number));
        row
    });
    prop_oneof![
        6 => numbers,
        1 => vec(any::<u8>(), 0..20).prop_map(move |rest| [&[kind][..], &rest].concat()),
    ]
}

/// Bytes that begin as nodes, leaves, chunks and entries do.
fn row() -> impl Strategy<Value = Vec<u8>> {
    let front = prop_oneof![
        Just(vec![0xdc, 0]),
        Just(vec![0xc5, 0]),
        Just(vec![0xc5, 0, 6, 1, 1]),
        Just(vec![0x91]),
        Just(vec![0x92]),
        Just(vec![0x93]),
        Just(vec![0x91, 0x92, 0xd4, 1]),
        Just(Vec::new()),
    ];
    (front, vec(prop_oneof![3 => 0..10_u8, 1 => any::<u8>()], 0..40))
        .prop_map(|(front, rest)| [front, rest].concat())
}

/// Element keys as those of nodes, chunks and short entries are.
fn key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        2 => Just(vec![0]),
        6 => (1..6_u8).prop_map(|node| vec![1, node]),
        2 => (0x60..0x66_u8).prop_map(|int| vec![int]),
        2 => vec(any::<u8>(), 0..6),
        1 => vec(any::<u8>(), 440..480),
    ]
}

fn rows() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
    vec((key(), row()), 0..12)
}

/// A collection of these rows.
fn plant<C: Collection>(header: Vec<u8>, rows: Vec<(Vec<u8>, Vec<u8>)>) -> C {
    let anchor = Anchor::fresh();
    let home = || Ok(db0_runtime::current()?.objects().clone());
    let mut writer = anchor.writer(home, Location::caller()).expect("it can be written");
    rows.into_iter().for_each(|(key, row)| writer.put(&key, &row));
    writer.put_header(header);
    writer.finish().expect("it is open");
    C::of_anchor(anchor)
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn lists() {
    let _scratch = Scratch::new();
    proptest!(config(), |(header in header(1), rows in rows(), at in 0..9_usize, change in 0..9_u8)| {
        let list: List<u32> = plant(header, rows);
        let _ = (list.try_len(), list.try_get(at), list.try_first(), list.try_last());
        let _ = list.try_iter().map(|iter| iter.take(20_000).flatten().count());
        let _ = list.try_iter().map(|iter| iter.rev().take(20).flatten().count());
        let _ = match change {
            0 => list.try_push(1),
            1 => list.try_insert(at, 1),
            2 => list.try_set(at, 1),
            3 => list.try_remove(at).map(drop),
            4 => list.try_pop().map(drop),
            5 => list.try_swap(0, at),
            6 => list.try_truncate(at),
            7 => list.try_sort(),
            _ => list.try_extend(0..2000),
        };
        let _ = (list.try_to_vec(), list.try_retain(|n| n % 2 == 0), list.try_clear());
    });
}

#[test]
fn dicts_sets_and_indexes() {
    let _scratch = Scratch::new();
    proptest!(config(), |(kind in 2..5_u8, rows in rows(), length in 0..9_u64)| {
        let mut header = vec![kind];
        (0..if kind == 4 { 2 } else { 1 }).for_each(|_| db0_runtime::object::varint::put(&mut header, length));
        match kind {
            2 => {
                let dict: Dict<u32, u32> = plant(header, rows);
                let _ = (dict.try_len(), dict.try_to_vec(), dict.try_get(1), dict.try_first());
                let _ = (dict.try_insert(1, 1), dict.try_remove(2), dict.try_pop_last());
                let _ = (dict.try_extend((0..9).map(|n| (n, n))), dict.try_retain(|_, _| false));
                let _ = (dict.try_drain(), dict.try_clear());
            }
            3 => {
                let set: Set<String> = plant(header, rows);
                let _ = (set.try_len(), set.try_to_vec(), set.try_contains("a"), set.try_last());
                let _ = (set.try_insert("a".into()), set.try_remove("b"), set.try_pop_first());
                let _ = (set.try_union(&set).map(Iterator::count), set.try_retain(|_| false));
                let _ = (set.try_drain(), set.try_clear());
            }
            _ => {
                let index: Index<u32, AnyMemo> = plant(header, rows);
                let _ = (index.try_len(), index.try_to_vec(), index.try_keys().map(Iterator::count));
                let _ = (index.try_pop_first(), index.try_retain(|_, _| false), index.try_clear());
            }
        }
    });
}

#[test]
fn arrays() {
    let _scratch = Scratch::new();
    proptest!(config(), |(length in prop_oneof![0..9000_u64, 1 << 60..=u64::MAX], size in 0..9_u64, rows in rows(), at in 0..9000_usize)| {
        let mut header = vec![5];
        [length, size].iter().for_each(|number| db0_runtime::object::varint::put(&mut header, *number));
        let array: Array<u32> = plant(header, rows);
        let _ = (array.try_len(), array.try_get(at), array.try_last(), array.try_to_vec());
        let _ = array.try_iter().map(|iter| iter.take(20_000).flatten().count());
        let _ = (array.try_set(at, 1), array.try_push(1), array.try_write_at(at, &[1; 2000]));
        let _ = (array.try_pop(), array.try_truncate(at), array.try_clear());
    });
}
