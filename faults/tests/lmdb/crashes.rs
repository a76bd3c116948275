//! Power cuts at every moment: LMDB keeps what it promised, and where it promises nothing we notice.

use std::ffi::c_uint;
use std::io;

use db0_faults::{Judge, Recorder, Replay, Report, Roles, Scratch, Trace, setting};

use crate::store::{DURABLE, NO_META_SYNC, NO_SYNC, Store};
use crate::workload::{check, run};

/// Commits that are there before the recording.
const BEFORE: u64 = 5;

fn commits() -> u64 {
    setting("FAULTS_COMMITS", 60)
}

/// The trace of `count` commits with these flags, and whether each counts as promised.
fn record(flags: c_uint, count: u64) -> io::Result<Trace> {
    let scratch = Scratch::new()?;
    let folder = scratch.path();
    run(&Store::open(folder, DURABLE)?, BEFORE, |_| (), |_| ())?;
    let recorder = Recorder::below(folder, &["lock.mdb"])?;
    recorder.attempt(BEFORE);
    recorder.acknowledge(BEFORE);
    let store = Store::open(folder, flags)?;
    let attempt = |number| recorder.attempt(number);
    run(&store, BEFORE + count, attempt, |number| recorder.acknowledge(number))?;
    recorder.finish()
}

fn with_judge(test: &str) -> Roles {
    Roles::of(test).role("judge", |wire| Judge::serve(wire, check).expect("the test listens"))
}

/// Has every crash state judged; up to `loss_max` promised commits may be missing.
fn judge(roles: &Roles, trace: &Trace, loss_max: u64) -> io::Result<Report> {
    let mut judge = Judge::new(roles, "judge");
    Replay::default().run(trace, |folder, state| {
        let promised = state.acknowledged().saturating_sub(loss_max);
        let verdict = judge.ask(folder, promised, state.attempted());
        verdict.map_err(|error| error.to_string())?.into_result()
    })
}

#[test]
fn what_was_promised_survives_any_crash() -> io::Result<()> {
    let roles = with_judge("crashes::what_was_promised_survives_any_crash");
    let trace = record(DURABLE, commits())?;
    assert!(trace.syncs() as u64 >= 2 * commits(), "data and meta page of each commit: {trace:?}");
    let report = judge(&roles, &trace, 0)?;
    println!("{report}");
    report.assert_sound(10 * commits());
    Ok(())
}

#[test]
fn a_late_meta_page_costs_one_commit_at_most() -> io::Result<()> {
    let roles = with_judge("crashes::a_late_meta_page_costs_one_commit_at_most");
    let trace = record(NO_META_SYNC, commits() / 3)?;
    judge(&roles, &trace, 1)?.assert_sound(3 * commits());
    let strict = judge(&roles, &trace, 0)?;
    assert!(strict.failed > 0, "a promised commit can be lost, and was not seen to be: {strict}");
    Ok(())
}

/// The proof that the replay finds damage at all: killing processes never would.
#[test]
fn without_syncing_damage_is_caught() -> io::Result<()> {
    let roles = with_judge("crashes::without_syncing_damage_is_caught");
    let trace = record(NO_SYNC, 8)?;
    assert_eq!(trace.syncs(), 0);
    // Not one state that merely lost commits counts: what is left must be wrong in itself.
    let report = judge(&roles, &trace, u64::MAX)?;
    println!("{report}");
    assert!(report.failed * 10 > report.checked, "damage should be common: {report}");
    Ok(())
}
