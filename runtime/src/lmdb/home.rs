//! A file is used through one folder alone: there is its table of readers, and the lease of its writer.
//!
//! A file that has two names, was moved while it was open, or is mounted by itself in a second place, would have
//! two tables of readers: neither side would see whose pages the other must not use again. So a file with two names
//! is refused, and whoever has one open locks the byte of it that has his folder's number: who finds another byte
//! locked has come by another way.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    os::{
        fd::AsRawFd,
        unix::fs::{MetadataExt, OpenOptionsExt},
    },
    path::Path,
};

use super::fork;
use crate::{Error, Result};

/// Refuses a file that has a second name: whoever opens that would not be seen from here.
pub(super) fn check_names(data: &Path, metadata: &Metadata) -> Result<()> {
    if !metadata.is_file() || metadata.nlink() < 2 {
        return Ok(());
    }
    let why = format!(
        "it has {} names (hard links), and who uses it by another one is not seen from here: remove the others \
         (`find … -samefile` lists them), or put a copy of it in its place",
        metadata.nlink()
    );
    Err(Error::Format { path: data.into(), why })
}

/// The folder through which this process uses a file, and a lock on the file that tells others, while
/// it lasts.
pub(super) struct Home {
    folder: u64,
    lock: Option<File>,
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(file) = &self.lock
            && !fork::forked()
        {
            // A program that another thread starts just now has the file too, until it has come to itself.
            let _ = ask(file, libc::F_OFD_SETLK, libc::F_UNLCK, (0, 0));
        }
    }
}

impl Home {
    /// A folder whose file nobody else looks for.
    pub(super) fn unshared(folder: &Path) -> Result<Self> {
        Ok(Self { folder: number_of(folder)?, lock: None })
    }

    /// Tells that the file is used through a folder; refuses it while it is used through another one.
    pub(super) fn take(folder: &Path, data: &Path) -> Result<Self> {
        let number = number_of(folder)?;
        let mut options = OpenOptions::new();
        let file = options.read(true).custom_flags(libc::O_NOFOLLOW).open(data);
        let file = file.map_err(|error| Error::io("opening", data, &error))?;
        let lock = match lock(&file, number) {
            Ok(true) => Some(file),
            Ok(false) => return Err(elsewhere(data)),
            Err(error) => {
                // Not all file systems have such locks, and not all of these are refused.
                tracing::debug!("locking {}: {error}", data.display());
                None
            }
        };
        Ok(Self { folder: number, lock })
    }

    /// Refuses a file that this process has open through another folder.
    pub(super) fn check(&self, folder: &Path, data: &Path) -> Result<()> {
        if self.folder == number_of(folder)? { Ok(()) } else { Err(elsewhere(data)) }
    }
}

/// The number of a folder, whatever path leads to it.
fn number_of(folder: &Path) -> Result<u64> {
    let metadata = fs::metadata(folder);
    Ok(metadata.map_err(|error| Error::io("looking at", folder, &error))?.ino())
}

fn elsewhere(data: &Path) -> Error {
    let why = "it is in use through another folder, from which it was moved, linked or mounted: \
               close it there, and open it in one place alone";
    Error::Format { path: data.into(), why: why.into() }
}

/// Shares the byte of this number, for as long as the file is open; false if another one is locked.
fn lock(file: &File, number: u64) -> io::Result<bool> {
    let bytes = libc::off_t::MAX.cast_unsigned() / 2;
    let byte = (number % bytes).cast_signed();
    ask(file, libc::F_OFD_SETLK, libc::F_RDLCK, (byte, 1))?;
    // Looked for after it is locked: of two who come at a time, one at least sees the other.
    let behind = ask(file, libc::F_OFD_GETLK, libc::F_WRLCK, (byte + 1, 0))?;
    // A length of none would mean all bytes.
    let before = match byte {
        0 => libc::F_UNLCK,
        _ => ask(file, libc::F_OFD_GETLK, libc::F_WRLCK, (0, byte))?,
    };
    Ok([before, behind] == [libc::F_UNLCK; 2])
}

/// Asks for a lock on bytes from a place on, so many or all (0); gives which lock there is after that.
fn ask(
    file: &File,
    command: libc::c_int,
    kind: libc::c_int,
    (start, len): (libc::off_t, libc::off_t),
) -> io::Result<libc::c_int> {
    // SAFETY: `flock` is a plain struct of integers, for which zero is a value.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = kind as libc::c_short;
    lock.l_whence = libc::SEEK_SET as libc::c_short;
    (lock.l_start, lock.l_len) = (start, len);
    // SAFETY: the descriptor is open while `file` is borrowed, and the struct outlives the call, which
    // fills it in.
    match unsafe { libc::fcntl(file.as_raw_fd(), command, &raw mut lock) } {
        0 => Ok(lock.l_type.into()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_moves_is_taken_by_one_folder_at_a_time() {
        let root = tempfile::tempdir().expect("a folder");
        let [first, second] = ["first", "second"].map(|name| root.path().join(name));
        [&first, &second].into_iter().for_each(|folder| fs::create_dir(folder).expect("a folder"));
        let (here, there) = (first.join("data.mdb"), second.join("data.mdb"));
        fs::write(&here, "text").expect("a file");
        let take = |folder, data| Home::take(folder, data);
        let held =
            [take(&first, &here), take(&first, &here)].map(|home| home.expect("both share it"));
        fs::rename(&here, &there).expect("it is ours");
        assert!(matches!(take(&second, &there), Err(Error::Format { .. })));
        let [one, other] = held;
        drop(one);
        assert!(take(&second, &there).is_err(), "the other one still has it");
        drop(other);
        let held = take(&second, &there).expect("nobody has it");
        assert!(take(&first, &there).is_err(), "whichever number is the greater one");
        drop(held);
        take(&first, &there).expect("nobody has it");
    }

    #[test]
    fn who_has_inherited_the_file_keeps_nobody_out() {
        let root = tempfile::tempdir().expect("a folder");
        let [first, second] = ["first", "second"].map(|name| root.path().join(name));
        [&first, &second].into_iter().for_each(|folder| fs::create_dir(folder).expect("a folder"));
        let (here, there) = (first.join("data.mdb"), second.join("data.mdb"));
        fs::write(&here, "text").expect("a file");
        let held = Home::take(&first, &here).expect("nobody has it");
        // As a child has it between its beginning and its program.
        let inherited = held.lock.as_ref().expect("it is locked").try_clone().expect("one more");
        drop(held);
        fs::rename(&here, &there).expect("it is ours");
        Home::take(&second, &there).expect("nobody uses it");
        drop(inherited);
    }

    #[test]
    fn bytes_at_both_ends_are_locked_too() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let open = || File::open(file.path()).expect("it is there");
        let greatest = libc::off_t::MAX.cast_unsigned() / 2 - 1;
        for (mine, other) in [(0, 1), (1, 0), (0, greatest), (greatest, 0)] {
            let (first, second) = (open(), open());
            assert!(lock(&first, mine).expect("it can be locked"));
            assert!(!lock(&second, other).expect("it can be asked"), "{mine} and {other}");
            assert!(
                lock(&open(), mine).is_ok_and(|is_alone| !is_alone),
                "the second has its own too"
            );
        }
    }
}
