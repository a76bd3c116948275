//! Every call that LMDB makes fails once: no commit is promised that is not there, none is lost.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io;

use db0_faults::{Failure, Faults, Kind, Lasting, Plan, Scratch, setting};

use crate::store::{DURABLE, Store};
use crate::workload::{check, run};

/// How a call fails, and whether LMDB tries it again by itself.
const FAILURES: [(Failure, bool); 5] = [
    (Failure::Errno(libc::EIO), false),
    (Failure::Errno(libc::ENOSPC), false),
    (Failure::Errno(libc::EDQUOT), false),
    (Failure::Errno(libc::EINTR), true),
    (Failure::CutShort, false),
];

const LASTING: [Lasting; 3] = [Lasting::Once, Lasting::ThisKind, Lasting::WholeDevice];

/// Commits that are there before anything fails.
const BEFORE: u64 = 3;

fn commits() -> u64 {
    setting("FAULTS_ERROR_COMMITS", 20)
}

/// A directory with some commits, and no lock file, so that opening makes that anew.
fn prepared() -> io::Result<Scratch> {
    let scratch = Scratch::new()?;
    run(&Store::open(scratch.path(), DURABLE)?, BEFORE, |_| (), |_| ())?;
    std::fs::remove_file(scratch.path().join("lock.mdb"))?;
    Ok(scratch)
}

/// What became of one run.
struct Outcome {
    result: io::Result<()>,
    acknowledged: u64,
    attempted: u64,
    hits: u64,
}

/// Opens and commits under `plan`, stopping at the first error.
fn attempt(faults: &Faults, scratch: &Scratch, plan: Plan) -> Outcome {
    let (attempted, acknowledged) = (Cell::new(BEFORE), Cell::new(BEFORE));
    faults.plan(plan);
    let result = Store::open(scratch.path(), DURABLE).and_then(|store| {
        run(
            &store,
            BEFORE + commits(),
            |number| attempted.set(number),
            |number| acknowledged.set(number),
        )
    });
    let hits = faults.hits();
    faults.clear();
    Outcome { result, acknowledged: acknowledged.get(), attempted: attempted.get(), hits }
}

/// How often each kind of call is made when nothing fails.
fn calls_without_failures() -> io::Result<BTreeMap<&'static str, (Kind, u64)>> {
    let scratch = prepared()?;
    let faults = Faults::below(scratch.path())?;
    run(&Store::open(scratch.path(), DURABLE)?, BEFORE + commits(), |_| (), |_| ())?;
    let names = ["open", "pwrite", "writev", "meta", "fdatasync", "ftruncate", "mmap"];
    let kinds = [
        Kind::Open,
        Kind::Pwrite,
        Kind::Writev,
        Kind::SyncedWrite,
        Kind::Fdatasync,
        Kind::Ftruncate,
        Kind::Mmap,
    ];
    let counts = kinds.map(|kind| (kind, faults.count(kind)));
    Ok(names.into_iter().zip(counts).collect())
}

fn fails_honestly(plan: Plan, retries: bool) -> io::Result<bool> {
    let scratch = prepared()?;
    let faults = Faults::below(scratch.path())?;
    let outcome = attempt(&faults, &scratch, plan);
    if outcome.hits == 0 {
        return Ok(false);
    }
    let Outcome { result, acknowledged, attempted, .. } = outcome;
    let may_pass = retries && plan.lasting == Lasting::Once;
    assert!(result.is_err() || may_pass, "{plan:?} hit, and nobody was told");
    if let Err(why) = check(scratch.path(), acknowledged, attempted) {
        panic!("{plan:?} ({result:?}): {why}");
    }
    Ok(true)
}

#[test]
fn lmdb_goes_through_our_calls() -> io::Result<()> {
    for (name, (kind, count)) in calls_without_failures()? {
        assert!(count > 0, "{name} ({kind:?}) went past us");
    }
    Ok(())
}

#[test]
fn every_failing_call_is_reported_and_costs_no_commit() -> io::Result<()> {
    let mut points = 0;
    for (kind, count) in calls_without_failures()?.into_values() {
        for (failure, retries) in FAILURES {
            for lasting in LASTING {
                // LMDB repeats an interrupted write for as long as it is interrupted.
                if retries && lasting != Lasting::Once {
                    continue;
                }
                for nth in 1..=count {
                    let plan = Plan { kind, nth, failure, lasting };
                    points += u64::from(fails_honestly(plan, retries)?);
                }
            }
        }
    }
    println!("{points} points");
    assert!(points > 500, "only {points} points");
    Ok(())
}

/// What the machinery found on its first day: a new environment needs a name that nobody looks for
/// until its first commit is safe.
#[test]
fn making_an_environment_is_not_atomic() -> io::Result<()> {
    let scratch = Scratch::new()?;
    let faults = Faults::below(scratch.path())?;
    let (failure, lasting) = (Failure::CutShort, Lasting::Once);
    let plan = Plan { kind: Kind::Pwrite, nth: 1, failure, lasting };
    let outcome = attempt(&faults, &scratch, plan);
    assert!(outcome.result.is_err() && outcome.hits == 1);
    let error = check(scratch.path(), 0, 0).expect_err("half of the meta pages are there");
    assert!(error.starts_with("open: "), "{error}");
    Ok(())
}
