//! Several threads at a time: committing together, and writing beside a commit.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use db0::Memo;

use super::objects::{filled, load};
use crate::{
    args::Args,
    contenders::{Db0, Entered},
    folder,
    limit::Limit,
    person::{self, Person},
    row::{Contender, Row},
    sample::{Sample, percentile},
    store::Store,
};

const THREADS: usize = 8;
const COMMITS: usize = 50;
const PEOPLE: usize = 1000;
const WRITES_BEFORE: usize = 200_000;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "commit-8",
        what: "eight threads that each change an object and commit durably; wall time over all commits",
        contenders: |_| vec![limit_together(), db0_together()],
    },
    Row {
        name: "pause",
        what: "single writes of a thread while another commits n dirty objects: the median, and the tail",
        contenders: pauses,
    },
];

fn limit_together() -> Contender {
    Contender::new("LMDB, one after another", || {
        let folder = filled::<Limit>(PEOPLE);
        let both = Mutex::new(load::<Limit>(folder.path(), PEOPLE));
        together(|thread| {
            let mut both = both.lock().expect("nobody panics");
            let (limit, loaded) = &mut *both;
            limit.update(thread..thread + 1, loaded);
        })
    })
}

fn db0_together() -> Contender {
    Contender::new(Db0::NAME, || {
        let folder = folder::new();
        let entered = Entered::open(folder.path());
        let memos: Vec<_> = person::people(PEOPLE).into_iter().map(Memo::new).collect();
        db0::commit().expect("it commits");
        let workspace = entered.workspace.clone();
        together(|thread| {
            memos[thread].write().age += 1;
            workspace.commit().expect("it commits");
        })
    })
}

fn together(commit: impl Fn(usize) + Sync) -> Sample {
    let commit = &commit;
    Sample::of(THREADS * COMMITS, || {
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || (0..COMMITS).for_each(|_| commit(thread)));
            }
        });
    })
}

fn pauses(args: &Args) -> Vec<Contender> {
    let n = args.n;
    let contender = |name, commits: bool| {
        Contender::new(name, move || {
            let folder = filled::<Db0>(n);
            let (store, _) = load::<Db0>(folder.path(), n);
            store.held.iter().for_each(|memo| memo.write().age += 1);
            let sample = writes_beside(&store.held, commits);
            store.close();
            sample
        })
    };
    vec![contender("db0, no commit", false), contender("db0, beside a commit", true)]
}

/// Writes single objects until a commit in another thread is over, or for a fixed number of times.
fn writes_beside(memos: &[Memo<Person>], commits: bool) -> Sample {
    let workspace = commits.then(|| db0::current());
    let done = AtomicBool::new(false);
    let mut times = Vec::with_capacity(10_000_000);
    let mut whole = Duration::ZERO;
    std::thread::scope(|scope| {
        if let Some(prefix) = &workspace {
            scope.spawn(|| {
                let began = Instant::now();
                prefix.commit().expect("it commits");
                done.store(true, Ordering::Release);
                began.elapsed()
            });
        }
        let began = Instant::now();
        let mut next = 0;
        while times.len() < times.capacity()
            && if commits { !done.load(Ordering::Acquire) } else { times.len() < WRITES_BEFORE }
        {
            let began = Instant::now();
            memos[next % memos.len()].write().age += 1;
            times.push(began.elapsed().as_nanos() as u64);
            next += 1;
        }
        whole = began.elapsed();
    });
    times.sort_unstable();
    let sample = Sample { ns: percentile(&times, 0.5), others: Vec::new() };
    let tail = [("p99 ns", 0.99), ("p99.9 ns", 0.999), ("max ns", 1.0)];
    let sample =
        tail.into_iter().fold(sample, |s, (name, share)| s.with(name, percentile(&times, share)));
    sample.with("writes", times.len() as f64).with("all ms", whole.as_secs_f64() * 1e3)
}
