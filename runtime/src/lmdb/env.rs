//! An environment: one LMDB file, opened once per process.

use std::{
    ffi::CString,
    fs,
    path::{Path, PathBuf},
    ptr,
    sync::{
        Arc,
        atomic::{AtomicPtr, Ordering},
    },
    time::Duration,
};

use lmdb_sys as ffi;

use super::{
    bell::Bell,
    error::{Fault, Result},
    files, fork,
    home::{self, Home},
    opening::{EnvOptions, open_raw},
    pool::{Quiet, ReadPool, ReadTxn},
    registry::{FileId, Found, REGISTRY},
    room::{self, Taken},
    slots, table,
    write::WriteTxn,
};
use crate::{Durability, Error, sync::Mutex};

/// How long growth waits for this process's readers to come to an end.
const GROWTH_PATIENCE: Duration = Duration::from_secs(10);

/// A table of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TableId(pub(super) ffi::MDB_dbi);

/// What LMDB knows of the environment without touching the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EnvInfo {
    pub(crate) last_txn_id: u64,
    pub(crate) map_size: usize,
}

/// An open environment.
pub(crate) struct Env {
    /// Replaced when the environment is reopened after a disk error, while nobody reads.
    raw: AtomicPtr<ffi::MDB_env>,
    path: PathBuf,
    /// Another one after the file has been replaced.
    file: Mutex<FileId>,
    home: Mutex<Home>,
    pool: ReadPool,
    /// Apart, for those who wait and do not want to keep the environment open.
    bell: Arc<Bell>,
    /// The tables that are open, in the order in which they were opened: one at a time.
    tables: Mutex<Vec<CString>>,
    options: EnvOptions,
    _room: Taken,
}

// SAFETY: an MDB_env may be used from any thread; what is per thread (write transactions) is
// `!Send` in our types, and everything kept beside it is behind locks.
unsafe impl Send for Env {}
// SAFETY: as above.
unsafe impl Sync for Env {}

impl Env {
    /// Opens the environment in `folder`, or shares the one that this process has open already.
    pub(crate) fn open(
        folder: &Path,
        options: &EnvOptions,
    ) -> std::result::Result<Arc<Self>, Error> {
        fork::watch();
        let data = folder.join("data.mdb");
        let metadata = fs::symlink_metadata(&data).ok();
        metadata.as_ref().map_or(Ok(()), |metadata| home::check_names(&data, metadata))?;
        let opening = match REGISTRY.find(metadata.as_ref().map(FileId::of)) {
            Found::Open(env) => {
                env.home.lock().check(folder, &data)?;
                return Ok(env);
            }
            Found::Absent(opening) => opening,
        };
        match metadata {
            Some(metadata) => files::check_before_mapping(&data, &metadata)?,
            None if options.create => files::create(folder)
                .map_err(|error| Error::io("creating the files of", folder, &error))?,
            None => {
                let why = "there is no data.mdb in it".into();
                return Err(Error::Format { path: folder.into(), why });
            }
        }
        if !options.any_file_system {
            files::check_file_system(folder)?;
        }
        if !options.any_pid_namespace {
            // It may be that nothing there can be written: then nobody has a slot either.
            match slots::free_those_of_my_number(folder) {
                Ok(freed @ 1..) => tracing::info!("freed {freed} slots of a dead process"),
                Ok(0) => {}
                Err(error) => tracing::debug!("looking for own slots: {error}"),
            }
        }
        let mut options = options.clone();
        let size = *options.map_size.get_or_insert_with(room::share);
        let raw = open_raw(folder, &options).map_err(|fault| fault.at("opening", folder))?;
        files::close_on_exec(raw);
        let opened = files::opened(raw, &data).map_err(|fault| fault.at("opening", &data));
        let home =
            || if options.scratch { Home::unshared(folder) } else { Home::take(folder, &data) };
        let (metadata, home) =
            opened.and_then(|metadata| Ok((metadata, home()?))).inspect_err(|_| {
                // SAFETY: nobody else knows the handle, and it has no transactions.
                unsafe { ffi::mdb_env_close(raw) }
            })?;
        let env = Arc::new(Self {
            raw: AtomicPtr::new(raw),
            path: folder.into(),
            file: Mutex::new(FileId::of(&metadata)),
            home: Mutex::new(home),
            pool: ReadPool::default(),
            bell: Arc::new(Bell::of(folder)),
            tables: Mutex::default(),
            options,
            _room: Taken::new(size.min(room::ALL)),
        });
        opening.done(FileId::of(&metadata), &env);
        Ok(env)
    }

    /// The C library's handle. It stays valid while the pool's lock is held, a transaction is
    /// active, or this is the thread that writes: those keep a reopening out, or are it.
    pub(super) fn raw(&self) -> Result<*mut ffi::MDB_env> {
        let raw = self.raw.load(Ordering::Acquire);
        // Null after a reopening that failed: the next one may succeed.
        if raw.is_null() { Err(Fault::new(ffi::MDB_PANIC)) } else { Ok(raw) }
    }

    pub(super) fn pool(&self) -> &ReadPool {
        &self.pool
    }

    /// By which commits are known, in all processes.
    pub(crate) fn bell(&self) -> &Arc<Bell> {
        &self.bell
    }

    /// Takes over the ringing of the bell, with the writer's lease.
    pub(crate) fn take_rope(&self) -> std::result::Result<(), Error> {
        // A writer that was killed between writing its root page and telling so has committed a state
        // that readers do not see: whoever locks the table of writers next makes it seen.
        drop(self.write().map_err(|fault| fault.at("opening", &self.path))?);
        let failed = |error| Error::io("opening", self.path.join(super::BELL_FILE), &error);
        self.bell.take_rope(self.info().last_txn_id).map_err(failed)
    }

    /// Wakes those who wait for a commit.
    pub(crate) fn ring(&self) {
        self.bell.ring();
    }

    /// LMDB's number of the last commit of any process, in nanoseconds.
    pub(crate) fn last_txn(&self) -> u64 {
        self.bell.last().unwrap_or_else(|| self.info().last_txn_id)
    }

    /// The file that is used through the folder from now on is another one.
    pub(super) fn set_home(&self, home: Home) {
        *self.home.lock() = home;
    }

    /// The folder that the environment lives in.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How much commits wait for the disk.
    pub(crate) fn durability(&self) -> Durability {
        self.options.durability
    }

    /// Somebody of this process keeps pages: as long as that lasts, the file can't be opened anew.
    pub(crate) fn is_held(&self) -> bool {
        self.pool.is_held()
    }

    /// This thread is in the middle of reading, so that the file can't be opened anew before it goes on.
    pub(crate) fn is_read_here(&self) -> bool {
        self.pool.is_read_here()
    }

    /// Whether all commits from now on are this process's own. Reading costs less then.
    pub(crate) fn set_only_writer(&self, is_only: bool) {
        self.pool.keep_fresh(is_only);
    }

    /// Begins a short read.
    pub(crate) fn read(&self) -> Result<ReadTxn<&Self>> {
        self.begin_read(|| ReadTxn::take(self))
    }

    fn begin_read<T>(&self, begin: impl Fn() -> Result<T>) -> Result<T> {
        if fork::forked() {
            return Err(Fault::new(ffi::MDB_BAD_RSLOT));
        }
        match begin() {
            Err(fault) if fault.is_map_resized() => {
                self.set_map_size(0)?;
                begin()
            }
            Err(fault) if fault.is_readers_full() => {
                self.clear_stale_readers()?;
                begin()
            }
            Err(_) if self.raw().is_err() => {
                self.revive()?;
                begin()
            }
            other => other,
        }
    }

    /// Begins the write transaction of this process; the caller has the writer's lease.
    pub(crate) fn write(&self) -> Result<WriteTxn<'_>> {
        if fork::forked() {
            return Err(Fault::new(ffi::MDB_PANIC));
        }
        match WriteTxn::begin(self) {
            Err(fault) if fault.is_map_resized() => {
                self.set_map_size(0)?;
                WriteTxn::begin(self)
            }
            other => other,
        }
    }

    /// The table that every environment has: where the roots of the others stand.
    pub(crate) fn main_table(&self) -> Result<TableId> {
        let txn = self.read()?;
        let mut dbi = 0;
        // SAFETY: `txn` is active; no name means the main table, which is always open.
        Fault::check(unsafe { ffi::mdb_dbi_open(txn.raw(), ptr::null(), 0, &raw mut dbi) })?;
        Ok(TableId(dbi))
    }

    /// Opens a table, creating it where the environment may be written; `None` if it is not there.
    pub(crate) fn table(&self, name: &str) -> Result<Option<TableId>> {
        let name = CString::new(name).map_err(|_| Fault::new(libc::EINVAL))?;
        let mut tables = self.tables.lock();
        // A reader must not wait for a writer, and this is how both find what is there.
        let is_open = tables.contains(&name);
        let found = table::open(self.raw()?, &name, is_open)?;
        if found.is_some() || !self.options.create {
            tables.extend(found.map(|_| name));
            return Ok(found);
        }
        let txn = self.write()?;
        let created = table::create(&txn, &name)?;
        txn.commit()?;
        tables.push(name);
        Ok(Some(created))
    }

    /// LMDB's figures, from shared memory alone.
    pub(crate) fn info(&self) -> EnvInfo {
        // SAFETY: `MDB_envinfo` is a plain struct of integers and a pointer; zero is a value.
        let mut info: ffi::MDB_envinfo = unsafe { std::mem::zeroed() };
        // SAFETY: the environment is open, and not being reopened; the call only fills `info` and
        // can't fail with non-null arguments.
        let ask = |raw| unsafe { ffi::mdb_env_info(raw, &raw mut info) };
        self.pool.while_open(|| self.raw().map(ask).ok());
        EnvInfo { last_txn_id: info.me_last_txnid as u64, map_size: info.me_mapsize as usize }
    }

    /// Doubles the map; the caller must have no transaction open in this thread.
    pub(crate) fn grow(&self) -> Result<()> {
        self.clear_stale_readers()?;
        let size = self.info().map_size;
        self.set_map_size(size.saturating_mul(2))
    }

    /// Zero adopts the size that another process has set.
    fn set_map_size(&self, size: usize) -> Result<()> {
        let set = || {
            let raw = self.raw()?;
            // SAFETY: remapping invalidates every transaction of this process; the pool lets none
            // be active while this runs, and the only write transaction is the caller's own
            // thread's, which has ended it.
            Fault::check(unsafe { ffi::mdb_env_set_mapsize(raw, size) })
        };
        let quiet = self.pool.while_quiet(Quiet::Map, GROWTH_PATIENCE, set);
        quiet.unwrap_or(Err(Fault::new(libc::EBUSY)))
    }

    /// Closes the file and opens it again, with the same tables: after a disk error LMDB refuses
    /// everything, and what it holds of the file in memory may not be what is on the disk. To be
    /// called by the thread that writes, between its transactions.
    pub(crate) fn reopen(&self) -> std::result::Result<(), Error> {
        self.reopen_after(|| None)
    }

    /// As [`reopen`](Self::reopen), with something to be done while the file is closed; it gives which
    /// file is in its place then, if that is another one.
    pub(super) fn reopen_after(
        &self,
        meanwhile: impl FnOnce() -> Option<FileId>,
    ) -> std::result::Result<(), Error> {
        self.renew(|| {
            self.pool.drain();
            if let Ok(raw) = self.raw() {
                self.raw.store(ptr::null_mut(), Ordering::Release);
                // SAFETY: no transaction is active (the pool sees to the readers, and this is the
                // only thread that writes), the idle ones have just been ended, and nobody finds
                // the handle any more.
                unsafe { ffi::mdb_env_close(raw) };
            }
            meanwhile()
        })
        .map_err(|fault| fault.at("reopening", &self.path))
    }

    /// Opens the file again after a reopening that failed; by whoever needs it first.
    fn revive(&self) -> Result<()> {
        self.renew(|| None)
    }

    /// Opens the file, if it is not open once `close` has been called; while nobody reads.
    fn renew(&self, close: impl FnOnce() -> Option<FileId>) -> Result<()> {
        let swap = || {
            let raw = REGISTRY.replace(|moved| {
                if let Some(now) = close() {
                    moved(std::mem::replace(&mut *self.file.lock(), now), now);
                }
                if self.raw().is_ok() {
                    return Ok(None);
                }
                // What waits belongs to that file, and to no other that may have taken its place.
                if self.check_in_place().is_err() {
                    return Err(Fault::new(libc::ESTALE));
                }
                self.open_again().map(Some)
            })?;
            if let Some(raw) = raw {
                files::close_on_exec(raw);
                self.raw.store(raw, Ordering::Release);
            }
            Ok(())
        };
        let quiet = self.pool.while_quiet(Quiet::Environment, GROWTH_PATIENCE, swap);
        quiet.unwrap_or(Err(Fault::new(libc::EBUSY)))
    }

    /// Refuses if the file is no longer where it was opened: what is written to it then, nobody finds.
    pub(crate) fn check_in_place(&self) -> std::result::Result<(), Error> {
        let data = self.path.join(files::FILES[0]);
        match fs::symlink_metadata(&data) {
            Ok(metadata) if FileId::of(&metadata) == *self.file.lock() => Ok(()),
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("looking at", &data, &error))
            }
            _ => Err(Error::Format { path: data, why: Fault::new(libc::ESTALE).to_string() }),
        }
    }

    /// A new handle of the file, in which the tables have the numbers that they had before.
    fn open_again(&self) -> Result<*mut ffi::MDB_env> {
        let raw = open_raw(&self.path, &self.options)?;
        // Numbers are given in the order of opening.
        let open_tables = || {
            self.tables.lock().iter().try_for_each(|name| match table::open(raw, name, false)? {
                Some(_) => Ok(()),
                None => Err(Fault::new(ffi::MDB_NOTFOUND)),
            })
        };
        let data = self.path.join(files::FILES[0]);
        let opened = files::opened(raw, &data).and_then(|_| open_tables());
        if opened.is_err() {
            // SAFETY: nobody else knows the handle, and its transactions have ended.
            unsafe { ffi::mdb_env_close(raw) };
        }
        opened.map(|()| raw)
    }

    /// Frees the slots of readers that died; gives their number.
    pub(crate) fn clear_stale_readers(&self) -> Result<u32> {
        let mut dead = 0;
        // SAFETY: the environment is open, and not being reopened; `dead` receives the count.
        let check = |raw| unsafe { ffi::mdb_reader_check(raw, &raw mut dead) };
        Fault::check(self.pool.while_open(|| self.raw().map(check))?)?;
        Ok(u32::try_from(dead).unwrap_or(0))
    }
}

impl Drop for Env {
    fn drop(&mut self) {
        if fork::forked() {
            return; // closing would drop the parent's slots and locks
        }
        REGISTRY.close(*self.file.lock(), || {
            self.pool.drain();
            let Ok(raw) = self.raw() else { return };
            // SAFETY: no transaction holds the environment any more (each borrows it or owns an
            // `Arc`), the idle ones have just been ended, and `raw` is not used again.
            unsafe { ffi::mdb_env_close(raw) }
        });
    }
}
