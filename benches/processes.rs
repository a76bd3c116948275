//! How long after a commit other processes see it, what waiting costs them, and what eight readers
//! that never pause cost a writer. `cargo bench --bench processes`

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, fs, io::Read, process::Command, process::Stdio, thread};

use db0::{Config, Memo};

const COMMITS: u64 = 2000;
/// Commits without a pause in between.
const FAST_COMMITS: u64 = 300;

#[db0::memo(singleton)]
struct Clock {
    ticks: u64,
}

fn now_us() -> i128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros().cast_signed()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = env::temp_dir().join("db0-processes");
    if let Some(role) = env::args().nth(1).filter(|role| !role.starts_with('-')) {
        db0::init(Config::new(&folder).read_only())?;
        let (prefix, clock) = (db0::current()?, db0::fetch_singleton::<Clock>()?);
        if role == "polls" {
            loop {
                clock.read();
            }
        }
        let first = db0::state()?;
        for state in first + 1..=first + COMMITS {
            db0::wait(&prefix, state, Duration::MAX)?;
            println!("{}", now_us());
        }
        let ticks = fs::read_to_string("/proc/self/stat")?;
        let ticks: Vec<&str> = ticks.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        println!("{}", ticks[11].parse::<i128>()? + ticks[12].parse::<i128>()?);
        return Ok(());
    }
    let _ = fs::remove_dir_all(&folder);
    let workspace = db0::init(Config::new(&folder).autocommit(false))?;
    let clock: Memo<Clock> = db0::singleton(|| Clock { ticks: 0 });
    db0::commit()?;
    let start = |role| Command::new(env::current_exe()?).arg(role).stdout(Stdio::piped()).spawn();
    let commits = |count: u64, pause: Duration| -> db0::Result<(Vec<i128>, Duration)> {
        let began = Instant::now();
        let commit = |_| -> db0::Result<i128> {
            thread::sleep(pause);
            clock.write().ticks += 1;
            db0::commit().map(|_| now_us())
        };
        Ok(((0..count).map(commit).collect::<db0::Result<_>>()?, began.elapsed()))
    };
    let mut waiter = start("waits")?;
    thread::sleep(Duration::from_secs(1));
    let (committed, _) = commits(COMMITS, Duration::from_millis(5))?;
    let mut text = String::new();
    waiter.stdout.take().map_or(Ok(0), |mut output| output.read_to_string(&mut text))?;
    let seen: Vec<i128> = text.lines().map(str::parse).collect::<Result<_, _>>()?;
    let mut late: Vec<_> = seen.iter().zip(&committed).map(|(seen, done)| seen - done).collect();
    late.sort_unstable();
    let at = |part: usize| late[late.len() * part / 1000];
    println!(
        "seen after the commit: median {} us, p99 {} us, p99.9 {} us",
        at(500),
        at(990),
        at(999)
    );
    println!("the waiter's processor time for {COMMITS} states: {} ms", 10 * seen[seen.len() - 1]);
    let (_, alone) = commits(FAST_COMMITS, Duration::ZERO)?;
    let readers: Vec<_> = (0..8).map(|_| start("polls")).collect::<Result<_, _>>()?;
    thread::sleep(Duration::from_secs(1));
    let (_, beside) = commits(FAST_COMMITS, Duration::ZERO)?;
    println!(
        "{FAST_COMMITS} commits alone: {alone:?}; beside 8 readers that never pause: {beside:?}"
    );
    readers.into_iter().try_for_each(|mut reader| reader.kill())?;
    workspace.close()?;
    Ok(fs::remove_dir_all(folder)?)
}
