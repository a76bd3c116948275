//! Killed at random moments: what was acknowledged is there, and never half of a commit.

use std::io;
use std::time::Duration;

use db0_faults::{Cycle, Kills, Roles, Scratch, Wire};

use crate::store::{DURABLE, Store};
use crate::workload::{Model, last_commit, run};

/// Opens what the last process left, and says what is there.
fn open(wire: &mut Wire) -> (Store, u64) {
    let folder = wire.receive().expect("the test talks").expect("of a folder");
    let store = Store::open(folder.as_ref(), DURABLE).expect("opens after a kill");
    let found = last_commit(&store.rows().expect("reads")).expect("holds a commit");
    wire.acknowledge(found).expect("the test listens");
    (store, found)
}

/// Checks that the store holds an allowed commit, whole; `model` is of an earlier one.
fn check(cycle: &Cycle, model: &mut Model) -> Result<(), String> {
    let rows = Store::open(&cycle.folder, DURABLE).and_then(|store| store.rows());
    let rows = rows.map_err(|error| error.to_string())?;
    let number = last_commit(&rows)?;
    if !cycle.allowed().contains(&number) {
        return Err(format!("holds commit {number}, not one of {:?}", cycle.allowed()));
    }
    model.advance(number);
    if rows == model.rows { Ok(()) } else { Err(format!("rows are not those of {number}")) }
}

#[test]
fn a_killed_writer_loses_nothing() -> io::Result<()> {
    let roles = Roles::of("kills::a_killed_writer_loses_nothing").role("writer", |wire| {
        let (store, _) = open(wire);
        let acknowledge = |number| wire.acknowledge(number).expect("the test listens");
        run(&store, u64::MAX, |_| (), acknowledge).expect("commits");
    });
    let scratch = Scratch::new()?;
    let mut model = Model::default();
    let kills = Kills::default();
    let acknowledged =
        kills.run(&roles, "writer", scratch.path(), |cycle| check(cycle, &mut model))?;
    assert!(acknowledged > kills.cycles, "the writer hardly worked: {acknowledged} commits");
    Ok(())
}

#[test]
fn a_writer_that_acknowledges_too_early_is_caught() -> io::Result<()> {
    let test = "kills::a_writer_that_acknowledges_too_early_is_caught";
    let roles = Roles::of(test).role("writer", |wire| {
        let (store, _) = open(wire);
        let acknowledge = |number| wire.acknowledge(number).expect("the test listens");
        run(&store, u64::MAX, acknowledge, |_| ()).expect("commits");
    });
    let scratch = Scratch::new()?;
    let mut model = Model::default();
    let caught =
        Kills::default().run(&roles, "writer", scratch.path(), |cycle| check(cycle, &mut model));
    let error = caught.expect_err("a promise was broken, and nobody saw it").to_string();
    assert!(error.contains("holds commit"), "{error}");
    Ok(())
}

/// A process on its way out has hung up; the kill that comes too late must not make it one that was
/// killed.
#[test]
fn a_writer_that_fails_by_itself_is_caught() -> io::Result<()> {
    let roles =
        Roles::of("kills::a_writer_that_fails_by_itself_is_caught").role("writer", |wire| {
            let (_store, found) = open(wire);
            panic!("it goes wrong at {found}");
        });
    let scratch = Scratch::new()?;
    // One that takes its time to fail must not be killed before it has.
    let kills = Kills { life_max: Duration::from_secs(20), ..Kills::default() };
    let ended = kills.run(&roles, "writer", scratch.path(), |_| Ok(()));
    let error = ended.expect_err("it ended, and nobody saw it").to_string();
    assert!(error.contains("ended by itself"), "{error}");
    Ok(())
}
