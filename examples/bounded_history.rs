//! How much of the past is kept: bounded as states are committed, forgotten on request, and given back.

use db0::{Config, Error, History, Memo};

#[db0::memo(keep)]
struct Sensor {
    name: String,
    values: Vec<f64>,
}

fn main() -> db0::Result<()> {
    // The last ten states can be looked at; older ones are forgotten beside normal work.
    let config = Config::new("./bounded-history-data").autocommit(false);
    db0::init(config.history(History::Last(10)))?;
    let sensor = Memo::new(Sensor { name: "north".into(), values: vec![0.0; 1000] });
    let first = db0::commit()?;
    let held = db0::snapshot()?;
    for n in 1..=50 {
        sensor.write().values[n] = 1.0;
        db0::commit()?;
    }
    let states = db0::states(..)?;
    println!("{} states are kept, from {} on", states.len(), states[0].number);
    match db0::snapshot_at(first + 1) {
        Err(Error::Pruned { oldest }) => println!("state {} is not: {oldest} is", first + 1),
        found => println!("{found:?}"),
    }

    // A snapshot in use goes on; what it shows is kept for it, and that alone.
    let then = held.of(&sensor);
    println!("{} began with {:?}", then.read().name, then.read().values.iter().sum::<f64>());

    // On request: by state, or what was no longer the present at a moment.
    let prefix = db0::current();
    prefix.prune_history_with(..std::time::SystemTime::now(), |progress| {
        println!("pruned up to state {} of {}", progress.done, progress.oldest);
    })?;
    drop((then, held));
    db0::commit()?;

    // Pages that are free go back to the file system.
    let done = db0::compact()?;
    println!("the file had {} bytes, and has {}", done.before, done.written);
    Ok(())
}
