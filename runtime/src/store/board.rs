//! States in use by other processes: what a writer looks at before it forgets.
//!
//! ```text
//! .pins/floor    u64 LE  states before this are being forgotten; locked while it is compared
//! .pins/writer   locked by who may forget
//! .pins/PID-N    locked by who reads: oldest pinned state, state followed, and when (ms): u64 LE each
//! ```
//! Locks (flock) end with their process, so nobody has to be told dead from alive by its number, and
//! it works between containers. Whoever registers and whoever forgets compare under one lock: a state
//! is either registered before it is forgotten, or refused.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use super::num::StateNum;

pub(crate) const FOLDER: &str = ".pins";
/// How long the lock on the floor is waited for: it is held for microseconds, unless its holder has
/// been stopped.
const PATIENCE: Duration = Duration::from_secs(1);
const ASKED_EVERY: Duration = Duration::from_micros(50);
/// For how long a state that is followed counts after it was told: who reads goes on to later ones.
const FOLLOWED_MS: u64 = 10_000;
const RECORD: usize = 24;
/// No state at all.
pub(super) const NONE: StateNum = StateNum(u64::MAX);

/// The folder of a prefix where states in use are registered.
#[derive(Debug)]
struct Board {
    folder: PathBuf,
    floor: File,
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn lock(file: &File) -> io::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(fs::TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(ASKED_EVERY);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn number(file: &File, at: u64) -> io::Result<u64> {
    let mut bytes = [0; 8];
    file.read_exact_at(&mut bytes, at)?;
    Ok(u64::from_le_bytes(bytes))
}

impl Board {
    fn open(prefix: &Path) -> io::Result<Self> {
        let folder = prefix.join(FOLDER);
        match fs::DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let floor = open(&folder.join("floor"))?;
        Ok(Self { folder, floor })
    }

    /// Runs `compare` while nobody else registers or forgets.
    fn alone<R>(&self, compare: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
        lock(&self.floor)?;
        let result = compare();
        self.floor.unlock()?;
        result
    }

    fn floor(&self) -> StateNum {
        StateNum(number(&self.floor, 0).unwrap_or(0))
    }

    /// The oldest state that anybody reads.
    fn oldest_in_use(&self) -> io::Result<StateNum> {
        let mut oldest = NONE;
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let is_reader =
                path.file_name().is_some_and(|name| name.as_encoded_bytes().contains(&b'-'));
            if !is_reader {
                continue;
            }
            let Ok(file) = OpenOptions::new().read(true).write(true).open(&path) else { continue };
            if file.try_lock().is_ok() {
                // Its process is gone.
                fs::remove_file(&path)?;
                continue;
            }
            let [pinned, followed, told] = [0, 8, 16].map(|at| number(&file, at).unwrap_or(0));
            oldest = oldest.min(StateNum(pinned));
            if told.saturating_add(FOLLOWED_MS) > now_ms() {
                oldest = oldest.min(StateNum(followed));
            }
        }
        Ok(oldest)
    }
}

/// The side of the process that may forget states.
#[derive(Debug)]
pub(super) struct Keeper {
    board: Board,
    floor: StateNum,
    _alive: File,
}

impl Keeper {
    pub(super) fn open(prefix: &Path, floor: StateNum) -> io::Result<Self> {
        let board = Board::open(prefix)?;
        let alive = open(&board.folder.join("writer"))?;
        lock(&alive)?;
        let mut keeper = Self { board, floor: NONE, _alive: alive };
        keeper.set_floor(floor)?;
        Ok(keeper)
    }

    /// Lets no state before `wanted` be registered from now on, or before the oldest one that is
    /// read: gives that one, or none, if nobody reads.
    pub(super) fn close_before(&mut self, wanted: StateNum) -> io::Result<StateNum> {
        lock(&self.board.floor)?;
        let closed = self.board.oldest_in_use().and_then(|in_use| {
            self.write_floor(wanted.min(in_use))?;
            Ok(in_use)
        });
        self.board.floor.unlock()?;
        closed
    }

    pub(super) fn set_floor(&mut self, floor: StateNum) -> io::Result<()> {
        self.write_floor(floor)
    }

    fn write_floor(&mut self, floor: StateNum) -> io::Result<()> {
        if floor != self.floor {
            self.board.floor.write_all_at(&floor.0.to_le_bytes(), 0)?;
            self.floor = floor;
        }
        Ok(())
    }
}

/// The side of who reads.
#[derive(Debug)]
pub(super) struct Registrant {
    board: Board,
    entry: File,
    path: PathBuf,
    /// What the entry says.
    pub(super) pinned: StateNum,
    pub(super) followed: StateNum,
    pub(super) told: Instant,
}

impl Registrant {
    /// Registers somebody who follows; none of his states counts yet.
    pub(super) fn open(prefix: &Path) -> io::Result<Self> {
        static COUNTED: AtomicU64 = AtomicU64::new(0);
        let board = Board::open(prefix)?;
        let (entry, path) = board.alone(|| {
            loop {
                let number = COUNTED.fetch_add(1, Ordering::Relaxed);
                let path = board.folder.join(format!("{}-{number}", std::process::id()));
                let mut options = OpenOptions::new();
                match options.read(true).write(true).create_new(true).mode(0o600).open(&path) {
                    Ok(entry) => {
                        entry.try_lock()?;
                        let nothing = [NONE.0.to_le_bytes(), NONE.0.to_le_bytes(), [0; 8]];
                        entry.write_all_at(nothing.as_flattened(), 0)?;
                        return Ok((entry, path));
                    }
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(error),
                }
            }
        })?;
        let told = Instant::now();
        Ok(Self { board, entry, path, pinned: NONE, followed: NONE, told })
    }

    /// Tells which states are in use; `Err` has the oldest state there is, if one of them is being
    /// forgotten.
    pub(super) fn tell(
        &mut self,
        pinned: StateNum,
        followed: StateNum,
    ) -> io::Result<Result<(), StateNum>> {
        let told = self.board.alone(|| {
            let least = pinned.min(followed);
            let floor = self.board.floor();
            // Who has died while forgetting forgets no more.
            if least < floor && least < self.pinned && !self.is_without_writer()? {
                return Ok(Err(floor));
            }
            let numbers = [pinned.0, followed.0, now_ms()].map(u64::to_le_bytes);
            debug_assert_eq!(numbers.as_flattened().len(), RECORD);
            self.entry.write_all_at(numbers.as_flattened(), 0)?;
            Ok(Ok(()))
        })?;
        if told.is_ok() {
            (self.pinned, self.followed, self.told) = (pinned, followed, Instant::now());
        }
        Ok(told)
    }

    fn is_without_writer(&self) -> io::Result<bool> {
        let writer = open(&self.board.folder.join("writer"))?;
        Ok(writer.try_lock_shared().is_ok())
    }
}

impl Drop for Registrant {
    fn drop(&mut self) {
        if !crate::lmdb::forked() {
            // If it can't be removed, whoever forgets finds it unlocked.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_registered_before_it_is_forgotten_or_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut keeper = Keeper::open(folder.path(), StateNum(0)).expect("it opens");
        assert_eq!(keeper.close_before(StateNum(5)).expect("it looks"), NONE);
        let mut reader = Registrant::open(folder.path()).expect("it registers");
        assert_eq!(reader.tell(NONE, StateNum(4)).expect("it tells"), Err(StateNum(5)));
        assert_eq!(reader.tell(StateNum(5), StateNum(7)).expect("it tells"), Ok(()));
        assert_eq!(keeper.close_before(StateNum(9)).expect("it looks"), StateNum(5));
        // Five is the floor still.
        let mut other = Registrant::open(folder.path()).expect("it registers");
        assert_eq!(other.tell(StateNum(5), StateNum(9)).expect("it tells"), Ok(()));
        drop((reader, other));
        assert_eq!(keeper.close_before(StateNum(9)).expect("it looks"), NONE);
        // A writer that died halfway has forgotten nothing.
        drop(keeper);
        let mut reader = Registrant::open(folder.path()).expect("it registers");
        assert_eq!(reader.tell(StateNum(8), StateNum(8)).expect("it tells"), Ok(()));
    }
}
