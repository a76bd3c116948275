//! What a descriptor or a path given to a call stands for.

use std::ffi::{CStr, OsStr, c_char, c_int};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The path behind a descriptor. Asked of the kernel each time, so that duplicated, inherited and
/// renamed ones are right without any book-keeping.
pub(super) fn path_of(fd: c_int) -> Option<PathBuf> {
    fs::read_link(link(fd)).ok()
}

/// The inode behind a descriptor, and whether it is a folder.
pub(super) fn inode_of(fd: c_int) -> (u64, bool) {
    fs::metadata(link(fd)).map_or((0, false), |data| (data.ino(), data.is_dir()))
}

fn link(fd: c_int) -> String {
    format!("/proc/self/fd/{fd}")
}

/// The canonical path that a call means by `path`, seen from the folder `folder`.
///
/// The last part need not exist, and is not followed if it is a link.
///
/// # Safety
/// `path` is null or a C string.
pub(super) unsafe fn resolve(folder: c_int, path: *const c_char) -> Option<PathBuf> {
    if path.is_null() {
        return None;
    }
    // SAFETY: not null, so a C string, by the caller's promise.
    let bytes = unsafe { CStr::from_ptr(path) }.to_bytes();
    let path = Path::new(OsStr::from_bytes(bytes));
    let path = if path.is_absolute() {
        path.to_owned()
    } else if folder == libc::AT_FDCWD {
        std::env::current_dir().ok()?.join(path)
    } else {
        path_of(folder)?.join(path)
    };
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => Some(parent.canonicalize().ok()?.join(name)),
        _ => path.canonicalize().ok(),
    }
}
