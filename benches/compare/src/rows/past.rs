//! Snapshots, and reading what was.

use std::{cell::OnceCell, rc::Rc};

use db0::{Config, Durability, History, Memo};
use tempfile::TempDir;
use uuid::Uuid;

use super::objects::filled;
use crate::{
    args::Args,
    contenders::{Db0, Entered},
    folder,
    limit::Limit,
    person::{self, Person},
    row::{Contender, Row},
    sample::Sample,
    store::Store,
};

const SNAPSHOTS: usize = 100_000;
/// Objects with a past, and how many versions each has.
const LONG: (usize, u64) = (1000, 1000);
const LONGER: (usize, u64) = (100, 10_000);

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "snapshot",
        what: "opening the last committed state; LMDB: begin and end a read",
        contenders: |_| vec![limit(), snapshot(false), snapshot(true)],
    },
    Row {
        name: "view",
        what: "a view that holds still and one read in it, while none or n changed objects wait",
        contenders: |args| vec![view("db0, none waits", 0), view("db0, n wait", args.n)],
    },
    Row {
        name: "past",
        what: "1000 objects with 1000 versions each, fetched from a snapshot after opening",
        contenders: |_| past(LONG, &[(LAST, 0), (DEPTH_1, 1), (DEPTH_30, 30), (DEPTH_999, 999)]),
    },
    Row {
        name: "past-longer",
        what: "100 objects with 10 000 versions each, fetched from a snapshot after opening",
        contenders: |_| past(LONGER, &[(DEPTH_1, 1), (DEPTH_999, 999), (DEPTH_9999, 9999)]),
    },
    Row {
        name: "history",
        what: "one field of n objects in memory in one commit, with and without a history",
        contenders: history,
    },
];

const LAST: &str = "db0 snapshot of the last";
const DEPTH_1: &str = "db0 at depth 1";
const DEPTH_30: &str = "db0 at depth 30";
const DEPTH_999: &str = "db0 at depth 999";
const DEPTH_9999: &str = "db0 at depth 9999";

fn limit() -> Contender {
    Contender::new(Limit::NAME, || {
        let folder = folder::new();
        let limit = Limit::open(folder.path());
        Sample::of(SNAPSHOTS, || (0..SNAPSHOTS).for_each(|_| limit.look()))
    })
}

fn snapshot(reads: bool) -> Contender {
    let name = if reads { "db0 snapshot and one read" } else { "db0 snapshot()" };
    Contender::new(name, move || {
        let folder = folder::new();
        let _entered = Entered::open(folder.path());
        let memo = Memo::new(person::people(1).remove(0));
        db0::commit().expect("it commits");
        Sample::of(SNAPSHOTS, || {
            for _ in 0..SNAPSHOTS {
                let snapshot = db0::snapshot().expect("a state");
                if reads {
                    std::hint::black_box(snapshot.of(&memo).read().age);
                }
            }
        })
    })
}

fn view(name: &'static str, waiting: usize) -> Contender {
    Contender::new(name, move || {
        let folder = folder::new();
        let _entered = Entered::open(folder.path());
        let mut memos: Vec<_> = person::people(waiting + 1).into_iter().map(Memo::new).collect();
        db0::commit().expect("it commits");
        let one = memos.remove(0);
        memos.iter().for_each(|memo| memo.write().age += 1);
        Sample::of(SNAPSHOTS, || {
            for _ in 0..SNAPSHOTS {
                std::hint::black_box(db0::view(|| one.read().age));
            }
        })
    })
}

fn past(shape: (usize, u64), depths: &[(&'static str, u64)]) -> Vec<Contender> {
    let (objects, _) = shape;
    let made: Rc<OnceCell<(TempDir, u64)>> = Rc::default();
    let contender = |name, depth: Option<u64>| {
        let made = made.clone();
        Contender::new(name, move || {
            let (folder, last) = made.get_or_init(|| with_a_past(shape));
            let store = Db0::open(folder.path());
            let keys = store.keys(&[]);
            store.close();
            let store = Db0::open(folder.path());
            let keys: Vec<Uuid> = person::shuffled(objects).into_iter().map(|i| keys[i]).collect();
            let sample = match depth {
                None => Sample::of(objects, || store.fetch(&keys)),
                Some(depth) => {
                    let snapshot = db0::snapshot_at(last - depth).expect("it is kept");
                    let age = |uuid: &Uuid| {
                        snapshot.fetch::<Person>(*uuid).expect("it was there").read().age
                    };
                    Sample::of(objects, || {
                        keys.iter().map(|uuid| u64::from(age(uuid))).sum::<u64>()
                    })
                }
            };
            store.close();
            sample
        })
    };
    let mut contenders = vec![contender("db0 live", None)];
    contenders.extend(depths.iter().map(|(name, depth)| contender(*name, Some(*depth))));
    contenders
}

/// Objects that each of so many commits changed; and the last state.
fn with_a_past((objects, versions): (usize, u64)) -> (TempDir, u64) {
    let folder = folder::new();
    let entered = Entered::with(Config::new(folder.path()).durability(Durability::Relaxed));
    let memos: Vec<_> = person::people(objects).into_iter().map(Memo::new).collect();
    let mut last = db0::commit().expect("it commits");
    for _ in 1..versions {
        memos.iter().for_each(|memo| memo.write().age += 1);
        last = db0::commit().expect("it commits");
    }
    drop((memos, entered));
    (folder, last)
}

fn history(args: &Args) -> Vec<Contender> {
    let n = args.n;
    let contender = |name, history: History| {
        Contender::new(name, move || {
            let folder = filled::<Db0>(n);
            let entered = Entered::with(Config::new(folder.path()).history(history));
            let memos: Vec<_> = db0::find::<Person>(()).into_iter().collect();
            memos.iter().for_each(|memo| drop(memo.read()));
            let sample = Sample::of(n, || {
                memos.iter().for_each(|memo| memo.write().age += 1);
                db0::commit().expect("it commits");
            });
            drop((memos, entered));
            sample.with("bytes each", folder::bytes(folder.path()) as f64 / n as f64)
        })
    };
    vec![
        contender("db0, no history", History::Off),
        contender("db0, the last state but one", History::Last(2)),
        contender("db0, all history", History::All),
    ]
}
