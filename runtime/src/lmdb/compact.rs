//! A file without the pages that are free: copied beside the old one, and put in its place.

use std::{
    fs::{self, File},
    os::fd::AsRawFd,
    path::Path,
    time::Duration,
};

use lmdb_sys as ffi;

use super::{
    env::Env,
    error::{Fault, Result as LmdbResult},
    home::Home,
    registry::FileId,
};
use crate::{Error, Result, private};

/// The name of the copy while it is made: nobody looks for it, and the next one replaces it.
pub(crate) const FILE: &str = ".compacted";
const TOLD_EVERY: Duration = Duration::from_millis(20);

impl Env {
    /// Gives free pages back to the file system, and tells how many bytes are copied meanwhile. Gives
    /// the new file's size.
    ///
    /// Nobody else has the environment open, and nobody in this process writes to it. A crash leaves
    /// the old file or the new one, both whole, under the name.
    pub(crate) fn compact(&self, mut told: impl FnMut(u64)) -> Result<u64> {
        let (data, copy) = (self.path().join("data.mdb"), self.path().join(FILE));
        let file = private::create_anew(&copy);
        let file = file.map_err(|error| Error::io("creating", &copy, &error))?;
        let result =
            self.copy_to(&file, &copy, &mut told).and_then(|()| self.put_in_place(&copy, &data));
        if result.is_err() {
            // It may be that it has been put in its place: then it is not here.
            let _ = fs::remove_file(&copy);
        }
        result?;
        let metadata = fs::metadata(&data).map_err(|error| Error::io("reading", &data, &error))?;
        told(metadata.len());
        Ok(metadata.len())
    }

    /// Writes the last commit, without free pages, to an empty file, until it is on the disk; tells
    /// how many bytes have been written.
    fn copy_to(&self, file: &File, path: &Path, told: &mut dyn FnMut(u64)) -> Result<()> {
        let copied = std::thread::scope(|scope| {
            let copying = scope.spawn(|| self.copy_pages(file));
            while !copying.is_finished() {
                std::thread::park_timeout(TOLD_EVERY);
                told(file.metadata().map_or(0, |metadata| metadata.len()));
            }
            copying.join().unwrap_or_else(|_| Err(Fault::new(libc::EIO)))
        });
        copied.map_err(|fault| fault.at("compacting", self.path()))?;
        file.sync_all().map_err(|error| Error::io("syncing", path, &error))
    }

    fn copy_pages(&self, file: &File) -> LmdbResult<()> {
        // A transaction keeps the environment from being reopened meanwhile.
        let _open = self.read()?;
        let raw = self.raw()?;
        // SAFETY: the environment is open, and stays so while `_open` is active; the descriptor is
        // open for writing; the copy has a read transaction of its own.
        Fault::check(unsafe { ffi::mdb_env_copyfd2(raw, file.as_raw_fd(), ffi::MDB_CP_COMPACT) })
    }

    fn put_in_place(&self, copy: &Path, data: &Path) -> Result<()> {
        let failed = |error| Error::io("renaming", copy, &error);
        let new = FileId::of(&fs::metadata(copy).map_err(failed)?);
        let home = Home::take(self.path(), copy)?;
        let mut renamed = Ok(());
        let reopened = self.reopen_after(|| {
            renamed = fs::rename(copy, data);
            if renamed.is_err() {
                return None;
            }
            self.set_home(home);
            Some(new)
        });
        renamed.map_err(failed)?;
        let folder = File::open(self.path()).and_then(|folder| folder.sync_all());
        folder.map_err(|error| Error::io("syncing", self.path(), &error))?;
        reopened?;
        // Numbers of commits begin anew in the new file.
        self.take_rope()
    }
}
