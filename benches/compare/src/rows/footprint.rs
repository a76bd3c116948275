//! What many objects cost those who hold, iterate or write them: time and memory.

use db0::{Config, Dict, Memo};

use super::{commits::each_timed, objects::filled};
use crate::{
    args::Args,
    contenders::{Db0, Entered},
    folder,
    limit::Limit,
    person::{self, Person},
    row::{Contender, Row},
    sample::Sample,
    store::Store,
    system,
};

const CACHE: usize = 64 << 20;
const MIB: f64 = (1 << 20) as f64;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "held",
        what: "one durable commit of one change while none or all of n objects are held in memory",
        contenders: held,
    },
    Row {
        name: "iterate",
        what: "n objects one after the other with a cache of 64 MiB: time, peak heap, resident memory",
        contenders: iterate,
    },
    Row {
        name: "clear",
        what: "n entries of a dict cleared, or half of them filtered out, and that committed: time, peak heap",
        contenders: clear,
    },
];

type Numbers = Dict<u64, u64>;

fn clear(args: &Args) -> Vec<Contender> {
    let n = args.n;
    let contender = |name, change: fn(&Numbers)| {
        Contender::new(name, move || {
            let folder = folder::new();
            let _entered = Entered::open(folder.path());
            let numbers: Numbers = db0::current().dict("numbers");
            let fill = || {
                for start in (0..n).step_by(100_000) {
                    let end = n.min(start + 100_000);
                    numbers.extend((start as u64..end as u64).map(|n| (n, n)));
                    db0::commit().expect("it commits");
                }
            };
            fill();
            let sample = Sample::of(n, || {
                change(&numbers);
                db0::commit().expect("it commits");
            });
            fill();
            let ((), called) = system::peak_heap(|| change(&numbers));
            let (_, committed) = system::peak_heap(|| db0::commit().expect("it commits"));
            sample
                .with("heap MiB", called as f64 / MIB)
                .with("in its commit", committed as f64 / MIB)
        })
    };
    vec![
        contender("db0 clear()", Dict::clear),
        contender("db0 retain(half)", |numbers| numbers.retain(|key, _| key % 2 == 0)),
    ]
}

fn held(args: &Args) -> Vec<Contender> {
    let n = args.n;
    let contender = |name, holds: bool| {
        Contender::new(name, move || {
            let folder = filled::<Db0>(n);
            let entered = Entered::open(folder.path());
            let one = Memo::new(person::people(1).remove(0));
            db0::commit().expect("it commits");
            let uuids = db0::find::<Person>(()).uuids();
            let fetch = |uuid| db0::fetch::<Person>(uuid).expect("it is there");
            let held: Vec<_> =
                uuids.into_iter().take(if holds { n } else { 0 }).map(fetch).collect();
            let sample = each_timed(|| {
                one.write().age += 1;
                db0::commit().expect("it commits");
            });
            drop((held, one, entered));
            sample
        })
    };
    vec![contender("db0, none held", false), contender("db0, n held", true)]
}

fn iterate(args: &Args) -> Vec<Contender> {
    let n = args.n;
    let limit = Contender::new("LMDB, scan and decode", move || {
        let folder = filled::<Limit>(n);
        let limit = Limit::open(folder.path());
        measured(n, || (), || limit.scan())
    });
    let db0 = Contender::new(Db0::NAME, move || {
        let folder = filled::<Db0>(n);
        let _entered = Entered::with(Config::new(folder.path()).cache_size(CACHE));
        let age = |memo: Memo<Person>| u64::from(memo.read().age);
        // What is kept from the time before would not be seen to grow.
        let afresh = || db0::clear_cache();
        measured(n, afresh, || db0::find::<Person>(()).into_iter().map(age).sum::<u64>())
    });
    vec![limit, db0]
}

/// Runs `work` twice, `afresh`: for its time, and for its memory, since counting costs.
fn measured(n: usize, afresh: impl Fn(), mut work: impl FnMut() -> u64) -> Sample {
    afresh();
    let sample = Sample::of(n, &mut work);
    afresh();
    let before = system::resident();
    let (_, heap) = system::peak_heap(work);
    let after = system::resident();
    let grown = after.0.saturating_sub(before.0);
    sample
        .with("heap MiB", heap as f64 / MIB)
        .with("rss + MiB", grown as f64 / MIB)
        .with("file MiB", after.1 as f64 / MIB)
}
