//! The calls that really reach the kernel, by number, since the names are taken.
#![expect(clippy::cast_possible_truncation, reason = "the kernel's long is isize on Linux")]

use std::ffi::{c_char, c_int, c_void};

/// Sets what the caller reads as `errno`.
pub(crate) fn set_errno(errno: c_int) {
    // SAFETY: the location is valid for this thread, always.
    unsafe { *libc::__errno_location() = errno };
}

/// # Safety
/// As `openat`: `path` is a C string.
pub(super) unsafe fn openat(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: libc::mode_t,
) -> isize {
    // SAFETY: the caller's promise is the kernel's condition.
    unsafe { libc::syscall(libc::SYS_openat, folder, path, flags, mode) as isize }
}

/// # Safety
/// As `write`: `bytes` has `len` bytes.
pub(super) unsafe fn write(fd: c_int, bytes: *const c_void, len: usize) -> isize {
    // SAFETY: the caller's promise is the kernel's condition.
    unsafe { libc::syscall(libc::SYS_write, fd, bytes, len) as isize }
}

/// # Safety
/// As `pwrite`: `bytes` has `len` bytes.
pub(super) unsafe fn pwrite(fd: c_int, bytes: *const c_void, len: usize, offset: i64) -> isize {
    // SAFETY: the caller's promise is the kernel's condition.
    unsafe { libc::syscall(libc::SYS_pwrite64, fd, bytes, len, offset) as isize }
}

/// # Safety
/// As `writev`: `parts` has `count` parts.
pub(super) unsafe fn writev(fd: c_int, parts: *const libc::iovec, count: c_int) -> isize {
    // SAFETY: the caller's promise is the kernel's condition.
    unsafe { libc::syscall(libc::SYS_writev, fd, parts, count) as isize }
}

/// # Safety
/// As `pwritev`: `parts` has `count` parts.
pub(super) unsafe fn pwritev(
    fd: c_int,
    parts: *const libc::iovec,
    count: c_int,
    offset: i64,
) -> isize {
    // SAFETY: as above; the kernel takes the offset in two halves, and on 64 bits ignores the upper.
    unsafe { libc::syscall(libc::SYS_pwritev, fd, parts, count, offset, 0) as isize }
}

pub(super) fn fsync(fd: c_int) -> isize {
    // SAFETY: takes no pointers.
    unsafe { libc::syscall(libc::SYS_fsync, fd) as isize }
}

pub(super) fn fdatasync(fd: c_int) -> isize {
    // SAFETY: takes no pointers.
    unsafe { libc::syscall(libc::SYS_fdatasync, fd) as isize }
}

pub(super) fn ftruncate(fd: c_int, len: i64) -> isize {
    // SAFETY: takes no pointers.
    unsafe { libc::syscall(libc::SYS_ftruncate, fd, len) as isize }
}

/// Where the descriptor stands.
pub(super) fn position(fd: c_int) -> i64 {
    // SAFETY: takes no pointers.
    unsafe { libc::syscall(libc::SYS_lseek, fd, 0, libc::SEEK_CUR) }
}

/// The flags that the descriptor was opened with.
pub(super) fn flags(fd: c_int) -> c_int {
    // SAFETY: takes no pointers.
    unsafe { libc::syscall(libc::SYS_fcntl, fd, libc::F_GETFL) as c_int }
}

/// # Safety
/// As `mmap`: a fixed address must be the caller's to map over.
pub(super) unsafe fn mmap(
    address: *mut c_void,
    len: usize,
    protection: c_int,
    flags: c_int,
    fd: c_int,
    offset: i64,
) -> isize {
    // SAFETY: the caller's promise is the kernel's condition.
    unsafe { libc::syscall(libc::SYS_mmap, address, len, protection, flags, fd, offset) as isize }
}

/// # Safety
/// As `renameat2`: both paths are C strings.
pub(super) unsafe fn rename(
    from_folder: c_int,
    from: *const c_char,
    to_folder: c_int,
    to: *const c_char,
    flags: u32,
) -> isize {
    // SAFETY: the caller's promise is the kernel's condition.
    unsafe { libc::syscall(libc::SYS_renameat2, from_folder, from, to_folder, to, flags) as isize }
}

/// # Safety
/// As `unlinkat`: `path` is a C string.
pub(super) unsafe fn unlink(folder: c_int, path: *const c_char, flags: c_int) -> isize {
    // SAFETY: the caller's promise is the kernel's condition.
    unsafe { libc::syscall(libc::SYS_unlinkat, folder, path, flags) as isize }
}

/// # Safety
/// As `mkdirat`: `path` is a C string.
pub(super) unsafe fn mkdir(folder: c_int, path: *const c_char, mode: libc::mode_t) -> isize {
    // SAFETY: the caller's promise is the kernel's condition.
    unsafe { libc::syscall(libc::SYS_mkdirat, folder, path, mode) as isize }
}

/// # Safety
/// As `statfs`: `path` is a C string, and `told` may be filled.
pub(super) unsafe fn statfs(path: *const c_char, told: *mut libc::statfs) -> isize {
    // SAFETY: the caller's promise is the kernel's condition.
    unsafe { libc::syscall(libc::SYS_statfs, path, told) as isize }
}
