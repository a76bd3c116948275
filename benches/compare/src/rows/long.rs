//! A snapshot that is held while an hour's commits go on: what it costs the file.

use std::path::Path;

use db0::{Config, Durability, History, Memo, Workspace};

use crate::{
    contenders::Entered,
    folder,
    limit::Limit,
    person::{self, Person, Random},
    row::{Contender, Row},
    sample::Sample,
    store::Store,
};

const OBJECTS: usize = 10_000;
/// An hour of autocommit, four times a second.
const COMMITS: usize = 14_400;
/// Objects that each commit changes.
const CHANGED: usize = 10;
const MIB: f64 = (1 << 20) as f64;

pub(super) const ROWS: &[Row] = &[Row {
    name: "long-snapshot",
    what: "14 400 commits of 10 of 10 000 objects, while none or one snapshot is held; no history",
    contenders: |_| {
        vec![
            db0("db0, nothing held", None),
            db0("db0, snapshot held", Some(Holder::Writer)),
            db0("db0, held by a reader", Some(Holder::Reader)),
            lmdb("LMDB, nothing held", false),
            lmdb("LMDB, long reader", true),
        ]
    },
}];

#[derive(Clone, Copy)]
enum Holder {
    Writer,
    Reader,
}

fn db0(name: &'static str, holder: Option<Holder>) -> Contender {
    Contender::new(name, move || {
        let folder = folder::new();
        let config = Config::new(folder.path()).durability(Durability::Relaxed);
        let entered = Entered::with(config.clone().history(History::Off));
        let memos: Vec<_> = person::people(OBJECTS).into_iter().map(Memo::new).collect();
        db0::commit().expect("it commits");
        let reader = Workspace::open(config.read_only().auto_refresh(false)).expect("it opens");
        let held = holder.map(|holder| match holder {
            Holder::Writer => db0::snapshot().expect("a state"),
            Holder::Reader => reader.snapshot().expect("a state"),
        });
        if !matches!(holder, Some(Holder::Reader)) {
            reader.close().expect("it closes");
        }
        let mut random = Random(3);
        let sample = grown(folder.path(), || {
            (0..CHANGED).for_each(|_| memos[random.below(OBJECTS)].write().age += 1);
            db0::commit().expect("it commits");
        });
        if let Some(held) = held {
            let ages = held.find::<Person>(()).iter().map(|memo| u64::from(memo.read().age));
            assert_eq!(ages.sum::<u64>(), person::people(OBJECTS).iter().map(age).sum::<u64>());
        }
        drop((memos, entered));
        sample
    })
}

fn age(person: &Person) -> u64 {
    u64::from(person.age)
}

fn lmdb(name: &'static str, held: bool) -> Contender {
    Contender::new(name, move || {
        let folder = folder::new();
        let limit = Limit::open(folder.path());
        let mut people = person::people(OBJECTS);
        limit.rewrite(1, (1..).zip(&people));
        let holding = held.then(|| limit.hold());
        let (mut random, mut state) = (Random(3), 1);
        let sample = grown(folder.path(), || {
            let which: Vec<usize> = (0..CHANGED).map(|_| random.below(OBJECTS)).collect();
            which.iter().for_each(|place| people[*place].age += 1);
            state += 1;
            limit.rewrite(state, which.iter().map(|place| (*place as u64 + 1, &people[*place])));
        });
        drop(holding);
        sample
    })
}

/// Runs all commits, and weighs the folder before and after.
fn grown(folder: &Path, mut commit: impl FnMut()) -> Sample {
    let before = folder::bytes(folder);
    let sample = Sample::of(COMMITS, || (0..COMMITS).for_each(|_| commit()));
    let after = folder::bytes(folder);
    let grown = after.saturating_sub(before);
    sample.with("MiB before", before as f64 / MIB).with("grown by MiB", grown as f64 / MIB)
}
