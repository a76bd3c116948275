//! Power cuts at every moment: what was acknowledged is there, and each commit is whole.

use std::io;
use std::path::Path;

use db0::{Config, Durability};
use db0_faults::{Judge, Recorder, Replay, Report, Roles, Scratch, Trace, setting};

use crate::oracle::{Oracle, Past};
use crate::world::World;

fn commits() -> u64 {
    setting("FAULTS_DB0_COMMITS", 5)
}

fn replay() -> Replay {
    Replay { one_in: setting("FAULTS_DB0_STATE_ONE_IN", 24).max(1), ..Replay::default() }
}

/// The trace of a new prefix and its first commits, each acknowledged `early` or when it returned.
fn record(durability: Durability, early: bool) -> io::Result<Trace> {
    let scratch = Scratch::new()?;
    let recorder = Recorder::below(scratch.path(), &["lock.mdb", ".bell"])?;
    let config = Config::new(scratch.path()).durability(durability);
    let mut world = World::open(config).map_err(|why| io::Error::other(why.to_string()))?;
    while world.step() < commits() {
        world.take_step().map_err(io::Error::other)?;
        recorder.attempt(world.step());
        if early {
            recorder.acknowledge(world.step());
        }
        world.commit().map_err(io::Error::other)?;
        recorder.acknowledge(world.step());
    }
    let trace = recorder.finish();
    world.close().map_err(io::Error::other)?;
    trace
}

/// Opens what is left, compares all of it, and commits one more step.
fn check(folder: &Path, acknowledged: u64, attempted: u64) -> Result<(), String> {
    let mut oracle = Oracle::default();
    let step = oracle.check(folder, Past::All)?;
    if !(acknowledged..=attempted).contains(&step) {
        return Err(format!("holds step {step}, not one of {acknowledged} to {attempted}"));
    }
    let mut world = World::open(Config::new(folder)).map_err(|why| why.to_string())?;
    world.take_step().and_then(|()| world.commit()).map_err(|error| error.to_string())?;
    world.close().map_err(|error| error.to_string())?;
    let next = oracle.check(folder, Past::All)?;
    if next == step + 1 { Ok(()) } else { Err(format!("step {next} follows {step}")) }
}

fn with_judge(test: &str) -> Roles {
    Roles::of(test).role("judge", |wire| Judge::serve(wire, check).expect("the test listens"))
}

/// Has the crash states judged; up to `loss_max` acknowledged commits may be missing.
fn judge(roles: &Roles, trace: &Trace, loss_max: u64) -> io::Result<Report> {
    let mut judge = Judge::new(roles, "judge");
    replay().run(trace, |folder, state| {
        let promised = state.acknowledged().saturating_sub(loss_max);
        let verdict = judge.ask(folder, promised, state.attempted());
        verdict.map_err(|error| error.to_string())?.into_result()
    })
}

#[test]
fn what_was_acknowledged_survives_any_crash() -> io::Result<()> {
    let roles = with_judge("crashes::what_was_acknowledged_survives_any_crash");
    let trace = record(Durability::Full, false)?;
    assert!(trace.syncs() as u64 >= 2 * commits(), "data and meta page of each commit: {trace:?}");
    let report = judge(&roles, &trace, 0)?;
    println!("{report}");
    report.assert_sound(100 * commits());
    Ok(())
}

#[test]
fn relaxed_loses_the_last_commit_at_most() -> io::Result<()> {
    let roles = with_judge("crashes::relaxed_loses_the_last_commit_at_most");
    let trace = record(Durability::Relaxed, false)?;
    let report = judge(&roles, &trace, 1)?;
    println!("{report}");
    report.assert_sound(100 * commits());
    Ok(())
}

/// What the checks above would miss if they looked at nothing.
#[test]
fn an_early_acknowledgement_is_caught() -> io::Result<()> {
    let roles = with_judge("crashes::an_early_acknowledgement_is_caught");
    let report = judge(&roles, &record(Durability::Full, true)?, 0)?;
    println!("{} of {} crash states broke the promise", report.failed, report.checked);
    assert!(report.failed * 10 > report.checked, "most states hold less: {report}");
    Ok(())
}
