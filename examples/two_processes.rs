//! One process writes, another follows: this program starts itself once more as the reader.

use std::{env, process::Command, thread, time::Duration};

use db0::{Config, Memo};

const FOLDER: &str = "./two-processes-data";
const STEPS: u64 = 20;

#[db0::memo(singleton)]
struct Clock {
    ticks: u64,
    /// Always twice the ticks: a reader never sees one without the other.
    twice: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    match env::args().nth(1) {
        Some(until) => Ok(follow(until.parse()?)?),
        None => write(),
    }
}

fn write() -> Result<(), Box<dyn std::error::Error>> {
    db0::init(FOLDER)?;
    let clock: Memo<Clock> = db0::singleton(|| Clock { ticks: 0, twice: 0 });
    let until = clock.read().ticks + STEPS;
    db0::commit()?;
    let mut reader = Command::new(env::current_exe()?).arg(until.to_string()).spawn()?;
    while clock.read().ticks < until {
        clock.update(|c| {
            c.ticks += 1;
            c.twice = 2 * c.ticks;
        });
        db0::commit()?;
        thread::sleep(Duration::from_millis(5));
    }
    let status = reader.wait()?;
    println!("the reader has seen all of it: {}", status.success());
    Ok(())
}

fn follow(until: u64) -> db0::Result<()> {
    db0::init(Config::new(FOLDER).read_only())?;
    let clock = db0::fetch_singleton::<Clock>()?;
    loop {
        // A handle follows the writer by itself, from one committed state to a later one.
        let seen = clock.read();
        assert_eq!(seen.twice, 2 * seen.ticks);
        if seen.ticks >= until {
            println!("the reader has come to tick {} in state {}", seen.ticks, db0::state());
            return Ok(());
        }
        thread::sleep(Duration::from_millis(1));
    }
}
