//! Each allocation fails in turn, once and for good.

use std::path::Path;

use db0::{Config, Durability, Error};
use db0_faults::setting;
use tempfile::TempDir;

use crate::{
    allocations::{give_again, refuse},
    oracle::{Oracle, Past, Wrong},
    seen::{self, Seen},
    world::World,
};

/// Steps that are there before, and that are tried.
const STEPS: u64 = 3;

#[derive(Debug, Default)]
struct Outcome {
    calls: u64,
    refused: u64,
    refused_to_open: u64,
    commits_failed: u64,
    reads_failed: u64,
    acknowledged: u64,
    attempted: u64,
}

fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.into() } else { std::env::temp_dir() };
    tempfile::tempdir_in(place).expect("a folder")
}

fn config(folder: &Path) -> Config {
    Config::new(folder).durability(Durability::Relaxed)
}

fn told(error: Error) -> String {
    error.to_string()
}

/// It tells of memory, or of an error of the system that the want of it led to.
fn honest(error: &Error) -> Result<(), String> {
    match error {
        Error::Io { code: libc::ENOMEM | libc::EAGAIN, .. } => Ok(()),
        Error::Commit { source, .. } => honest(source),
        other => Err(format!("no memory was told as: {other:?}")),
    }
}

/// Steps, commits and a look while memory is refused; then the same with memory.
fn play(folder: &Path, from: u64, to: u64) -> Result<Outcome, String> {
    let mut outcome = Outcome { acknowledged: STEPS, attempted: STEPS, ..Outcome::default() };
    refuse(from, to);
    let opened = World::open(config(folder));
    let result = match opened {
        Ok(mut world) => {
            let result = steps(&mut world, &mut outcome);
            (outcome.calls, outcome.refused) = give_again();
            result?;
            world.commit().map_err(told)?;
            world.take_step().map_err(told)?;
            outcome.attempted = world.step();
            world.close().map_err(told)?;
            outcome.acknowledged = outcome.attempted;
            Ok(())
        }
        Err(Wrong::Refused(error)) => {
            outcome.refused_to_open = 1;
            honest(&error)
        }
        Err(why) => Err(why.to_string()),
    };
    if outcome.refused_to_open > 0 {
        (outcome.calls, outcome.refused) = give_again();
    }
    give_again();
    result?;
    let step = Oracle::default().check(folder, Past::All)?;
    if (outcome.acknowledged..=outcome.attempted).contains(&step) {
        Ok(outcome)
    } else {
        Err(format!("step {step} of {outcome:?}"))
    }
}

fn steps(world: &mut World, outcome: &mut Outcome) -> Result<(), String> {
    for _ in 0..STEPS {
        if let Err(error) = world.take_step() {
            outcome.reads_failed += 1;
            return honest(&error);
        }
        outcome.attempted = world.step();
        match world.commit() {
            Ok(_) => outcome.acknowledged = outcome.attempted,
            Err(error) => {
                outcome.commits_failed += 1;
                honest(&error)?;
            }
        }
        match seen::contents(&Seen::Live) {
            Ok(found) if found == world.contents => {}
            Ok(found) => return Err(format!("now {found:?}, not {:?}", world.contents)),
            Err(Wrong::Refused(error)) => {
                outcome.reads_failed += 1;
                honest(&error)?;
            }
            Err(why) => return Err(why.to_string()),
        }
    }
    Ok(())
}

/// A copy of a prefix of some steps.
fn copied(base: &Path) -> TempDir {
    let to = folder();
    std::fs::create_dir(to.path().join("default")).expect("it can be made");
    let name = "default/data.mdb";
    std::fs::copy(base.join(name), to.path().join(name)).expect("it can be copied");
    to
}

#[test]
fn no_memory_for_the_c_side_is_told_and_loses_nothing() {
    let base = folder();
    let mut world = World::open(config(base.path())).expect("it opens");
    for _ in 0..STEPS {
        world.take_step().and_then(|()| world.commit()).expect("nothing fails yet");
    }
    world.close().expect("it closes");
    let all = play(copied(base.path()).path(), u64::MAX, 0).expect("nothing fails yet");
    assert!(all.calls > 50, "the calls go past us: {all:?}");
    let one_in = setting("FAULTS_MEMORY_ONE_IN", 1).max(1);
    let (mut points, mut sum, mut wrong) = (0, Outcome::default(), Vec::new());
    for nth in (1..=all.calls).step_by(usize::try_from(one_in).expect("a small number")) {
        for to in [nth, u64::MAX] {
            if std::env::var_os("FAULTS_MEMORY_SHOWN").is_some() {
                eprintln!("{nth} to {to}");
            }
            match play(copied(base.path()).path(), nth, to) {
                Ok(outcome) => {
                    points += u64::from(outcome.refused > 0);
                    sum.refused_to_open += outcome.refused_to_open;
                    sum.commits_failed += outcome.commits_failed;
                    sum.reads_failed += outcome.reads_failed;
                }
                Err(why) => wrong.push(format!("call {nth} (to {to}): {why}")),
            }
        }
    }
    println!("{points} points of {} calls, {sum:?}", all.calls);
    assert!(wrong.is_empty(), "{} points: {}", wrong.len(), wrong.join("\n"));
    assert!(points * one_in > all.calls, "the calls were not those that were counted");
}
