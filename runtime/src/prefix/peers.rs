//! Who else has a prefix open: processes whose numbers mean the same, or nobody.
//!
//! LMDB knows processes by their numbers. Two containers that have numbers of their own would take
//! each other's readers for dead, or for themselves. So everybody who has a prefix open shares a lock
//! on a file that names the first of them; who comes from elsewhere is refused.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::Duration,
};

use super::process::Process;
use crate::{Error, Result, lmdb};

pub(super) const FILE: &str = ".peers";
/// Who has the file for itself is about to share it.
const ASKED_EVERY: Duration = Duration::from_micros(200);
/// More than any identity takes.
const IDENTITY_MAX: u64 = 256;

/// A share in the lock, until it is dropped or the process ends.
#[derive(Debug)]
pub(super) struct Peers {
    file: File,
}

impl Drop for Peers {
    fn drop(&mut self) {
        if !lmdb::forked() {
            // A program that another thread starts just now has the file too, until it has come to
            // itself.
            let _ = self.file.unlock();
        }
    }
}

impl Peers {
    /// Joins those who have the prefix open; `None` on a medium that can't be written.
    pub(super) fn join(folder: &Path, prefix: &str, mixed: bool) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = match options.open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => return Ok(None),
            Err(error) => return Err(Error::io("opening", &path, &error)),
        };
        let failed = |error: &io::Error| Error::io("locking", &path, error);
        let first = share(&mut file).map_err(|error| failed(&error))?;
        match first {
            Some(first) if !mixed && !first.shares_numbers_with(Process::current()) => {
                Err(Error::OtherNamespace { prefix: prefix.into(), pid: first.pid })
            }
            _ => Ok(Some(Self { file })),
        }
    }

    /// Runs `work` while nobody else has the prefix open, or comes to open it; `None` if somebody has.
    pub(super) fn while_alone<R>(&self, work: impl FnOnce() -> R) -> Result<Option<R>> {
        let failed = |error: io::Error| Error::io("locking", FILE, &error);
        let alone = self.file.try_lock();
        let done = matches!(alone, Ok(())).then(work);
        // Whoever waits for a share may have had it alone for a moment: it is there again soon.
        self.file.lock_shared().map_err(failed)?;
        match alone {
            Err(TryLockError::Error(error)) => Err(failed(error)),
            _ => Ok(done),
        }
    }
}

/// Takes a share in the lock; gives who was there first.
fn share(file: &mut File) -> io::Result<Option<Process>> {
    loop {
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                file.rewind()?;
                write!(file, "{}", Process::current())?;
                // The lock may be lost for a moment on the way to sharing it: look who has it.
                file.unlock()?;
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        match file.try_lock_shared() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => std::thread::sleep(ASKED_EVERY),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    let mut text = String::new();
    file.rewind()?;
    file.take(IDENTITY_MAX).read_to_string(&mut text)?;
    Ok(Process::parse(&text))
}
