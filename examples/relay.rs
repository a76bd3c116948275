//! Several processes write one prefix in turns, and one is told of every change: this program starts
//! itself as the runners.

use std::{env, process::Command, time::Duration};

use db0::{Config, List, Lock};

const FOLDER: &str = "./relay-data";
const RUNNERS: usize = 3;
const LAPS: usize = 5;

#[db0::memo(singleton)]
struct Relay {
    laps: u64,
    /// Who ran which lap.
    runners: List<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    match env::args().nth(1) {
        Some(name) => Ok(run(&name)?),
        None => watch(),
    }
}

fn watch() -> Result<(), Box<dyn std::error::Error>> {
    db0::init(FOLDER)?;
    let relay = db0::singleton(|| Relay { laps: 0, runners: List::new() });
    let before = relay.read().laps;
    let prefix = db0::current();
    prefix.release_writer()?; // from here on this handle follows whoever writes
    let seen = relay.clone();
    let told = prefix.on_change(move |state| {
        // The lap and its runner are looked at in one moment.
        db0::view(|| {
            println!("state {state}: lap {} by {:?}", seen.read().laps, seen.read().runners.last());
        });
    });
    let start = |n| Command::new(env::current_exe()?).arg(format!("runner {n}")).spawn();
    let runners: Vec<_> = (0..RUNNERS).map(start).collect::<Result<_, _>>()?;
    for mut runner in runners {
        assert!(runner.wait()?.success());
    }
    drop(told);
    assert_eq!(relay.read().laps - before, (RUNNERS * LAPS) as u64); // no lap was lost
    Ok(())
}

fn run(name: &str) -> db0::Result<()> {
    db0::init(Config::new(FOLDER).read_only().lock(Lock::Wait(Duration::from_secs(30))))?;
    let (prefix, relay) = (db0::current(), db0::fetch_singleton::<Relay>()?);
    for _ in 0..LAPS {
        prefix.acquire_writer()?;
        relay.write().laps += 1;
        relay.read().runners.push(name.to_owned());
        prefix.release_writer()?;
    }
    Ok(())
}
