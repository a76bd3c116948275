//! How LMDB is asked to open a file: with which flags, and with a map that fits into the address space.

use std::{
    ffi::{CString, c_uint},
    os::unix::ffi::OsStrExt,
    path::Path,
    ptr,
};

use lmdb_sys as ffi;

use super::{
    assertion,
    error::{Fault, Result},
    files, room,
};
use crate::Durability;

/// Reader slots of an environment: 64 bytes each in a sparse file, so there is no reason to be short.
const READERS_MAX: c_uint = 4096;
/// Below this a map is not worth having.
const MAP_SIZE_LEAST: usize = 1 << 20;

/// How to open an environment.
#[derive(Clone, Debug)]
pub(crate) struct EnvOptions {
    /// Create the files if there are none.
    pub(crate) create: bool,
    /// Only read; the files are opened for writing all the same where possible, for the slots.
    pub(crate) read_only: bool,
    /// Bytes of address space to reserve; none for as much as there is.
    pub(crate) map_size: Option<usize>,
    pub(crate) durability: Durability,
    /// Network file systems and FUSE are refused otherwise.
    pub(crate) any_file_system: bool,
    /// Processes may have equal numbers: slots are nobody's for sure.
    pub(crate) any_pid_namespace: bool,
    /// Never synced: for scratch files that nobody opens again.
    pub(crate) scratch: bool,
}

impl EnvOptions {
    /// For files that nobody opens again, wherever they are.
    pub(crate) fn scratch(map_size: usize) -> Self {
        Self {
            create: true,
            read_only: false,
            map_size: Some(map_size),
            durability: Durability::Relaxed,
            any_file_system: true,
            any_pid_namespace: true,
            scratch: true,
        }
    }
}

/// A fresh handle. The file is not opened twice in this process: the caller has locked the registry.
pub(super) fn open_raw(folder: &Path, options: &EnvOptions) -> Result<*mut ffi::MDB_env> {
    let path = CString::new(folder.as_os_str().as_bytes()).map_err(|_| Fault::new(libc::EINVAL))?;
    let mut flags = ffi::MDB_NOTLS | ffi::MDB_NORDAHEAD;
    if options.durability == Durability::Relaxed {
        flags |= ffi::MDB_NOMETASYNC;
    }
    if options.scratch {
        flags |= ffi::MDB_NOSYNC;
    }
    if options.read_only && files::is_read_only(&folder.join("data.mdb")) {
        flags |= ffi::MDB_RDONLY;
    }
    let wanted = options.map_size.unwrap_or_else(room::share).max(MAP_SIZE_LEAST);
    // Where there is less address space than that, it is halved until it fits.
    let mut size = wanted;
    loop {
        match open_sized(&path, flags, size) {
            // The second is what emulated address spaces say.
            Err(fault)
                if matches!(fault.code(), libc::ENOMEM | libc::EINVAL)
                    && size / 2 >= MAP_SIZE_LEAST =>
            {
                size /= 2;
            }
            Ok(env) if size < wanted => return leave_room(env, size),
            other => return other,
        }
    }
}

/// Makes do with half of a map for which there is just enough address space: the process needs some for
/// its threads and memory.
fn leave_room(env: *mut ffi::MDB_env, size: usize) -> Result<*mut ffi::MDB_env> {
    // SAFETY: the environment is open, nobody else knows the handle, and it has no transactions. A map is
    // never made smaller than what the file has in use.
    let code = unsafe { ffi::mdb_env_set_mapsize(env, (size / 2).max(MAP_SIZE_LEAST)) };
    Fault::check(code).map(|()| env).inspect_err(|_| {
        // SAFETY: as above; the handle is not used any more.
        unsafe { ffi::mdb_env_close(env) }
    })
}

fn open_sized(path: &CString, flags: c_uint, size: usize) -> Result<*mut ffi::MDB_env> {
    let mut env = ptr::null_mut();
    // SAFETY: `env` receives a fresh handle.
    Fault::check(unsafe { ffi::mdb_env_create(&raw mut env) })?;
    // SAFETY: `env` is fresh and not open yet, as these settings need; `path` is a C string. The
    // file is not opened twice in this process: the registry is locked by the caller.
    let code = unsafe {
        let settings = [
            ffi::mdb_env_set_assert(env, Some(assertion::tell)),
            ffi::mdb_env_set_mapsize(env, size),
            ffi::mdb_env_set_maxreaders(env, READERS_MAX),
            ffi::mdb_env_set_maxdbs(env, 64),
        ];
        settings
            .into_iter()
            .find(|&code| code != ffi::MDB_SUCCESS)
            .unwrap_or_else(|| ffi::mdb_env_open(env, path.as_ptr(), flags, 0o600))
    };
    if let Err(fault) = Fault::check(code) {
        // SAFETY: a handle whose open failed must still be closed, once.
        unsafe { ffi::mdb_env_close(env) };
        return Err(fault);
    }
    Ok(env)
}
