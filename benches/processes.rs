//! How long after a commit other processes see it, what waiting costs them, and what eight readers
//! that never pause cost a writer, beside eight processes that only count.
//! `cargo bench --bench processes`

use std::{
    env, fs,
    hint::black_box,
    io::Read,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use db0::{Config, Memo};

const COMMITS: u64 = 2000;
/// Commits without a pause in between.
const FAST_COMMITS: u64 = 300;
/// How long nothing is committed.
const IDLE: Duration = Duration::from_secs(20);

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[db0::memo(singleton)]
struct Clock {
    ticks: u64,
}

fn folder() -> PathBuf {
    env::temp_dir().join("db0-processes")
}

fn now_us() -> i128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros().cast_signed()
}

/// What the threads of this process had of the processors so far, and how long they waited for them.
#[derive(Clone, Copy, Default)]
struct Spent {
    running: Duration,
    ready: Duration,
}

impl Spent {
    fn since(self, before: Self) -> Self {
        Self {
            running: self.running.saturating_sub(before.running),
            ready: self.ready.saturating_sub(before.ready),
        }
    }
}

fn spent() -> Result<Spent> {
    let mut all = Spent::default();
    for thread in fs::read_dir("/proc/self/task")? {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        let times: Vec<u64> =
            text.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?;
        all.running += Duration::from_nanos(times[0]);
        all.ready += Duration::from_nanos(times[1]);
    }
    Ok(all)
}

/// Another process, in one of the roles below.
fn start(role: &str) -> Result<Child> {
    Ok(Command::new(env::current_exe()?).arg(role).stdout(Stdio::piped()).spawn()?)
}

fn numbers(mut child: Child) -> Result<Vec<i128>> {
    let mut text = String::new();
    child.stdout.take().map_or(Ok(0), |mut output| output.read_to_string(&mut text))?;
    Ok(text.lines().map(str::parse).collect::<std::result::Result<_, _>>()?)
}

fn play(role: &str) -> Result<()> {
    if role == "counts" {
        let mut n = 0_u64;
        loop {
            n = black_box(n + 1);
        }
    }
    db0::init(Config::new(folder()).read_only())?;
    let (prefix, clock) = (db0::current(), db0::fetch_singleton::<Clock>()?);
    if role == "polls" {
        loop {
            black_box(clock.read().ticks);
        }
    }
    let first = db0::state();
    if role == "idles" {
        // What opening has left to do is not waiting.
        db0::wait(&prefix, first + 1, Duration::from_secs(1))?;
        let before = spent()?;
        db0::wait(&prefix, first + 1, IDLE)?;
        println!("{}", spent()?.since(before).running.as_micros());
        return Ok(());
    }
    let before = spent()?;
    for state in first + 1..=first + COMMITS {
        db0::wait(&prefix, state, Duration::MAX)?;
        println!("{}", now_us());
    }
    println!("{}", spent()?.since(before).running.as_micros());
    Ok(())
}

/// When each of some commits had returned, and how long all took.
fn commits(clock: &Memo<Clock>, count: u64, pause: Duration) -> Result<(Vec<i128>, Duration)> {
    let began = Instant::now();
    let commit = |_| -> db0::Result<i128> {
        thread::sleep(pause);
        clock.write().ticks += 1;
        db0::commit().map(|_| now_us())
    };
    Ok(((0..count).map(commit).collect::<db0::Result<_>>()?, began.elapsed()))
}

fn latency(clock: &Memo<Clock>) -> Result<()> {
    let waiter = start("waits")?;
    thread::sleep(Duration::from_secs(1));
    let (committed, _) = commits(clock, COMMITS, Duration::from_millis(5))?;
    let mut seen = numbers(waiter)?;
    let cpu_us = seen.pop().unwrap_or_default();
    let mut late: Vec<_> = seen.iter().zip(&committed).map(|(seen, done)| seen - done).collect();
    late.sort_unstable();
    let at = |part: usize| late[late.len() * part / 1000];
    println!(
        "seen after the commit: median {} us, p99 {} us, p99.9 {} us",
        at(500),
        at(990),
        at(999)
    );
    println!("processor time of who waits: {} us a state", cpu_us / i128::from(COMMITS));
    let idle = numbers(start("idles")?)?;
    println!("processor time of who waits while nothing is committed: {} us in {IDLE:?}", idle[0]);
    Ok(())
}

/// Commits without a pause beside eight others.
fn beside(role: &str, clock: &Memo<Clock>) -> Result<()> {
    let count = if role == "nobody" { 0 } else { 8 };
    let others: Vec<_> = (0..count).map(|_| start(role)).collect::<Result<_>>()?;
    thread::sleep(Duration::from_secs(1));
    let before = spent()?;
    let (_, took) = commits(clock, FAST_COMMITS, Duration::ZERO)?;
    let had = spent()?.since(before);
    for mut other in others {
        other.kill()?;
        other.wait()?;
    }
    println!(
        "{FAST_COMMITS} commits beside {role:?}: {took:?}, of which running {:?}, ready to run {:?}",
        had.running, had.ready
    );
    Ok(())
}

fn main() -> Result<()> {
    if let Some(role) = env::args().nth(1).filter(|role| !role.starts_with('-')) {
        return play(&role);
    }
    let _ = fs::remove_dir_all(folder());
    let workspace = db0::init(Config::new(folder()).autocommit(false))?;
    let clock: Memo<Clock> = db0::singleton(|| Clock { ticks: 0 });
    db0::commit()?;
    latency(&clock)?;
    for _ in 0..3 {
        ["nobody", "counts", "polls"].into_iter().try_for_each(|role| beside(role, &clock))?;
    }
    workspace.close()?;
    Ok(fs::remove_dir_all(folder())?)
}
