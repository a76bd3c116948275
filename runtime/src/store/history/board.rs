//! States in use by other processes: what a writer looks at before it forgets.
//!
//! ```text
//! .pins/floor    u64 LE  states before this are being forgotten; locked while it is compared: by who
//!                reads shared with others who do, by who forgets alone
//! .pins/writer   locked by who may forget
//! .pins/PID-N    locked by who reads. u64 LE each: the state from which on everything is kept, the
//!                state followed, when that was told (ms), how many states are listed, those states
//! ```
//! Of a state that is listed only what it shows is kept, each row once; so a snapshot that is held
//! for long is listed. One that was just opened has everything kept from it on.
//!
//! Locks (flock) end with their process, so nobody has to be told dead from alive by its number, and
//! it works between containers. Whoever registers and whoever forgets compare under one lock: a state
//! is either registered before it is forgotten, or refused.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::{private, store::num::StateNum};

pub(crate) const FOLDER: &str = ".pins";
/// How long who reads waits for who forgets: that takes microseconds, unless it has been stopped.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long who forgets waits for those who read: a commit is not held up by one that has been stopped. It
/// forgets nothing this time.
const WRITERS_PATIENCE: Duration = Duration::from_millis(2);
const ASKED_EVERY: Duration = Duration::from_micros(50);
/// For how long a state that is followed counts after it was told: who reads goes on to later ones.
const FOLLOWED_MS: u64 = 10_000;
/// From, followed, told, and how many are listed.
const RECORD: usize = 32;
/// States that one reader lists at most.
pub(in crate::store) const LISTED_MAX: usize = 4096;
/// No state at all.
pub(in crate::store) const NONE: StateNum = StateNum(u64::MAX);

/// What other processes read.
#[derive(Debug)]
pub(in crate::store) struct InUse {
    /// From here on everything is kept.
    pub(in crate::store) from: StateNum,
    /// Older states of which what they show is kept.
    pub(in crate::store) listed: BTreeSet<StateNum>,
}

impl InUse {
    pub(in crate::store) const NOTHING: Self = Self { from: NONE, listed: BTreeSet::new() };
}

/// The folder of a prefix where states in use are registered.
#[derive(Debug)]
struct Board {
    folder: PathBuf,
    floor: File,
}

fn lock(
    file: &File,
    patience: Duration,
    try_lock: fn(&File) -> Result<(), fs::TryLockError>,
) -> io::Result<()> {
    let deadline = Instant::now() + patience;
    loop {
        match try_lock(file) {
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
        match private::create_folder(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let floor = private::open(&folder.join("floor"))?;
        Ok(Self { folder, floor })
    }

    /// Runs `compare` while nobody forgets; others who read may do so too.
    fn among_readers<R>(&self, compare: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
        lock(&self.floor, PATIENCE, File::try_lock_shared)?;
        let result = compare();
        self.floor.unlock()?;
        result
    }

    fn floor(&self) -> StateNum {
        StateNum(number(&self.floor, 0).unwrap_or(0))
    }

    /// What is read by anybody.
    fn in_use(&self) -> io::Result<InUse> {
        let mut in_use = InUse::NOTHING;
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
            let [from, followed, told, count] =
                [0, 8, 16, 24].map(|at| number(&file, at).unwrap_or(0));
            in_use.from = in_use.from.min(StateNum(from));
            if told.saturating_add(FOLLOWED_MS) > now_ms() {
                in_use.from = in_use.from.min(StateNum(followed));
            }
            let count = usize::try_from(count).unwrap_or(usize::MAX).min(LISTED_MAX);
            let mut listed = vec![0; 8 * count];
            file.read_exact_at(&mut listed, RECORD as u64)?;
            let (numbers, _) = listed.as_chunks();
            in_use.listed.extend(numbers.iter().map(|n| StateNum(u64::from_le_bytes(*n))));
        }
        Ok(in_use)
    }
}

/// The side of the process that may forget states.
#[derive(Debug)]
pub(in crate::store) struct Keeper {
    board: Board,
    floor: StateNum,
    _alive: File,
}

impl Keeper {
    pub(in crate::store) fn open(prefix: &Path, floor: StateNum) -> io::Result<Self> {
        let board = Board::open(prefix)?;
        let alive = private::open(&board.folder.join("writer"))?;
        lock(&alive, PATIENCE, File::try_lock)?;
        let mut keeper = Self { board, floor: NONE, _alive: alive };
        keeper.set_floor(floor)?;
        Ok(keeper)
    }

    /// Lets no state before `wanted` be registered from now on, or before the one from which on
    /// everything is read; gives what is in use.
    pub(in crate::store) fn close_before(&mut self, wanted: StateNum) -> io::Result<InUse> {
        lock(&self.board.floor, WRITERS_PATIENCE, File::try_lock)?;
        let closed = self.board.in_use().and_then(|in_use| {
            self.write_floor(wanted.min(in_use.from))?;
            Ok(in_use)
        });
        self.board.floor.unlock()?;
        closed
    }

    pub(in crate::store) fn set_floor(&mut self, floor: StateNum) -> io::Result<()> {
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
pub(in crate::store) struct Registrant {
    board: Board,
    entry: File,
    path: PathBuf,
    /// What the entry says.
    pub(in crate::store) told: Told,
    pub(in crate::store) told_at: Instant,
}

/// What a reader has told others to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Told {
    /// Everything from this state on.
    pub(in crate::store) from: StateNum,
    /// The state that a view follows.
    pub(in crate::store) followed: StateNum,
    /// What these states show; the number of them is bounded.
    pub(in crate::store) listed: BTreeSet<StateNum>,
}

impl Told {
    const NOTHING: Self = Self { from: NONE, followed: NONE, listed: BTreeSet::new() };

    fn encode(&self) -> Vec<u8> {
        let front = [self.from.0, self.followed.0, now_ms(), self.listed.len() as u64];
        let numbers = front.into_iter().chain(self.listed.iter().map(|state| state.0));
        numbers.flat_map(u64::to_le_bytes).collect()
    }
}

impl Registrant {
    /// Registers somebody who follows; none of his states counts yet.
    pub(in crate::store) fn open(prefix: &Path) -> io::Result<Self> {
        static COUNTED: AtomicU64 = AtomicU64::new(0);
        let board = Board::open(prefix)?;
        let told = Told::NOTHING;
        let (entry, path) = board.among_readers(|| {
            loop {
                let number = COUNTED.fetch_add(1, Ordering::Relaxed);
                let path = board.folder.join(format!("{}-{number}", std::process::id()));
                match private::create(&path) {
                    Ok(entry) => {
                        entry.try_lock()?;
                        entry.write_all_at(&told.encode(), 0)?;
                        return Ok((entry, path));
                    }
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(error),
                }
            }
        })?;
        Ok(Self { board, entry, path, told, told_at: Instant::now() })
    }

    /// Tells which states are in use; `Err` has the oldest state there is, if one of them is being
    /// forgotten. States may be listed that were kept until now.
    pub(in crate::store) fn tell(&mut self, told: Told) -> io::Result<Result<(), StateNum>> {
        let answer = self.board.among_readers(|| {
            let least = told.from.min(told.followed);
            let floor = self.board.floor();
            // Who has died while forgetting forgets no more.
            if least < floor && least < self.told.from && !self.is_without_writer()? {
                return Ok(Err(floor));
            }
            debug_assert!(told.listed.len() <= LISTED_MAX, "{}", told.listed.len());
            self.entry.write_all_at(&told.encode(), 0)?;
            Ok(Ok(()))
        })?;
        if answer.is_ok() {
            (self.told, self.told_at) = (told, Instant::now());
        }
        Ok(answer)
    }

    fn is_without_writer(&self) -> io::Result<bool> {
        let writer = private::open(&self.board.folder.join("writer"))?;
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

    fn told(from: u64, followed: u64, listed: &[u64]) -> Told {
        let listed = listed.iter().map(|state| StateNum(*state)).collect();
        Told { from: StateNum(from), followed: StateNum(followed), listed }
    }

    #[test]
    fn a_state_is_registered_before_it_is_forgotten_or_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut keeper = Keeper::open(folder.path(), StateNum(0)).expect("it opens");
        let mut forget_before = |state| keeper.close_before(StateNum(state)).expect("it looks");
        assert_eq!(forget_before(5).from, NONE);
        let mut reader = Registrant::open(folder.path()).expect("it registers");
        assert_eq!(reader.tell(told(NONE.0, 4, &[])).expect("it tells"), Err(StateNum(5)));
        assert_eq!(reader.tell(told(5, 7, &[])).expect("it tells"), Ok(()));
        assert_eq!(forget_before(9).from, StateNum(5));
        // Five is the floor still.
        let mut other = Registrant::open(folder.path()).expect("it registers");
        assert_eq!(other.tell(told(5, 9, &[])).expect("it tells"), Ok(()));
        drop((reader, other));
        assert_eq!(forget_before(9).from, NONE);
        // A writer that died halfway has forgotten nothing.
        drop(keeper);
        let mut reader = Registrant::open(folder.path()).expect("it registers");
        assert_eq!(reader.tell(told(8, 8, &[])).expect("it tells"), Ok(()));
    }

    #[test]
    fn a_listed_state_holds_up_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut keeper = Keeper::open(folder.path(), StateNum(0)).expect("it opens");
        let mut forget_before = |state| keeper.close_before(StateNum(state)).expect("it looks");
        let mut reader = Registrant::open(folder.path()).expect("it registers");
        assert_eq!(reader.tell(told(5, 5, &[])).expect("it tells"), Ok(()));
        assert_eq!(forget_before(9).from, StateNum(5));
        assert_eq!(reader.tell(told(7, NONE.0, &[5, 6])).expect("it tells"), Ok(()));
        let in_use = forget_before(9);
        assert_eq!(in_use.from, StateNum(7));
        assert!(in_use.listed.into_iter().eq([5, 6].map(StateNum)));
        assert_eq!(reader.tell(told(NONE.0, NONE.0, &[5])).expect("it tells"), Ok(()));
        let in_use = forget_before(9);
        assert!(in_use.listed.into_iter().eq([StateNum(5)]));
    }
}
