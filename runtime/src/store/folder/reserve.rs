//! Room on the disk that is kept for making room: without it, forgetting states on a full disk would
//! have nothing to write its own pages to.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::{lmdb, private};

/// The name of the file, in the folder of the prefix.
pub(crate) const FILE: &str = ".reserve";
/// A file of data smaller than so many times the reserve needs none.
const LEAST_PART: u64 = 4;
/// What opening a prefix for writing takes at most.
const OPENING_BYTES: u64 = 1 << 20;

/// The reserve of a prefix.
pub(crate) struct Reserve {
    path: PathBuf,
    folder: PathBuf,
}

impl Reserve {
    pub(crate) fn of(folder: &Path) -> Self {
        Self { path: folder.join(FILE), folder: folder.into() }
    }

    /// Sees to it that there is a reserve of so many bytes beside a file of data of this size, if the
    /// disk has plenty of room.
    pub(crate) fn keep(&self, bytes: u64, data_bytes: u64) -> io::Result<()> {
        let present = self.bytes();
        if bytes == 0 {
            return self.give_up().map(drop);
        }
        if present == bytes
            || data_bytes < bytes.saturating_mul(LEAST_PART)
            || lmdb::room(&self.folder)? < bytes.saturating_mul(LEAST_PART)
        {
            return Ok(());
        }
        let made = private::create_anew(&self.path).and_then(|file| lmdb::allocate(&file, bytes));
        if made.is_err() {
            self.give_up()?;
        }
        made
    }

    fn bytes(&self) -> u64 {
        fs::symlink_metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    /// The disk has less room than the reserve takes.
    pub(crate) fn is_needed(&self) -> bool {
        let bytes = self.bytes();
        bytes > 0 && lmdb::room(&self.folder).is_ok_and(|room| room < bytes)
    }

    /// Gives the reserve back to the disk; tells how much that was.
    pub(crate) fn give_up(&self) -> io::Result<u64> {
        let bytes = self.bytes();
        match fs::remove_file(&self.path) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Gives back as much as opening the prefix takes; false if there is no such reserve.
    pub(crate) fn spare(&self) -> io::Result<bool> {
        let left = self.bytes().saturating_sub(OPENING_BYTES);
        if left == 0 {
            return self.give_up().map(|bytes| bytes > 0);
        }
        let mut options = OpenOptions::new();
        let file = options.write(true).custom_flags(libc::O_NOFOLLOW).open(&self.path)?;
        file.set_len(left).map(|()| true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: u64 = 3 << 20;

    #[test]
    fn it_is_kept_beside_large_files_and_given_up_in_parts() {
        let folder = tempfile::tempdir().expect("a folder");
        let reserve = Reserve::of(folder.path());
        let keep = |bytes, data| reserve.keep(bytes, data).expect("it has a disk");
        keep(BYTES, 4 * BYTES - 1);
        assert_eq!(reserve.bytes(), 0, "the data is small");
        keep(u64::MAX / 8, u64::MAX);
        assert_eq!(reserve.bytes(), 0, "the disk is small");
        keep(BYTES, 4 * BYTES);
        assert_eq!(reserve.bytes(), BYTES);
        assert!(!reserve.is_needed(), "the disk has room");
        assert!(reserve.spare().expect("it is there"));
        assert_eq!(reserve.bytes(), BYTES - OPENING_BYTES);
        keep(BYTES, 4 * BYTES);
        assert_eq!((reserve.bytes(), reserve.give_up().expect("it is there")), (BYTES, BYTES));
        assert!(!reserve.spare().expect("there is none"));
        keep(BYTES, 4 * BYTES);
        keep(0, 4 * BYTES);
        assert_eq!(reserve.bytes(), 0, "it is not wanted any more");
    }
}
