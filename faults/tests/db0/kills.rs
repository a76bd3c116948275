//! Killed at random moments: what was acknowledged is there, whole, and nothing that never was.

use std::io;
use std::path::Path;
use std::time::Duration;

use db0::Config;
use db0_faults::{Cycle, Kills, Roles, Scratch, Since, Wire, seed, setting};

use crate::oracle::{Oracle, Past};
use crate::world::World;

/// With autocommit, one step in so many is committed by hand and acknowledged.
const ACKNOWLEDGED_ONE_IN: u64 = 8;
/// Kills in one folder.
const CYCLES_MAX: usize = 50;
/// Past states that are looked at after each kill.
const PAST_STATES: u64 = 4;

fn kills(name: &str, cycles: u64) -> Kills {
    let life_max = Duration::from_millis(setting("FAULTS_DB0_LIFE_MS", 60));
    Kills { cycles: setting(name, cycles), life_max, since: Since::Opened, seed: seed() }
}

fn folder(wire: &mut Wire) -> String {
    wire.receive().expect("the test talks").expect("of a folder")
}

/// Commits each step, and says so `early` or when it is true.
fn work(wire: &mut Wire, early: bool) {
    let config = Config::new(folder(wire));
    let mut world = World::open(config).unwrap_or_else(|why| panic!("after a kill: {why}"));
    wire.acknowledge(world.step()).expect("the test listens");
    loop {
        world.take_step().expect("it is written");
        if early {
            wire.acknowledge(world.step()).expect("the test listens");
        }
        let state = world.commit().expect("it is committed");
        assert_eq!(state, world.step(), "each step is one state");
        if !early {
            wire.acknowledge(world.step()).expect("the test listens");
        }
    }
}

/// Writes steps that a thread in the background commits every few milliseconds.
fn work_with_autocommit(wire: &mut Wire) {
    let folder = folder(wire);
    let millis = 1 + u64::from(std::process::id() % 5);
    let config = Config::new(folder).autocommit_interval(Duration::from_millis(millis));
    let world = World::open_with_autocommit(config);
    let mut world = world.unwrap_or_else(|why| panic!("after a kill: {why}"));
    wire.acknowledge(world.step()).expect("the test listens");
    loop {
        world.take_step().expect("it is written");
        if world.step().is_multiple_of(ACKNOWLEDGED_ONE_IN) {
            world.commit().expect("it is committed");
            wire.acknowledge(world.step()).expect("the test listens");
        }
    }
}

/// What was acknowledged is there, or one more step where each step is a commit.
fn check(cycle: &Cycle, oracle: &mut Oracle, explicit: bool) -> Result<(), String> {
    let step = oracle.check(&cycle.folder, Past::Some(PAST_STATES, cycle.number))?;
    let allowed = if explicit { *cycle.allowed().end() } else { u64::MAX };
    if !(cycle.acknowledged..=allowed).contains(&step) {
        return Err(format!("holds step {step}, not {} to {allowed}", cycle.acknowledged));
    }
    Ok(())
}

/// Kills in one folder after the other, for all of the file is verified after each.
fn kill_often(roles: &Roles, explicit: bool) -> io::Result<()> {
    let all = setting("FAULTS_DB0_CYCLES", 60);
    let mut steps = 0;
    for first in (0..all).step_by(CYCLES_MAX) {
        let scratch = Scratch::new()?;
        let mut oracle = Oracle::default();
        let cycles = (all - first).min(CYCLES_MAX as u64);
        let kills = Kills { cycles, seed: seed() + first, ..kills("FAULTS_DB0_CYCLES", 60) };
        let acknowledged = kills
            .run(roles, "writer", scratch.path(), |cycle| check(cycle, &mut oracle, explicit))?;
        let step = oracle.check(scratch.path(), Past::All).map_err(io::Error::other)?;
        assert!(step >= acknowledged, "holds step {step}, not {acknowledged}");
        steps += step;
    }
    println!("{all} kills, {steps} steps");
    assert!(8 * steps > all, "the writer hardly worked: {steps} steps");
    Ok(())
}

#[test]
fn a_killed_writer_loses_nothing_it_acknowledged() -> io::Result<()> {
    let test = "kills::a_killed_writer_loses_nothing_it_acknowledged";
    kill_often(&Roles::of(test).role("writer", |wire| work(wire, false)), true)
}

#[test]
fn autocommit_keeps_whole_steps() -> io::Result<()> {
    let test = "kills::autocommit_keeps_whole_steps";
    kill_often(&Roles::of(test).role("writer", work_with_autocommit), false)
}

/// Each life begins with a folder that is not there, and ends about when the prefix is made.
#[test]
fn a_prefix_is_made_whole_or_not_at_all() -> io::Result<()> {
    let test = "kills::a_prefix_is_made_whole_or_not_at_all";
    let roles = Roles::of(test).role("writer", |wire| work(wire, false));
    let scratch = Scratch::new()?;
    let mut oracle = Oracle::default();
    let life_max = Duration::from_micros(setting("FAULTS_DB0_BIRTH_MICROS", 400));
    let (births, mut unborn) = (setting("FAULTS_DB0_BIRTHS", 80), 0);
    for number in 0..births {
        let folder = scratch.path().join(number.to_string());
        let since = Since::Opening;
        let once = Kills { cycles: 1, life_max, since, seed: seed() + number };
        once.run(&roles, "writer", &folder, |cycle| {
            unborn += u64::from(!has_data(&cycle.folder));
            check(cycle, &mut oracle, true)
        })?;
    }
    println!("{unborn} of {births} prefixes were not made");
    Ok(())
}

fn has_data(folder: &Path) -> bool {
    folder.join("default/data.mdb").exists()
}

#[test]
fn a_writer_that_acknowledges_too_early_is_caught() -> io::Result<()> {
    let test = "kills::a_writer_that_acknowledges_too_early_is_caught";
    let roles = Roles::of(test).role("writer", |wire| work(wire, true));
    let scratch = Scratch::new()?;
    let mut oracle = Oracle::default();
    let kills = Kills { cycles: 500, ..kills("FAULTS_DB0_CYCLES", 60) };
    let caught =
        kills.run(&roles, "writer", scratch.path(), |cycle| check(cycle, &mut oracle, true));
    let error = caught.expect_err("a promise was broken, and nobody saw it").to_string();
    assert!(error.contains("holds step"), "{error}");
    Ok(())
}
