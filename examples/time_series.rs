//! Readings of sensors, kept by sensor and time: the latest, those of an hour, and no old ones.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use db0::{Dict, Memo};

#[db0::memo(singleton)]
struct Station {
    readings: Dict<(String, SystemTime), f64>,
}

const HOUR: Duration = Duration::from_hours(1);

/// The mean of a sensor's readings from one moment up to another.
fn mean(station: &Memo<Station>, sensor: &str, from: SystemTime, to: SystemTime) -> Option<f64> {
    let readings = station.read().readings.range((sensor, from)..(sensor, to));
    let (count, sum) =
        readings.fold((0_u32, 0.0), |(count, sum), (_, value)| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}

fn main() -> db0::Result<()> {
    db0::init("./time-series-data")?;
    let station = db0::singleton(|| Station { readings: Dict::new() });
    let readings = station.read().readings.clone();
    let begin = UNIX_EPOCH + 500_000 * HOUR;
    for minute in 0..240_u32 {
        let at = begin + minute * Duration::from_mins(1);
        readings.insert(("roof".into(), at), 20.0 + f64::from(minute) / 60.0);
        readings.insert(("cellar".into(), at), 12.0);
    }

    let latest = readings.under("roof").next_back().expect("it was read");
    println!("the roof has {:.1} degrees", latest.1);
    let first_hour = mean(&station, "roof", begin, begin + HOUR);
    println!("it had {:.1} on average in the first hour", first_hour.expect("it was read"));

    let last_hour = begin + 3 * HOUR;
    for sensor in ["roof", "cellar"] {
        let old = readings.remove_range((sensor, UNIX_EPOCH)..(sensor, last_hour));
        println!("{old} readings of the {sensor} were too old");
    }
    assert_eq!(readings.len(), 120);
    Ok(())
}
