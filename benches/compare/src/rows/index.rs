//! Indexes from numbers to objects.

use std::{cell::OnceCell, ops::ControlFlow};

use db0::{Index, Memo};
use tempfile::TempDir;

use crate::{
    args::Args,
    contenders::Entered,
    folder,
    limit::{self, Limit},
    person::{self, Person},
    row::{Contender, Row},
    sample::Sample,
    store::Store,
};

#[db0::memo(singleton)]
struct ByNumber {
    index: Index<u32, Memo<Person>>,
}

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "index-add",
        what: "an entry for each of n objects in memory, in random order of keys, in one commit",
        contenders: |args| vec![limit_add(args), db0_add(args)],
    },
    Row {
        name: "index-range",
        what: "the objects of a hundredth of n keys, decoded, after opening",
        contenders: |args| both(args, |n| (n / 2, n / 2 + n.div_ceil(100))),
    },
    Row {
        name: "index-scan",
        what: "all n objects in the order of their keys, decoded, after opening",
        contenders: |args| both(args, |n| (0, n)),
    },
];

/// The key of each object, in the order of creation.
fn numbers(n: usize) -> Vec<u32> {
    person::shuffled(n).into_iter().map(|i| i as u32).collect()
}

fn limit_collect(limit: &mut Limit, n: usize) -> u64 {
    let mut sorted: Vec<(u32, u64)> = numbers(n).into_iter().zip(1..).collect();
    sorted.sort_unstable();
    let oids: Vec<u64> = (1..=n as u64).collect();
    let (mut key, mut row) = (Vec::new(), Vec::new());
    limit.collect(limit::INDEX, n as u64, &oids, |put| {
        for (number, oid) in sorted {
            key.clear();
            row.clear();
            limit::index_key(number, oid, &mut key);
            limit::index_entry(oid, oid - 1, &mut row);
            put(&key, &row);
        }
    })
}

fn limit_add(args: &Args) -> Contender {
    let n = args.n;
    Contender::new(Limit::NAME, move || {
        let folder = folder::new();
        let mut limit = Limit::open(folder.path());
        limit.create(person::people(n), &[]);
        Sample::of(n, || limit_collect(&mut limit, n))
    })
}

fn db0_add(args: &Args) -> Contender {
    let n = args.n;
    Contender::new("db0", move || {
        let folder = folder::new();
        let _entered = Entered::open(folder.path());
        let memos: Vec<_> = person::people(n).into_iter().map(Memo::new).collect();
        db0::commit().expect("it commits");
        let numbers = numbers(n);
        Sample::of(n, || add(&memos, &numbers))
    })
}

fn add(memos: &[Memo<Person>], numbers: &[u32]) {
    let root = db0::singleton(|| ByNumber { index: Index::new() });
    let index = root.read().index.clone();
    for (memo, number) in memos.iter().zip(numbers) {
        index.add(*number, memo);
    }
    db0::commit().expect("it commits");
}

fn both(args: &Args, bounds: fn(usize) -> (usize, usize)) -> Vec<Contender> {
    let (from, to) = bounds(args.n);
    vec![limit_range(args, from, to), db0_range(args, from, to)]
}

fn limit_range(args: &Args, from: usize, to: usize) -> Contender {
    let (n, filled) = (args.n, OnceCell::<(TempDir, u64)>::new());
    Contender::new(Limit::NAME, move || {
        let (folder, index) = filled.get_or_init(|| {
            let folder = folder::new();
            let mut limit = Limit::open(folder.path());
            limit.create(person::people(n), &[]);
            let index = limit_collect(&mut limit, n);
            (folder, index)
        });
        let limit = Limit::open(folder.path());
        Sample::of(to - from, || {
            let (mut first, mut end, mut oids) = (Vec::new(), Vec::new(), Vec::new());
            limit::number_key(from as u32, &mut first);
            limit::number_key(to as u32, &mut end);
            limit.range(*index, &first, |element, _| {
                if *element >= end[..] {
                    return ControlFlow::Break(());
                }
                oids.push(limit::index_oid(element));
                ControlFlow::Continue(())
            });
            limit.fetch(&oids)
        })
    })
}

fn db0_range(args: &Args, from: usize, to: usize) -> Contender {
    let (n, filled) = (args.n, OnceCell::<TempDir>::new());
    Contender::new("db0", move || {
        let folder = filled.get_or_init(|| {
            let folder = folder::new();
            let _entered = Entered::open(folder.path());
            let memos: Vec<_> = person::people(n).into_iter().map(Memo::new).collect();
            add(&memos, &numbers(n));
            folder
        });
        let _entered = Entered::open(folder.path());
        let index = db0::fetch_singleton::<ByNumber>().expect("it is there").read().index.clone();
        Sample::of(to - from, || {
            let found = index.range(from as u32..to as u32).memos();
            found.map(|memo| u64::from(memo.read().age)).sum::<u64>()
        })
    })
}
