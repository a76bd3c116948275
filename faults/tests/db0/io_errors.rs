//! Every call fails once: opening, creating, committing and closing say so, and nothing is lost.

use db0::{Config, Workspace};
use db0_faults::{Failure, Faults, Kind, Lasting, Plan, Scratch, setting};

use crate::point::{self, Outcome, Start};

const FAILURES: [Failure; 5] = [
    Failure::TooLate(libc::EIO),
    Failure::Errno(libc::EIO),
    Failure::Errno(libc::ENOSPC),
    Failure::Errno(libc::EDQUOT),
    Failure::CutShort,
];

const LASTING: [Lasting; 3] = [Lasting::Once, Lasting::ThisKind, Lasting::WholeDevice];

/// Plays one in `FAULTS_DB0_POINT_ONE_IN` of all points.
fn every_call_fails(start: Start) {
    let one_in = usize::try_from(setting("FAULTS_DB0_POINT_ONE_IN", 1)).expect("a small number");
    let prepared = point::prepare(start).expect("nothing fails yet");
    let counts = point::count(prepared.path()).expect("nothing fails yet");
    let mut all = Vec::new();
    for (kind, before_close, count) in counts {
        for nth in 1..=count {
            for failure in FAILURES {
                let fits = match failure {
                    Failure::CutShort => kind.carries_bytes(),
                    Failure::TooLate(_) => kind.reaches_the_device(),
                    Failure::Errno(_) => true,
                };
                for lasting in LASTING.into_iter().filter(|_| fits) {
                    all.push((Plan { kind, nth, failure, lasting }, nth > before_close));
                }
            }
            // Who interrupts a call does not go on for ever.
            let failure = Failure::Errno(libc::EINTR);
            all.push((Plan { kind, nth, failure, lasting: Lasting::Once }, nth > before_close));
        }
    }
    let mut totals = (0, Outcome::default());
    let mut wrong = Vec::new();
    for (plan, in_close) in all.iter().step_by(one_in.max(1)) {
        match point::play(prepared.path(), *plan, *in_close) {
            Ok(outcome) => add(&mut totals, outcome),
            Err(why) => wrong.push(format!("{plan:?}: {why}")),
        }
    }
    println!("{start:?}: {} of {} points, {:?}", totals.0, all.len(), totals.1);
    assert!(wrong.is_empty(), "{} points: {}", wrong.len(), wrong.join("\n"));
    assert!(totals.0 * one_in > all.len() / 2, "the calls were not those that were counted");
}

fn add((points, sum): &mut (usize, Outcome), one: Outcome) {
    *points += usize::from(one.hit);
    sum.hit |= one.hit;
    sum.refused_to_open |= one.refused_to_open;
    sum.commits_failed += one.commits_failed;
    sum.reads_failed += one.reads_failed;
}

#[test]
fn the_calls_of_db0_are_seen() {
    let prepared = point::prepare(Start::Nothing).expect("nothing fails yet");
    let counts = point::count(prepared.path()).expect("nothing fails yet");
    println!("{counts:?}");
    for seen in [
        Kind::Open,
        Kind::Pwrite,
        Kind::SyncedWrite,
        Kind::Fdatasync,
        Kind::Fsync,
        Kind::Ftruncate,
        Kind::Mmap,
        Kind::Rename,
        Kind::Mkdir,
    ] {
        let count = counts.iter().find(|(kind, ..)| *kind == seen).map_or(0, |(.., count)| *count);
        assert!(count > 0, "{seen:?} went past us: {counts:?}");
    }
}

#[test]
fn each_folder_that_is_made_is_synced_in_its_place() {
    let synced = |below: &str| {
        let scratch = Scratch::new().expect("a folder");
        let faults = Faults::below(scratch.path()).expect("a folder");
        let config = Config::new(scratch.path().join(below)).autocommit(false);
        Workspace::open(config).and_then(|workspace| workspace.close()).expect("it opens");
        faults.count(Kind::Fsync)
    };
    assert_eq!(synced("a/b/c"), synced("a") + 2);
    assert_eq!(synced("a"), synced("") + 1);
}

#[test]
fn a_new_prefix_survives_every_failing_call() {
    every_call_fails(Start::Nothing);
}

#[test]
fn an_old_prefix_survives_every_failing_call() {
    every_call_fails(Start::Steps);
}
