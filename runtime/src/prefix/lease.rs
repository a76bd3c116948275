//! The writer's lease: a lock on a file of its own, with the holder's pid in it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::{Duration, Instant},
};

use crate::{Error, Lock, Result};

pub(super) const FILE: &str = ".guard";
/// How often a lease that is waited for is asked for again.
const ASKED_EVERY: Duration = Duration::from_millis(5);

/// The right to write a prefix, until it is dropped or the process ends.
#[derive(Debug)]
pub(super) struct Lease {
    _file: File,
}

impl Lease {
    pub(super) fn take(folder: &Path, prefix: &str, lock: Lock) -> Result<Self> {
        let path = folder.join(FILE);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(|e| Error::io("opening", &path, &e))?;
        let deadline = match lock {
            Lock::Fail => Instant::now(),
            Lock::Wait(patience) => Instant::now() + patience,
        };
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(ASKED_EVERY);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(refusal(prefix, holder(&mut file)));
                }
                Err(TryLockError::Error(error)) => return Err(Error::io("locking", &path, &error)),
            }
        }
        let write = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        write.map_err(|e| Error::io("writing", &path, &e))?;
        Ok(Self { _file: file })
    }
}

fn refusal(prefix: &str, pid: Option<u32>) -> Error {
    let prefix = prefix.into();
    if pid == Some(std::process::id()) {
        return Error::AlreadyOpen { prefix };
    }
    Error::Locked { prefix, pid }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Makes a folder that only its owner can enter.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(folder).map_err(|e| Error::io("creating", folder, &e))
}
