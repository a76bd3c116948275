//! Tags: putting them on, and finding by them.

use std::{cell::OnceCell, rc::Rc};

use db0::{Criteria, Memo};
use tempfile::TempDir;

use super::objects::{filled, load};
use crate::{
    args::Args,
    contenders::{Db0, Entered},
    folder,
    limit::Limit,
    person::Person,
    row::{Contender, Row},
    sample::Sample,
    store::Store,
};

/// Numbers of the tags in the limit: classes and tags are counted together, and there is one class.
const HALF: u64 = 2;
const THIRD: u64 = 3;
const HUNDREDTH: u64 = 4;
/// Each tag by name and number, and how many objects there are for one that bears it.
const TAGS: [(&str, u64, usize); 3] =
    [("half", HALF, 2), ("third", THIRD, 3), ("hundredth", HUNDREDTH, 100)];

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "tag-add",
        what: "a tag put on each of n objects in memory, in one commit",
        contenders: add,
    },
    Row {
        name: "tag-many",
        what: "two tags put on n objects in memory by one call, in one commit; an operation is an object",
        contenders: add_many,
    },
    Row {
        name: "tag-ids",
        what: "the ids of the third of n objects that bears a tag; an operation is an id",
        contenders: |args| queries(args, args.n / 3, "third", |limit| limit.ids(THIRD, &[], &[])),
    },
    Row {
        name: "tag-and",
        what: "the ids of the sixth of n objects that bears two tags; an operation is an id",
        contenders: |args| {
            queries(args, args.n / 6, ("half", "third"), |limit| limit.ids(HALF, &[THIRD], &[]))
        },
    },
    Row {
        name: "tag-not",
        what: "the ids of the third of n objects that bears one tag and not another; an operation is an id",
        contenders: |args| {
            let criteria = ("half", db0::no("third"));
            queries(args, args.n / 3, criteria, |limit| limit.ids(HALF, &[], &[THIRD]))
        },
    },
    Row {
        name: "tag-count",
        what: "how many of n objects bear a tag; an operation is one such question",
        contenders: count,
    },
    Row {
        name: "tag-objects",
        what: "the objects of a tag that every hundredth of n bears, decoded, after opening",
        contenders: objects,
    },
];

fn add(args: &Args) -> Vec<Contender> {
    let n = args.n;
    let limit = Contender::new(Limit::NAME, move || {
        let folder = filled::<Limit>(n);
        let mut limit = Limit::open(folder.path());
        let oids: Vec<u64> = (1..=n as u64).collect();
        let sample = Sample::of(n, || limit.tag(HALF, &oids));
        drop(limit);
        sample.with("bytes each", folder::bytes(folder.path()) as f64 / n as f64)
    });
    let db0 = Contender::new(Db0::NAME, move || {
        let folder = filled::<Db0>(n);
        let (store, _) = load::<Db0>(folder.path(), n);
        let sample = Sample::of(n, || {
            store.held.iter().for_each(|memo| drop(db0::tags(memo).add("half")));
            db0::commit().expect("it commits");
        });
        store.close();
        sample.with("bytes each", folder::bytes(folder.path()) as f64 / n as f64)
    });
    vec![limit, db0]
}

fn add_many(args: &Args) -> Vec<Contender> {
    let n = args.n;
    let limit = Contender::new(Limit::NAME, move || {
        let folder = filled::<Limit>(n);
        let mut limit = Limit::open(folder.path());
        let oids: Vec<u64> = (1..=n as u64).collect();
        Sample::of(n, || limit.tag_with(&[HALF, THIRD], &oids))
    });
    let db0 = Contender::new(Db0::NAME, move || {
        let folder = filled::<Db0>(n);
        let (store, _) = load::<Db0>(folder.path(), n);
        let sample = Sample::of(n, || {
            db0::tags(&store.held).add(["half", "third"]);
            db0::commit().expect("it commits");
        });
        store.close();
        sample
    });
    vec![limit, db0]
}

/// A folder of n tagged objects, made with the first use.
fn tagged_limit(args: &Args) -> Rc<dyn Fn() -> Limit> {
    let (n, folder) = (args.n, OnceCell::<TempDir>::new());
    Rc::new(move || {
        let folder = folder.get_or_init(|| {
            let folder = filled::<Limit>(n);
            let mut limit = Limit::open(folder.path());
            for (_, tag, every) in TAGS {
                limit.tag(tag, &(1..=n as u64).step_by(every).collect::<Vec<_>>());
            }
            folder
        });
        Limit::open(folder.path())
    })
}

fn tagged_db0(args: &Args) -> Rc<dyn Fn() -> Entered> {
    let (n, folder) = (args.n, OnceCell::<TempDir>::new());
    Rc::new(move || {
        let folder = folder.get_or_init(|| {
            let folder = filled::<Db0>(n);
            let (store, _) = load::<Db0>(folder.path(), n);
            for (tag, _, every) in TAGS {
                store.held.iter().step_by(every).for_each(|memo| drop(db0::tags(memo).add(tag)));
            }
            db0::commit().expect("it commits");
            store.close();
            folder
        });
        Entered::open(folder.path())
    })
}

/// Rounds of so many queries, or ids, that the clock's steps don't count.
fn queries(
    args: &Args,
    results: usize,
    criteria: impl Criteria<Person> + Clone + 'static,
    mut ask: impl FnMut(&Limit) -> Vec<u64> + 'static,
) -> Vec<Contender> {
    let again = (2_000_000 / results.max(1)).max(1);
    let (limit, db0) = (tagged_limit(args), tagged_db0(args));
    vec![
        Contender::new(Limit::NAME, move || {
            let limit = limit();
            Sample::of(again * results, || (0..again).map(|_| ask(&limit).len()).sum::<usize>())
        }),
        Contender::new("db0 uuids()", move || {
            let _entered = db0();
            let ask = || db0::find::<Person>(criteria.clone()).uuids().len();
            Sample::of(again * results, || (0..again).map(|_| ask()).sum::<usize>())
        }),
    ]
}

fn count(args: &Args) -> Vec<Contender> {
    const AGAIN: usize = 1000;
    let (limit, db0) = (tagged_limit(args), tagged_db0(args));
    let by_row = limit.clone();
    vec![
        Contender::new("LMDB, containers", move || {
            let limit = limit();
            Sample::of(AGAIN, || (0..AGAIN).map(|_| limit.count(THIRD)).sum::<u64>())
        }),
        Contender::new("LMDB, the tag's row", move || {
            let limit = by_row();
            Sample::of(AGAIN, || (0..AGAIN).map(|_| limit.tallied(THIRD)).sum::<u64>())
        }),
        Contender::new("db0 count()", move || {
            let _entered = db0();
            let ask = || db0::find::<Person>("third").count();
            Sample::of(AGAIN, || (0..AGAIN).map(|_| ask()).sum::<u64>())
        }),
    ]
}

fn objects(args: &Args) -> Vec<Contender> {
    let found = args.n.div_ceil(100);
    let (limit, db0) = (tagged_limit(args), tagged_db0(args));
    vec![
        Contender::new(Limit::NAME, move || {
            let limit = limit();
            Sample::of(found, || limit.ages(HUNDREDTH))
        }),
        Contender::new(Db0::NAME, move || {
            let _entered = db0();
            let age = |memo: Memo<Person>| u64::from(memo.read().age);
            Sample::of(found, || db0::find::<Person>("hundredth").into_iter().map(age).sum::<u64>())
        }),
    ]
}
