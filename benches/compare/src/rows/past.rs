//! Snapshots, and reading what was.

use std::{cell::OnceCell, rc::Rc};

use db0::{Config, Durability, Memo};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    contenders::{Db0, Entered},
    folder,
    limit::Limit,
    person::{self, Person},
    row::{Contender, Row},
    sample::Sample,
    store::Store,
};

const SNAPSHOTS: usize = 100_000;
/// Objects with a past.
const OBJECTS: usize = 1000;
const DEPTH: u64 = 1000;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "snapshot",
        what: "opening the last committed state; LMDB: begin and end a read",
        contenders: |_| vec![limit(), snapshot(false), snapshot(true)],
    },
    Row {
        name: "past",
        what: "1000 objects with 1000 versions each, fetched from a snapshot after opening",
        contenders: |_| past(),
    },
];

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

fn past() -> Vec<Contender> {
    let made: Rc<OnceCell<(TempDir, u64)>> = Rc::default();
    let contender = |name, depth: Option<u64>| {
        let made = made.clone();
        Contender::new(name, move || {
            let (folder, last) = made.get_or_init(with_a_past);
            let store = Db0::open(folder.path());
            let keys = store.keys(&[]);
            store.close();
            let store = Db0::open(folder.path());
            let keys: Vec<Uuid> = person::shuffled(OBJECTS).into_iter().map(|i| keys[i]).collect();
            let sample = match depth {
                None => Sample::of(OBJECTS, || store.fetch(&keys)),
                Some(depth) => {
                    let snapshot = db0::snapshot_at(last - depth).expect("it is kept");
                    let age = |uuid: &Uuid| {
                        snapshot.fetch::<Person>(*uuid).expect("it was there").read().age
                    };
                    Sample::of(OBJECTS, || {
                        keys.iter().map(|uuid| u64::from(age(uuid))).sum::<u64>()
                    })
                }
            };
            store.close();
            sample
        })
    };
    vec![
        contender("db0 live", None),
        contender("db0 snapshot of the last", Some(0)),
        contender("db0 at depth 1", Some(1)),
        contender("db0 at depth 30", Some(30)),
        contender("db0 at depth 999", Some(DEPTH - 1)),
    ]
}

/// Objects that each of a thousand commits changed; and the last state.
fn with_a_past() -> (TempDir, u64) {
    let folder = folder::new();
    let entered = Entered::with(Config::new(folder.path()).durability(Durability::Relaxed));
    let memos: Vec<_> = person::people(OBJECTS).into_iter().map(Memo::new).collect();
    let mut last = db0::commit().expect("it commits");
    for _ in 1..DEPTH {
        memos.iter().for_each(|memo| memo.write().age += 1);
        last = db0::commit().expect("it commits");
    }
    drop((memos, entered));
    (folder, last)
}
