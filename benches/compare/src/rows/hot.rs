//! Objects in memory: reading and writing one field.

use std::{
    hint::black_box,
    sync::{Arc, Barrier},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use db0::Memo;
use parking_lot::RwLock;

use crate::{
    contenders::Entered,
    folder,
    person::{self, Person},
    row::{Contender, Row},
    sample::Sample,
};

const READS: usize = 5_000_000;
const WRITES: usize = 500_000;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "hot-read",
        what: "a field of an object in memory, one thread",
        contenders: |_| readers(1),
    },
    Row {
        name: "hot-read-2",
        what: "a field of one object in memory, two threads at a time",
        contenders: |_| readers(2),
    },
    Row {
        name: "hot-write",
        what: "a field of an object in memory, published; clone + store is what immutable versions cost",
        contenders: |_| writers(),
    },
];

fn one() -> Person {
    person::people(31).pop().expect("there are some")
}

fn readers(threads: usize) -> Vec<Contender> {
    let lock = Arc::new(RwLock::new(one()));
    let swap = Arc::new(ArcSwap::from_pointee(one()));
    let shared = Arc::new(one());
    let plain = one();
    vec![
        Contender::new("RwLock read", move || reads(threads, || lock.read().age)),
        Contender::new("db0 read()", move || memo(|memo| reads(threads, || memo.read().age))),
        Contender::new("db0 get(|p| …)", move || {
            memo(|memo| reads(threads, || memo.get(|p| p.age)))
        }),
        Contender::new("ArcSwap load", move || reads(threads, || swap.load().age)),
        Contender::new("Arc clone", move || reads(threads, || Arc::clone(&shared).age)),
        Contender::new("&T", move || reads(threads, || black_box(&plain).age)),
    ]
}

/// One object of db0's that is in memory and committed.
fn memo<R>(work: impl FnOnce(&Memo<Person>) -> R) -> R {
    let folder = folder::new();
    let _entered = Entered::open(folder.path());
    let memo = Memo::new(one());
    db0::commit().expect("it commits");
    work(&memo)
}

/// Reads in so many threads; the time is a thread's for a read.
fn reads(threads: usize, read: impl Fn() -> u32 + Sync) -> Sample {
    let barrier = Barrier::new(threads);
    let run = || -> Duration {
        barrier.wait();
        let began = Instant::now();
        let mut sum = 0;
        for _ in 0..READS {
            sum += black_box(read());
        }
        black_box(sum);
        began.elapsed()
    };
    let times = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mine = run();
        let times = others.into_iter().map(|thread| thread.join().expect("it runs"));
        times.chain([mine]).max().unwrap_or(mine)
    });
    Sample::of_time(READS, times)
}

fn writers() -> Vec<Contender> {
    let swap = Arc::new(ArcSwap::from_pointee(one()));
    let lock = Arc::new(RwLock::new(one()));
    vec![
        Contender::new("clone + store", move || {
            writes(|| {
                let mut draft = Person::clone(&swap.load());
                draft.age += 1;
                swap.store(Arc::new(draft));
            })
        }),
        Contender::new("db0 write()", || memo(|memo| writes(|| memo.write().age += 1))),
        Contender::new("db0 update(|p| …)", || {
            memo(|memo| writes(|| memo.update(|p| p.age += 1)))
        }),
        Contender::new("RwLock write", move || writes(|| lock.write().age += 1)),
    ]
}

fn writes(mut write: impl FnMut()) -> Sample {
    Sample::of(WRITES, || (0..WRITES).for_each(|_| write()))
}
