//! Killed while a prefix is copied, and while one is made of a copy: each is there whole, or not at all.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use db0::{Config, Error, Workspace};
use db0_faults::{Cycle, Kills, Roles, Scratch, Since, Wire, seed, setting};

use crate::world::World;

const STEPS: u64 = 15;

/// Copies the prefix and restores the copy, again and again, until it is killed.
fn copy(wire: &mut Wire) {
    let folder = wire.receive().expect("the test talks").expect("of a folder");
    let folder = Path::new(&folder);
    let mut number = fs::read_dir(folder).expect("it reads").count() as u64;
    wire.acknowledge(0).expect("the test listens");
    let work = Workspace::open(Config::new(folder.join("work")).read_only()).expect("it opens");
    let prefix = work.current();
    loop {
        number += 1;
        let to = folder.join(format!("copy-{number}"));
        prefix.backup(&to).unwrap_or_else(|error| panic!("{error}"));
        let restored = folder.join(format!("restored-{number}"));
        Workspace::restore(restored, "default", to).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Looks at what is there, takes it away, and gives how much was whole.
fn check(cycle: &Cycle) -> Result<(u64, u64), String> {
    let (mut copies, mut restored) = (0, 0);
    for entry in fs::read_dir(&cycle.folder).map_err(|error| error.to_string())?.flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name.starts_with("copy-") {
            let again = cycle.folder.join("again");
            Workspace::restore(&again, "default", &path).map_err(|error| error.to_string())?;
            copies += 1;
            fs::remove_dir_all(again).and_then(|()| fs::remove_file(path))
        } else if name.starts_with("restored-") {
            match Workspace::verify(&path, "default") {
                Ok(found) if found.is_sound() && found.state == STEPS => restored += 1,
                Ok(found) => return Err(format!("{name}: {found:?}")),
                Err(Error::NoPrefix { .. }) => {}
                Err(error) => return Err(format!("{name}: {error}")),
            }
            fs::remove_dir_all(path)
        } else {
            Ok(())
        }
        .map_err(|error| error.to_string())?;
    }
    Ok((copies, restored))
}

#[test]
fn copies_are_whole_or_not_there() -> io::Result<()> {
    let roles = Roles::of("copies::copies_are_whole_or_not_there").role("copier", copy);
    let scratch = Scratch::new()?;
    let mut world = World::open(Config::new(scratch.path().join("work"))).expect("it opens");
    for _ in 0..STEPS {
        world.take_step().and_then(|()| world.commit()).map_err(io::Error::other)?;
    }
    world.close().map_err(io::Error::other)?;
    let life_max = Duration::from_millis(setting("FAULTS_DB0_LIFE_MS", 60));
    let cycles = setting("FAULTS_DB0_COPIES", 40);
    let kills = Kills { cycles, life_max, since: Since::Opening, seed: seed() };
    let (mut copies, mut restored) = (0, 0);
    kills.run(&roles, "copier", scratch.path(), |cycle| {
        let (more_copies, more_restored) = check(cycle)?;
        (copies, restored) = (copies + more_copies, restored + more_restored);
        Ok(())
    })?;
    println!("{copies} copies, {restored} of them restored");
    assert!(copies > restored && restored > 0, "{copies} {restored}: nothing was cut short");
    Ok(())
}
