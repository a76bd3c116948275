//! For longer: a writer that is killed and started again, and readers that check every state they see,
//! hold snapshots, and are killed and stopped themselves.
//!
//! `DB0_SOAK_SECONDS` says how long at least, `DB0_SOAK_SEED` which way; both are told.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use db0::{Config, History, Snapshot, Workspace};

use crate::{
    bank::{Account, Bank, check, step},
    child::{Child, say},
};

const READERS: usize = 16;
/// Kills at least.
const READER_KILLS: usize = 300;
const WRITER_KILLS: usize = 20;
/// What is committed is small; the rest of the file is history and pages that are free again.
const FILE_MAX: u64 = 64 << 20;

fn config(folder: &Path) -> Config {
    Config::new(folder).autocommit(false).history(History::Last(100))
}

/// Commits steps until it is killed, and says how far it has come.
pub(crate) fn soaks_writing(folder: &Path) {
    let _workspace = db0::init(config(folder)).expect("it opens");
    let bank = Bank::open();
    loop {
        step(&bank);
        db0::commit().expect("it commits");
        say(bank.read().step);
    }
}

fn snapshot_text(snapshot: &Snapshot) -> String {
    let bank = snapshot.singleton::<Bank>().expect("it was there");
    check(&bank, &snapshot.find::<Account>("turn"))
}

/// Checks what it sees until it is killed.
pub(crate) fn soaks_reading(folder: &Path) {
    let workspace = db0::init(config(folder).read_only()).expect("it opens");
    let prefix = workspace.current();
    let bank = db0::fetch_singleton::<Bank>().expect("it was committed");
    let turn = db0::find::<Account>("turn");
    let holds = std::process::id().is_multiple_of(4);
    let mut held: Option<(Snapshot, String)> = None;
    let mut last = 0;
    for round in 0_u64.. {
        let seen = db0::view(|| {
            let seen = check(&bank, &turn);
            assert_eq!(seen, check(&bank, &turn), "a view holds still");
            bank.read().step
        });
        assert!(seen >= last, "{seen} comes before {last}");
        last = seen;
        if let Some((snapshot, text)) = &held {
            assert_eq!(*text, snapshot_text(snapshot), "a snapshot stays as it is");
        }
        if holds && round % 50 == 0 {
            drop(held.take());
            let snapshot = db0::snapshot().expect("a state");
            let text = snapshot_text(&snapshot);
            held = Some((snapshot, text));
        }
        if round == 0 {
            say("reads");
        }
        prefix.wait(prefix.state() + 1, Duration::from_millis(20)).expect("it can wait");
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Starts a writer; what it has committed is noted.
fn writer(folder: &Path, committed: &Arc<AtomicU64>) -> Child {
    let mut writer = Child::start("soaks writing", folder);
    let committed = committed.clone();
    let mut lines = writer.lines();
    thread::spawn(move || {
        for step in &mut lines {
            committed.fetch_max(step.parse().expect("a number"), Ordering::SeqCst);
        }
    });
    writer
}

fn reader(folder: &Path) -> Child {
    let mut reader = Child::start("soaks reading", folder);
    assert_eq!(reader.hear().as_deref(), Some("reads"));
    reader
}

/// Looks through all that is stored, whoever uses it.
fn verify(folder: &Path) {
    let found = Workspace::verify(folder, "default").expect("it can be read");
    assert!(found.is_sound(), "{found:#?}");
}

#[test]
fn everything_that_dies_is_made_good() {
    let seed = setting("DB0_SOAK_SEED").unwrap_or(0x5EED_0DB0).max(1);
    let lasts = Duration::from_secs(setting("DB0_SOAK_SECONDS").unwrap_or(0));
    eprintln!("DB0_SOAK_SEED={seed} DB0_SOAK_SECONDS={}", lasts.as_secs());
    let mut random = Random(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::open(config(folder.path())).expect("it opens");
    {
        let _entered = workspace.enter();
        step(&Bank::open());
        db0::commit().expect("it commits");
    }
    workspace.close().expect("it closes");
    let committed = Arc::new(AtomicU64::new(0));
    let mut writing = writer(folder.path(), &committed);
    let mut readers: Vec<_> = (0..READERS).map(|_| reader(folder.path())).collect();
    let (began, mut reader_kills, mut writer_kills) = (Instant::now(), 0, 0);
    while reader_kills < READER_KILLS || writer_kills < WRITER_KILLS || began.elapsed() < lasts {
        let place = random.below(READERS);
        let mut victim = readers.swap_remove(place);
        victim.expect_alive();
        if random.below(8) == 0 {
            victim.signal("-STOP");
        }
        victim.kill();
        readers.push(reader(folder.path()));
        reader_kills += 1;
        if random.below(READER_KILLS / WRITER_KILLS / 2) == 0 {
            writing.expect_alive();
            writing.kill();
            // Before the next one comes, and beside it.
            verify(folder.path());
            writing = writer(folder.path(), &committed);
            verify(folder.path());
            writer_kills += 1;
        }
    }
    writing.kill();
    for mut reader in readers {
        reader.expect_alive();
        reader.kill();
    }
    let steps = committed.load(Ordering::SeqCst);
    eprintln!(
        "{steps} commits, {reader_kills} readers and {writer_kills} writers killed in {:?}",
        began.elapsed()
    );
    verify(folder.path());
    let workspace = Workspace::open(config(folder.path())).expect("it opens");
    let _entered = workspace.enter();
    let bank = Bank::open();
    check(&bank, &db0::find::<Account>("turn"));
    assert!(bank.read().step >= steps, "what was committed is there");
    let mine = std::process::id();
    let left = db0::current().readers().expect("it looks");
    assert!(left.iter().all(|reader| reader.pid == mine), "{left:?}");
    let bytes = std::fs::metadata(folder.path().join("default/data.mdb")).expect("there").len();
    assert!(bytes < FILE_MAX, "the file has {bytes} bytes");
}
