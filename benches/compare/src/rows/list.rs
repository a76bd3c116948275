//! Lists of numbers.

use std::{cell::OnceCell, ops::ControlFlow};

use db0::List;
use tempfile::TempDir;

use crate::{
    args::Args,
    contenders::Entered,
    folder,
    limit::{self, Limit},
    person,
    row::{Contender, Row},
    sample::Sample,
    store::Store,
};

/// Numbers in a leaf of the limit: about as many as fit into half a page.
const IN_LEAF: usize = 500;
/// The limit's list is its first collection.
const LIST: u64 = 1;

#[db0::memo(singleton)]
struct Numbers {
    list: List<u64>,
}

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "list-push",
        what: "n numbers appended one by one, in one commit; the limit writes finished leaves",
        contenders: |args| vec![limit_push(args), db0_push(args)],
    },
    Row {
        name: "list-get",
        what: "each of n numbers by its place, in random order, after opening",
        contenders: |args| vec![limit(args, limit_get), db0(args, db0_get)],
    },
    Row {
        name: "list-iterate",
        what: "n numbers from first to last, after opening",
        contenders: |args| vec![limit(args, limit_iterate), db0(args, db0_iterate)],
    },
];

/// Puts the leaves of the numbers below n.
fn put_leaves(n: usize, put: &mut limit::Put<'_>) {
    let (mut leaf, mut row) = (Vec::with_capacity(IN_LEAF), Vec::new());
    for (place, start) in (0..n).step_by(IN_LEAF).enumerate() {
        leaf.clear();
        leaf.extend(start as u64..(start + IN_LEAF).min(n) as u64);
        row.clear();
        rmp_serde::encode::write(&mut row, &leaf).expect("numbers can be encoded");
        put(&leaf_key(place), &row);
    }
}

fn leaf_key(place: usize) -> [u8; 4] {
    (place as u32).to_be_bytes()
}

/// Goes to the element at a place, without decoding those before it.
fn element(leaf: &[u8], place: usize) -> u64 {
    let mut rest = leaf;
    let len = rmp::decode::read_array_len(&mut rest).expect("a leaf is an array");
    assert!(place < len as usize, "the leaf has the place");
    for _ in 0..place {
        let skip = match rest[0] {
            0xcc => 2,
            0xcd => 3,
            0xce => 5,
            0xcf => 9,
            _ => 1,
        };
        rest = &rest[skip..];
    }
    rmp::decode::read_int(&mut rest).expect("elements are numbers")
}

fn limit_push(args: &Args) -> Contender {
    let n = args.n;
    Contender::new(Limit::NAME, move || {
        let folder = folder::new();
        let mut limit = Limit::open(folder.path());
        Sample::of(n, || limit.collect(limit::LIST, n as u64, &[], |put| put_leaves(n, put)))
    })
}

fn limit(args: &Args, read: fn(&Limit, usize) -> u64) -> Contender {
    let (n, filled) = (args.n, OnceCell::<TempDir>::new());
    Contender::new(Limit::NAME, move || {
        let folder = filled.get_or_init(|| {
            let folder = folder::new();
            Limit::open(folder.path())
                .collect(limit::LIST, n as u64, &[], |put| put_leaves(n, put));
            folder
        });
        let limit = Limit::open(folder.path());
        Sample::of(n, || read(&limit, n))
    })
}

fn limit_get(limit: &Limit, n: usize) -> u64 {
    let order = person::shuffled(n);
    let (mut next, mut found, mut sum) = (order.iter(), order.iter(), 0);
    let key = |key: &mut Vec<u8>| match next.next() {
        Some(i) => {
            key.extend_from_slice(&leaf_key(i / IN_LEAF));
            ControlFlow::Continue(())
        }
        None => ControlFlow::Break(()),
    };
    limit.elements(LIST, key, |leaf| sum += found.next().map_or(0, |i| element(leaf, i % IN_LEAF)));
    sum
}

fn limit_iterate(limit: &Limit, _n: usize) -> u64 {
    let mut sum = 0;
    limit.range(LIST, &[], |_, leaf| {
        sum +=
            rmp_serde::from_slice::<Vec<u64>>(leaf).expect("a leaf of numbers").iter().sum::<u64>();
        ControlFlow::Continue(())
    });
    sum
}

fn fill(n: usize) {
    let root = db0::singleton(|| Numbers { list: List::new() });
    let list = root.read().list.clone();
    (0..n as u64).for_each(|i| list.push(i));
    db0::commit().expect("it commits");
}

fn db0_push(args: &Args) -> Contender {
    let n = args.n;
    Contender::new("db0", move || {
        let folder = folder::new();
        let _entered = Entered::open(folder.path());
        Sample::of(n, || fill(n))
    })
}

fn db0(args: &Args, read: fn(&List<u64>, usize) -> u64) -> Contender {
    let (n, filled) = (args.n, OnceCell::<TempDir>::new());
    Contender::new("db0", move || {
        let folder = filled.get_or_init(|| {
            let folder = folder::new();
            let _entered = Entered::open(folder.path());
            fill(n);
            folder
        });
        let _entered = Entered::open(folder.path());
        let list = db0::fetch_singleton::<Numbers>().expect("it is there").read().list.clone();
        Sample::of(n, || read(&list, n))
    })
}

fn db0_get(list: &List<u64>, n: usize) -> u64 {
    person::shuffled(n).into_iter().map(|i| list.get(i).expect("it was pushed")).sum()
}

fn db0_iterate(list: &List<u64>, _n: usize) -> u64 {
    list.iter().sum()
}
