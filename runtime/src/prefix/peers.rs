//! Who else has a prefix open: processes whose numbers mean the same, or nobody.
//!
//! LMDB knows processes by their numbers. Two containers that have numbers of their own would take
//! each other's readers for dead, or for themselves. So everybody who has a prefix open shares a lock
//! on a file that names the first of them; who comes from elsewhere is refused.
//!
//! The same file says which table of readers they share. If somebody has removed it, who comes later
//! would make another one, and neither would see the other's readers: he is refused too.
//!
//! ```text
//! pid  start  namespace  boot  inode of the table of readers
//! ```

use std::{
    fs::{self, File, Metadata, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::MetadataExt,
    path::Path,
    time::Duration,
};

use super::process::Process;
use crate::{Error, Result, lmdb, private};

pub(super) const FILE: &str = ".peers";
/// Who has the file for itself is about to share it.
const ASKED_EVERY: Duration = Duration::from_micros(200);
/// How often a file that was replaced is opened anew.
const TRIES: usize = 100;
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
        let Some((file, text)) = open(folder)? else { return Ok(None) };
        match Process::parse(&text) {
            Some(first) if !mixed && !first.shares_numbers_with(Process::current()) => {
                Err(Error::OtherNamespace { prefix: prefix.into(), pid: first.pid })
            }
            first => {
                check_table(folder, &text, first)?;
                Ok(Some(Self { file }))
            }
        }
    }

    /// As [`join`](Self::join), with whomever, for who does not look into the prefix.
    pub(super) fn join_any(folder: &Path) -> Result<Option<Self>> {
        Ok(open(folder)?.map(|(file, _)| Self { file }))
    }

    /// The process that came first, if it is still alive.
    pub(super) fn first(&self) -> Option<u32> {
        let first = Process::parse(&read(&mut &self.file).ok()?)?;
        first.may_be_alive().then_some(first.pid)
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

/// Refuses to share a prefix with processes whose table of readers is no longer in its place.
fn check_table(folder: &Path, text: &str, first: Option<Process>) -> Result<()> {
    let Some(Ok(theirs)) = text.split_whitespace().nth(4).map(str::parse::<u64>) else {
        return Ok(());
    };
    if lmdb::table_of_readers(folder, false).is_ok_and(|ours| ours == theirs) {
        return Ok(());
    }
    let who =
        first.map_or_else(String::new, |first| format!(" (process {}, or later ones)", first.pid));
    let why = format!(
        "its {} was removed or replaced while others have the prefix open{who}: close it everywhere, then open it again",
        lmdb::FILES[1]
    );
    Err(Error::Format { path: folder.into(), why })
}

/// Opens the file and takes a share in its lock, with what the first one wrote; `None` on a medium that
/// can't be written.
fn open(folder: &Path) -> Result<Option<(File, String)>> {
    let path = folder.join(FILE);
    let mut tries = 0;
    loop {
        let mut file = match private::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => return Ok(None),
            Err(error) => return Err(Error::io("opening", &path, &error)),
        };
        let text = share(&mut file, folder).map_err(|error| Error::io("locking", &path, &error))?;
        // The prefix may have been deleted while the lock was waited for, and this file with it.
        let inode = |metadata: io::Result<Metadata>| metadata.ok().map(|metadata| metadata.ino());
        if inode(file.metadata()) == inode(fs::symlink_metadata(&path)) || tries == TRIES {
            return Ok(Some((file, text)));
        }
        tries += 1;
    }
}

/// Takes a share in the lock; gives what the first one wrote.
fn share(file: &mut File, folder: &Path) -> io::Result<String> {
    loop {
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0)?;
                file.rewind()?;
                let table = lmdb::table_of_readers(folder, true)?;
                write!(file, "{} {table}", Process::current())?;
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
    read(&mut &*file)
}

fn read(file: &mut &File) -> io::Result<String> {
    let mut text = String::new();
    file.rewind()?;
    file.take(IDENTITY_MAX).read_to_string(&mut text)?;
    Ok(text)
}
