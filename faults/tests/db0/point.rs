//! One failing call: what the store says, and what it still has, then and afterwards.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, io, thread};

use db0::{Config, Error};
use db0_faults::{Faults, Kind, Plan, Scratch};

use crate::oracle::{Oracle, Past, Wrong};
use crate::seen::{self, Seen};
use crate::world::World;

/// Steps that are there before anything fails, where the run does not begin with nothing.
pub(crate) const BEFORE: u64 = 3;
/// Steps that are tried while calls fail.
const STEPS: u64 = 3;
/// No point takes longer, or something waits for ever.
const PATIENCE: Duration = Duration::from_secs(40);

/// Where a run begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Start {
    /// With no folder.
    Nothing,
    /// With a prefix that has some steps.
    Steps,
}

/// What became of one point.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Outcome {
    /// The call was made, and failed.
    pub(crate) hit: bool,
    /// Opening was refused.
    pub(crate) refused_to_open: bool,
    /// How many commits failed.
    pub(crate) commits_failed: u64,
    /// How often reading failed while calls failed.
    pub(crate) reads_failed: u64,
}

/// A folder to begin with.
pub(crate) fn prepare(start: Start) -> Result<Scratch, String> {
    let scratch = Scratch::new().map_err(|error| error.to_string())?;
    if start == Start::Steps {
        let mut world = World::open(Config::new(scratch.path())).map_err(|why| why.to_string())?;
        for _ in 0..BEFORE {
            world.take_step().and_then(|()| world.commit()).map_err(|error| error.to_string())?;
        }
        world.close().map_err(|error| error.to_string())?;
    }
    Ok(scratch)
}

/// A copy of a prefix that nobody has open.
fn copy(from: &Path) -> io::Result<Scratch> {
    let scratch = Scratch::new()?;
    let (from, to) = (from.join("default"), scratch.path().join("default"));
    if from.exists() {
        fs::create_dir(&to)?;
        fs::copy(from.join("data.mdb"), to.join("data.mdb"))?;
    }
    Ok(scratch)
}

/// How often each kind of call is made when nothing fails: until the last commit, and in all.
pub(crate) fn count(prepared: &Path) -> Result<Vec<(Kind, u64, u64)>, String> {
    let scratch = copy(prepared).map_err(|error| error.to_string())?;
    let faults = Faults::below(scratch.path()).map_err(|error| error.to_string())?;
    let mut world = World::open(Config::new(scratch.path())).map_err(|why| why.to_string())?;
    for _ in 0..STEPS {
        world.take_step().and_then(|()| world.commit()).map_err(|error| error.to_string())?;
    }
    let before = Kind::ALL.map(|kind| faults.count(kind));
    world.close().map_err(|error| error.to_string())?;
    let counts = Kind::ALL.into_iter().zip(before);
    Ok(counts.map(|(kind, before)| (kind, before, faults.count(kind))).collect())
}

/// Plays one point on a copy of what was prepared, in a thread that is not waited for for ever.
/// `in_close` if the call is one of those that closing makes.
pub(crate) fn play(prepared: &Path, plan: Plan, in_close: bool) -> Result<Outcome, String> {
    let scratch = copy(prepared).map_err(|error| error.to_string())?;
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let outcome = std::panic::catch_unwind(|| Point::new(&scratch, plan)?.play(in_close));
        let _ = tell.send(outcome.unwrap_or_else(|_| Err("it panicked".to_owned())));
    });
    told.recv_timeout(PATIENCE).unwrap_or_else(|_| Err(format!("no end after {PATIENCE:?}")))
}

struct Point<'s> {
    scratch: &'s Scratch,
    faults: Faults,
    plan: Plan,
    oracle: Oracle,
    outcome: Outcome,
    acknowledged: u64,
    attempted: u64,
}

impl<'s> Point<'s> {
    fn new(scratch: &'s Scratch, plan: Plan) -> Result<Self, String> {
        let faults = Faults::below(scratch.path()).map_err(|error| error.to_string())?;
        let begins = scratch.path().join("default").exists();
        let acknowledged = if begins { BEFORE } else { 0 };
        let (oracle, outcome) = (Oracle::default(), Outcome::default());
        Ok(Self { scratch, faults, plan, oracle, outcome, acknowledged, attempted: acknowledged })
    }

    fn play(mut self, in_close: bool) -> Result<Outcome, String> {
        self.faults.plan(self.plan);
        match World::open(Config::new(self.scratch.path())) {
            Ok(mut world) => {
                self.commit_steps(&mut world)?;
                if in_close { self.close(world)? } else { self.recover(world)? }
            }
            Err(Wrong::Refused(error)) => {
                honest(&error)?;
                self.outcome.refused_to_open = true;
                self.stop_failing();
            }
            Err(why) => return Err(format!("opened under failures: {why}")),
        }
        self.look_afterwards()?;
        Ok(self.outcome)
    }

    fn stop_failing(&mut self) {
        self.outcome.hit |= self.faults.hits() > 0;
        self.faults.clear();
    }

    /// Takes steps and commits them while calls fail. What waits is still seen.
    fn commit_steps(&mut self, world: &mut World) -> Result<(), String> {
        for _ in 0..STEPS {
            if let Err(error) = world.take_step() {
                honest(&error)?;
                self.outcome.reads_failed += 1;
                return Ok(());
            }
            self.attempted = world.step();
            match world.commit() {
                Ok(_) => self.acknowledged = self.attempted,
                Err(error) => {
                    honest(&error)?;
                    self.outcome.commits_failed += 1;
                }
            }
            match seen::contents(&Seen::Live) {
                Ok(found) if found == world.contents => {}
                Ok(found) => return Err(format!("now {found:?}, not {:?}", world.contents)),
                Err(Wrong::Refused(error)) => {
                    honest(&error)?;
                    self.outcome.reads_failed += 1;
                }
                Err(why) => return Err(why.to_string()),
            }
        }
        Ok(())
    }

    /// Closes while calls fail.
    fn close(&mut self, world: World) -> Result<(), String> {
        match world.close() {
            // Closing commits what waits.
            Ok(()) => self.acknowledged = self.attempted,
            Err(error) => honest(&error)?,
        }
        self.stop_failing();
        Ok(())
    }

    /// Goes on in the same process once calls succeed again.
    fn recover(&mut self, mut world: World) -> Result<(), String> {
        self.stop_failing();
        let told = |what: &str| {
            let what = what.to_owned();
            move |error: Error| format!("{what} after the failures: {error}")
        };
        world.commit().map_err(told("a commit"))?;
        self.acknowledged = self.attempted;
        world.take_step().map_err(told("a step"))?;
        world.commit().map_err(told("another commit"))?;
        self.attempted = world.step();
        self.acknowledged = self.attempted;
        let found = self.oracle.check_open(Past::All).map_err(|why| why.to_string())?;
        if found != world.step() || !world.is_healthy() {
            return Err(format!("holds step {found} of {}", world.step()));
        }
        world.close().map_err(told("closing"))
    }

    /// Opens again, as the next process would.
    fn look_afterwards(&mut self) -> Result<(), String> {
        let step = self.oracle.check(self.scratch.path(), Past::All)?;
        let allowed = self.acknowledged..=self.attempted;
        if allowed.contains(&step) { Ok(()) } else { Err(format!("step {step} of {allowed:?}")) }
    }
}

/// Whether an error tells of a failing disk, and not of something that follows from a mess.
fn honest(error: &Error) -> Result<(), String> {
    match error {
        Error::Io { .. } | Error::Format { .. } => Ok(()),
        Error::Commit { source, .. } => honest(source),
        other => Err(format!("a failing call was told as: {other:?}")),
    }
}
