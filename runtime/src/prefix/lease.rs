//! The writer's lease: a lock on a file of its own, with the holder's identity in it.

use std::{
    fs::{self, File, TryLockError},
    io::{ErrorKind, Read, Seek, Write},
    os::fd::AsRawFd,
    path::Path,
    time::{Duration, Instant},
};

use super::process::Process;
use crate::{Error, Lock, Result, lmdb, private};

pub(super) const FILE: &str = ".guard";
/// How often a lease that is waited for is asked for again.
const ASKED_EVERY: Duration = Duration::from_millis(2);
/// Who has the lease has said who it is by then.
const UNNAMED_MAX: Duration = Duration::from_millis(200);
/// More than any identity takes.
const IDENTITY_MAX: u64 = 256;

/// The right to write a prefix, until it is dropped or the process ends.
#[derive(Debug)]
pub(super) struct Lease {
    /// A forked child shares the lock: it lets go of it at once, or it would outlive this process.
    _in_child: lmdb::ClosedInChild,
    file: Option<File>,
}

impl Lease {
    pub(super) fn take(folder: &Path, prefix: &str, lock: Lock) -> Result<Self> {
        let path = folder.join(FILE);
        let mut file = open(&path)?;
        let (began, until) = (Instant::now(), deadline(lock));
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if is_before(until) => {
                    std::thread::sleep(ASKED_EVERY);
                }
                Err(TryLockError::WouldBlock) => match holder(&mut file) {
                    // It is about to say who it is, or only finishes what a dead one has begun.
                    None if began.elapsed() < UNNAMED_MAX => std::thread::sleep(ASKED_EVERY),
                    holder => return Err(refusal(prefix, holder)),
                },
                Err(TryLockError::Error(error)) => return Err(Error::io("locking", &path, &error)),
            }
        }
        let write = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", Process::current()));
        write.map_err(|e| Error::io("writing", &path, &e))?;
        Ok(Self::of(file))
    }

    /// The lease for a moment, if nobody has it: without a word on who that is.
    pub(super) fn take_briefly(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        let file = open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self::of(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Error::io("locking", &path, &error)),
        }
    }

    fn of(file: File) -> Self {
        let in_child = lmdb::ClosedInChild::new(file.as_raw_fd());
        Self { _in_child: in_child, file: Some(file) }
    }
}

fn open(path: &Path) -> Result<File> {
    private::open(path).map_err(|e| Error::io("opening", path, &e))
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(file) = self.file.take() else { return };
        if lmdb::forked() {
            std::mem::forget(file); // closed already
            return;
        }
        // Nobody is to be taken for the holder who was the last one. Closing would not do: a program
        // that another thread starts just now has the file too, until it has come to itself.
        if let Err(error) = file.set_len(0).and_then(|()| file.unlock()) {
            tracing::debug!("leaving the lease: {error}");
        }
    }
}

/// Keeps writers out of a prefix on a medium that can't be written from here, and where a reader
/// therefore has no slot by which a writer would know of it.
#[derive(Debug)]
pub(super) struct NoWriter {
    file: Option<File>,
}

impl Drop for NoWriter {
    fn drop(&mut self) {
        if let Some(file) = &self.file
            && !lmdb::forked()
        {
            let _ = file.unlock(); // see `Lease`; it ends with the process anyway
        }
    }
}

impl NoWriter {
    pub(super) fn watch(folder: &Path, prefix: &str, lock: Lock) -> Result<Self> {
        let path = folder.join(FILE);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            // A copy of the data alone: no writer has been here.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self { file: None }),
            Err(error) => return Err(Error::io("opening", &path, &error)),
        };
        let until = deadline(lock);
        loop {
            match file.try_lock_shared() {
                Ok(()) => return Ok(Self { file: Some(file) }),
                Err(TryLockError::WouldBlock) if is_before(until) => {
                    std::thread::sleep(ASKED_EVERY);
                }
                Err(TryLockError::WouldBlock) => return Err(refusal(prefix, holder(&mut file))),
                Err(TryLockError::Error(error)) => return Err(Error::io("locking", &path, &error)),
            }
        }
    }
}

/// Until when a lock is worth waiting for; none for ever.
pub(super) fn deadline(lock: Lock) -> Option<Instant> {
    let now = Instant::now();
    match lock {
        Lock::Fail => Some(now),
        Lock::Wait(patience) => now.checked_add(patience),
    }
}

pub(super) fn is_before(deadline: Option<Instant>) -> bool {
    deadline.is_none_or(|deadline| Instant::now() < deadline)
}

fn refusal(prefix: &str, holder: Option<Process>) -> Error {
    let prefix = prefix.into();
    if holder.as_ref() == Some(Process::current()) {
        return Error::AlreadyOpen { prefix };
    }
    Error::Locked { prefix, pid: holder.map(|holder| holder.pid) }
}

/// Somebody has the right to write, as far as that can be told without asking for it.
pub(super) fn has_holder(folder: &Path) -> bool {
    File::open(folder.join(FILE)).is_ok_and(|mut file| holder(&mut file).is_some())
}

/// Who has the lock, as far as that can be told: not from what a process left that is gone.
fn holder(file: &mut File) -> Option<Process> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(IDENTITY_MAX).read_to_string(&mut text).ok()?;
    Process::parse(&text).filter(Process::may_be_alive)
}

/// Makes a folder that only its owner can enter, and those that it is to be in. What is committed in it
/// is there after a power cut only if all of them are.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    let made: Vec<&Path> = folder.ancestors().take_while(|at| !at.exists()).collect();
    private::create_folders(folder).map_err(|e| Error::io("creating", folder, &e))?;
    let synced = made.iter().filter_map(|made| made.parent()).try_for_each(|place| {
        let place = if place == Path::new("") { Path::new(".") } else { place };
        let synced = File::open(place).and_then(|place| place.sync_all());
        synced.map_err(|e| Error::io("syncing", place, &e))
    });
    synced.inspect_err(|_| {
        // The next one makes and syncs them again.
        made.iter().for_each(|made| drop(fs::remove_dir(made)));
    })
}
