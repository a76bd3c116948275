//! Bad neighbours: readers that are killed or stopped, writers that are killed, many at once.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use db0::{Config, Workspace};

use crate::{
    bank::{Account, Bank, check, step},
    child::{Child, say, told},
};

fn config(folder: &Path) -> Config {
    Config::new(folder).autocommit(false)
}

/// Commits one step after the other until somebody kills it.
pub(crate) fn writes_until_it_is_killed(folder: &Path) {
    let _workspace = db0::init(config(folder)).expect("it opens");
    let bank = Bank::open();
    loop {
        step(&bank);
        db0::commit().expect("it commits");
        say(bank.read().step);
    }
}

/// Looks again and again, and says so now and then.
pub(crate) fn reads(folder: &Path) {
    let workspace = db0::init(config(folder).read_only()).expect("it opens");
    let prefix = workspace.current();
    let bank = db0::fetch_singleton::<Bank>().expect("it was committed");
    let mut last = 0;
    for _ in told() {
        let snapshot = db0::snapshot().expect("a state");
        let then = snapshot.of(&bank);
        assert!(then.read().step >= last, "states go on");
        last = then.read().step;
        let seen = check(&then, &snapshot.find::<Account>("turn"));
        assert_eq!(seen, check(&then, &snapshot.find::<Account>("turn")));
        assert!(prefix.wait(snapshot.state(), Duration::ZERO).expect("it looks"));
        say(last);
    }
}

/// A writer with something committed.
fn opened(folder: &Path) -> Workspace {
    let workspace = Workspace::open(config(folder)).expect("it opens");
    let _entered = workspace.enter();
    let bank = Bank::open();
    step(&bank);
    db0::commit().expect("it commits");
    workspace
}

fn data_len(folder: &Path) -> u64 {
    std::fs::metadata(folder.join("default/data.mdb")).expect("it is there").len()
}

#[test]
fn readers_that_are_killed_leave_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = opened(folder.path());
    let _entered = workspace.enter();
    let bank = Bank::open();
    for _ in 0..10 {
        let mut readers: Vec<_> = (0..4).map(|_| Child::start("reads", folder.path())).collect();
        for reader in &mut readers {
            reader.ask("look");
            // It is in the middle of the next look, or not.
            reader.tell("look");
        }
        readers.into_iter().for_each(Child::kill);
        step(&bank);
        db0::commit().expect("it commits");
    }
    let prefix = workspace.current();
    let mine = std::process::id();
    prefix.clear_dead_readers().expect("it looks");
    let left = prefix.readers().expect("it looks");
    assert!(left.iter().all(|reader| reader.pid == mine), "{left:?}");
}

/// How long a reader is stopped at least: `DB0_STOP_SECONDS`.
fn stopped_for() -> Duration {
    let seconds = std::env::var("DB0_STOP_SECONDS").map(|seconds| seconds.parse());
    Duration::from_secs(seconds.map_or(0, |seconds| seconds.expect("a number")))
}

#[test]
fn a_reader_that_is_stopped_holds_nobody_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = opened(folder.path());
    let _entered = workspace.enter();
    let bank = Bank::open();
    let mut reader = Child::start("reads", folder.path());
    reader.ask("look");
    reader.tell("look");
    reader.signal("-STOP");
    let (began, lasts) = (Instant::now(), stopped_for());
    let (mut commits, mut slowest) = (0_u32, Duration::ZERO);
    let before = data_len(folder.path());
    while commits < 300 || began.elapsed() < lasts {
        let committing = Instant::now();
        step(&bank);
        db0::commit().expect("it commits");
        slowest = slowest.max(committing.elapsed());
        commits += 1;
    }
    // Growth is that of the history, and not of pages that are kept for the one that sleeps.
    let grown = data_len(folder.path()) - before;
    eprintln!(
        "{commits} commits in {:?}, the slowest {slowest:?}: {} bytes each",
        began.elapsed(),
        grown / u64::from(commits)
    );
    reader.signal("-CONT");
    reader.hear().expect("it goes on");
    let seen: u64 = reader.ask("look").parse().expect("a number");
    assert_eq!(seen, bank.read().step);
    assert!(reader.end().success());
    assert!(grown < u64::from(commits) * (48 << 10), "it grew by {grown}");
}

#[test]
fn a_writer_killed_in_a_commit_leaves_readers_a_whole_state() {
    let folder = tempfile::tempdir().expect("a folder");
    opened(folder.path()).close().expect("it closes");
    let mut readers: Vec<_> = (0..3).map(|_| Child::start("reads", folder.path())).collect();
    let mut last = 0;
    for round in 0..20 {
        let mut writer = Child::start("writes until it is killed", folder.path());
        // It says its steps as fast as it can: where it is killed is chance.
        for _ in 0..=round % 5 {
            last = writer.hear().expect("it writes").parse().expect("a number");
        }
        writer.kill();
        for reader in &mut readers {
            let seen: u64 = reader.ask("look").parse().expect("a number");
            assert!(seen >= last, "{seen} is before {last}");
        }
    }
    assert!(readers.into_iter().all(|reader| reader.end().success()));
}

/// The memory of this process that is in use.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.expect("the system tells") << 10
}

#[test]
fn many_readers_at_once_are_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = opened(folder.path());
    let _entered = workspace.enter();
    let bank = Bank::open();
    let (began, bytes, resident) = (Instant::now(), data_len(folder.path()), resident_bytes());
    let mut readers: Vec<_> = (0..500).map(|_| Child::start("reads", folder.path())).collect();
    readers.iter_mut().for_each(|reader| reader.tell("look"));
    for _ in 0..20 {
        step(&bank);
        db0::commit().expect("it commits");
    }
    for reader in &mut readers {
        reader.hear().expect("it looks");
    }
    readers.iter_mut().for_each(|reader| reader.tell("look"));
    for reader in &mut readers {
        let seen: u64 = reader.hear().expect("it looks").parse().expect("a number");
        assert_eq!(seen, bank.read().step);
    }
    readers.into_iter().for_each(Child::kill);
    eprintln!("500 readers came, looked twice and were killed in {:?}", began.elapsed());
    let prefix = workspace.current();
    prefix.clear_dead_readers().expect("it looks");
    let mine = std::process::id();
    assert!(prefix.readers().expect("it looks").iter().all(|reader| reader.pid == mine));
    // Neither memory nor the file has grown with the number of those who came.
    let (file, memory) =
        (data_len(folder.path()) - bytes, resident_bytes().saturating_sub(resident));
    assert!(file < 4 << 20 && memory < 128 << 20, "{file} and {memory} bytes more");
}
