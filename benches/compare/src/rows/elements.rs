//! Numbers under numbers: rows of the store, with nothing around them that takes long.

use std::{cell::OnceCell, ops::ControlFlow, rc::Rc};

use db0::{Config, Dict, Durability};
use tempfile::TempDir;

use super::commits::each_timed;
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

/// Elements in the file of which each commit changes one.
const ELEMENTS: usize = 10_000;
/// Elements with a past, and how many versions each has.
const LONG: (usize, u64) = (1000, 1000);
/// The limit's only collection.
const DICT: u64 = 1;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "element-create",
        what: "n new elements in their order, one by one, in one commit",
        contenders: |args| vec![limit_create(args.n), db0_create(args.n)],
    },
    Row {
        name: "element-update",
        what: "n elements in their order, one by one, in one commit with history",
        contenders: |args| vec![limit_update(args.n), db0_update(args.n)],
    },
    Row {
        name: "element-get",
        what: "n elements in random order, after opening",
        contenders: |args| vec![limit_get(args), db0_get(args)],
    },
    Row {
        name: "element-past",
        what: "1000 elements with 1000 versions each, from a snapshot after opening",
        contenders: |_| {
            let made = Rc::default();
            let at =
                [("db0 live", None), ("db0 at depth 1", Some(1)), ("db0 at depth 999", Some(999))];
            at.into_iter().map(|(name, depth)| past(name, &made, depth)).collect()
        },
    },
    Row {
        name: "element-commit",
        what: "one durable commit of one element: the median",
        contenders: |_| vec![limit_commit(), db0_commit()],
    },
];

/// The dict, by its name.
fn numbers() -> Dict<u32, u64> {
    db0::current().dict("numbers")
}

fn put_all(numbers: &Dict<u32, u64>, n: usize, value: u64) {
    for key in 0..n as u32 {
        numbers.insert(key, value + u64::from(key));
    }
    db0::commit().expect("it commits");
}

/// Has the limit's dict made, or its elements replaced.
fn limit_put_all(limit: &mut Limit, n: usize, value: u64, is_new: bool) {
    let (mut key, mut row) = (Vec::new(), Vec::new());
    let elements = |put: &mut limit::Put<'_>| {
        for number in 0..n as u32 {
            key.clear();
            row.clear();
            limit::number_key(number, &mut key);
            limit::entry(value + u64::from(number), &mut row);
            put(&key, &row);
        }
    };
    if is_new {
        limit.collect(limit::DICT, n as u64, &[], elements);
    } else {
        limit.replace_elements(DICT, limit::DICT, n as u64, elements);
    }
}

fn limit_create(n: usize) -> Contender {
    Contender::new(Limit::NAME, move || {
        let folder = folder::new();
        let mut limit = Limit::open(folder.path());
        Sample::of(n, || limit_put_all(&mut limit, n, 0, true))
    })
}

fn db0_create(n: usize) -> Contender {
    Contender::new("db0", move || {
        let folder = folder::new();
        let _entered = Entered::open(folder.path());
        let numbers = numbers();
        Sample::of(n, || put_all(&numbers, n, 0))
    })
}

fn limit_update(n: usize) -> Contender {
    Contender::new(Limit::NAME, move || {
        let folder = folder::new();
        let mut limit = Limit::open(folder.path());
        limit_put_all(&mut limit, n, 0, true);
        Sample::of(n, || limit_put_all(&mut limit, n, 1, false))
    })
}

fn db0_update(n: usize) -> Contender {
    Contender::new("db0", move || {
        let folder = folder::new();
        let _entered = Entered::open(folder.path());
        let numbers = numbers();
        put_all(&numbers, n, 0);
        Sample::of(n, || put_all(&numbers, n, 1))
    })
}

fn limit_get(args: &Args) -> Contender {
    let (n, filled) = (args.n, OnceCell::<TempDir>::new());
    Contender::new(Limit::NAME, move || {
        let folder = filled.get_or_init(|| {
            let folder = folder::new();
            limit_put_all(&mut Limit::open(folder.path()), n, 0, true);
            folder
        });
        let limit = Limit::open(folder.path());
        let order = person::shuffled(n);
        Sample::of(n, || {
            let (mut sum, mut order) = (0, order.iter());
            let next = |key: &mut Vec<u8>| match order.next() {
                Some(number) => {
                    limit::number_key(*number as u32, key);
                    ControlFlow::Continue(())
                }
                None => ControlFlow::Break(()),
            };
            limit.elements(DICT, next, |row| sum += limit::entry_value(row));
            sum
        })
    })
}

fn db0_get(args: &Args) -> Contender {
    let (n, filled) = (args.n, OnceCell::<TempDir>::new());
    Contender::new("db0", move || {
        let folder = filled.get_or_init(|| {
            let folder = folder::new();
            let _entered = Entered::open(folder.path());
            put_all(&numbers(), n, 0);
            folder
        });
        let _entered = Entered::open(folder.path());
        let (numbers, order) = (numbers(), person::shuffled(n));
        let get = |key: usize| numbers.get(key as u32).expect("it was put");
        Sample::of(n, || order.into_iter().map(get).sum::<u64>())
    })
}

fn past(name: &'static str, made: &Rc<OnceCell<(TempDir, u64)>>, depth: Option<u64>) -> Contender {
    let made = made.clone();
    Contender::new(name, move || {
        let (folder, last) = made.get_or_init(|| with_a_past(LONG));
        let _entered = Entered::open(folder.path());
        let snapshot = depth.map(|depth| db0::snapshot_at(last - depth).expect("it is kept"));
        let then = snapshot.as_ref().map(|snapshot| snapshot.dict("numbers").expect("it is one"));
        let numbers = then.unwrap_or_else(numbers);
        let order = person::shuffled(LONG.0);
        let get = |key: usize| numbers.get(key as u32).expect("it was put");
        Sample::of(LONG.0, || order.into_iter().map(get).sum::<u64>())
    })
}

/// Elements that each of so many commits changed; and the last state.
fn with_a_past((elements, versions): (usize, u64)) -> (TempDir, u64) {
    let folder = folder::new();
    let _entered = Entered::with(Config::new(folder.path()).durability(Durability::Relaxed));
    let numbers = numbers();
    (0..versions).for_each(|version| put_all(&numbers, elements, version));
    (folder, db0::state())
}

fn limit_commit() -> Contender {
    Contender::new(Limit::NAME, || {
        let folder = folder::new();
        let mut limit = Limit::open(folder.path());
        limit_put_all(&mut limit, ELEMENTS, 0, true);
        let (mut key, mut row, mut next) = (Vec::new(), Vec::new(), 0);
        each_timed(|| {
            key.clear();
            row.clear();
            limit::number_key(next, &mut key);
            limit::entry(u64::from(next) + 1, &mut row);
            limit.replace_elements(DICT, limit::DICT, ELEMENTS as u64, |put| put(&key, &row));
            next += 1;
        })
    })
}

fn db0_commit() -> Contender {
    Contender::new("db0", || {
        let folder = folder::new();
        let _entered = Entered::open(folder.path());
        let numbers = numbers();
        put_all(&numbers, ELEMENTS, 0);
        let mut next = 0;
        each_timed(|| {
            numbers.insert(next, u64::from(next) + 1);
            next += 1;
            db0::commit().expect("it commits");
        })
    })
}
