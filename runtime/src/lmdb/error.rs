//! LMDB's return codes, and what each usually means.

use std::{ffi::c_int, fmt, path::Path};

use lmdb_sys as ffi;

use crate::{Error, error::system_cause};

/// What LMDB or the operating system answered instead of success.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    code: c_int,
}

pub(crate) type Result<T> = std::result::Result<T, Fault>;

impl Fault {
    pub(super) const fn new(code: c_int) -> Self {
        Self { code }
    }

    /// Turns a return code into a result.
    pub(super) fn check(code: c_int) -> Result<()> {
        if code == ffi::MDB_SUCCESS { Ok(()) } else { Err(Self { code }) }
    }

    /// The map is full, by the code of an error that has been told already.
    pub(crate) fn is_map_full_code(code: i32) -> bool {
        code == ffi::MDB_MAP_FULL
    }

    /// Another process grew the map: adopt its size and try again.
    pub(crate) fn is_map_resized(self) -> bool {
        self.code == ffi::MDB_MAP_RESIZED
    }

    /// Every reader slot is taken.
    pub(crate) fn is_readers_full(self) -> bool {
        self.code == ffi::MDB_READERS_FULL
    }

    /// LMDB's code, or the system's `errno`.
    pub(crate) fn code(self) -> i32 {
        self.code
    }

    /// The public error, told with the operation and the file it was about.
    pub(crate) fn at(self, operation: &'static str, path: &Path) -> Error {
        Error::Io { operation, path: path.into(), code: self.code, why: self.to_string() }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({}: {self})", self.code)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match usual_cause(self.code) {
            Some(text) => f.write_str(text),
            None => write!(f, "{}", std::io::Error::from_raw_os_error(self.code)),
        }
    }
}

/// The usual cause of each code, in words that a user can act on.
fn usual_cause(code: c_int) -> Option<&'static str> {
    Some(match code {
        ffi::MDB_KEYEXIST => "the key exists already",
        ffi::MDB_NOTFOUND => "the key is not there",
        ffi::MDB_PAGE_NOTFOUND => "a page is missing: the file is damaged, restore it from a copy",
        ffi::MDB_CORRUPTED => {
            "a page is of the wrong type: the file is damaged, restore it from a copy"
        }
        ffi::MDB_PANIC => {
            "an earlier disk error stopped this environment: it is reopened by itself"
        }
        ffi::MDB_VERSION_MISMATCH => {
            "another program has this file open with a different LMDB, or it was written by one; close that program"
        }
        ffi::MDB_INVALID => "the file is not an LMDB environment",
        ffi::MDB_MAP_FULL => {
            "the map is full and the address space leaves no room to grow (see ulimit -v)"
        }
        ffi::MDB_DBS_FULL => "too many tables: the file is not one of db0's",
        ffi::MDB_READERS_FULL => {
            "every reader slot is taken: too many processes read this prefix; `db0 readers` lists them"
        }
        ffi::MDB_TLS_FULL => "the system has no thread keys left",
        ffi::MDB_TXN_FULL => "the transaction has too many dirty pages",
        ffi::MDB_CURSOR_FULL => "the cursor's stack is too deep: the file is damaged",
        ffi::MDB_PAGE_FULL => "a page has no room: the file is damaged",
        ffi::MDB_MAP_RESIZED => "another process grew the file beyond this process's map",
        ffi::MDB_INCOMPATIBLE => {
            "the table was made with other flags: the file is not one of db0's"
        }
        ffi::MDB_BAD_RSLOT => "the reader slot was taken over: was the process forked?",
        ffi::MDB_BAD_TXN => "the transaction can't go on after an earlier failure",
        ffi::MDB_BAD_VALSIZE => "the key is empty or too long",
        ffi::MDB_BAD_DBI => "the table handle is stale",
        ffi::MDB_PROBLEM => "LMDB met a state that should not exist",
        libc::EBUSY => {
            "this process goes on reading: what it looks at for long (code of a value's own, slices of an array, a verification, a copy, a dump) has to end first"
        }
        libc::EAGAIN => {
            "the lock file is held by a process with this process's own pid: do containers with separate pid namespaces share this folder?"
        }
        libc::ESTALE => {
            "the file was removed or replaced while it was open: put it back in its place, or copy what is committed with `backup`; nothing more is written until then"
        }
        libc::ENOMEM => {
            "no memory is left, or the address space is too small for the map (see ulimit -v)"
        }
        code => return system_cause(code),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lmdb_code_has_words() {
        for code in ffi::MDB_KEYEXIST..=ffi::MDB_LAST_ERRCODE {
            assert!(usual_cause(code).is_some(), "{code}");
        }
        assert!(Fault::new(libc::ENOENT).to_string().contains("No such file"));
    }
}
