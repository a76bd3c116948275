//! `open` and its other names.

use std::ffi::{c_char, c_int};

use super::{kernel, place};
use crate::Kind;
use crate::watch::{Effect, scene};

/// # Safety
/// As `openat`.
unsafe fn open_in(folder: c_int, path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
    // SAFETY: the caller's promise, handed on.
    let real = || unsafe { kernel::openat(folder, path, flags, mode) };
    // SAFETY: as above.
    let result = match scene(|| unsafe { place::resolve(folder, path) }) {
        None => real(),
        Some(scene) => scene.play(
            Kind::Open,
            |path| Effect::Open {
                creates: flags & libc::O_CREAT != 0 && path.symlink_metadata().is_err(),
                truncates: flags & libc::O_TRUNC != 0,
            },
            |_| real(),
        ),
    };
    c_int::try_from(result).unwrap_or(-1)
}

// The C declarations end in `...`. On Linux an optional integer travels in the same register as a
// fixed one; when it is absent, `mode` is whatever was there, and the kernel ignores it without
// O_CREAT.

// SAFETY: has the meaning and, on Linux, the calling convention of libc's `open`.
#[unsafe(no_mangle)]
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
    // SAFETY: the caller's promise, handed on.
    unsafe { open_in(libc::AT_FDCWD, path, flags, mode) }
}

// SAFETY: as `open`.
#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
    // SAFETY: the caller's promise, handed on.
    unsafe { open_in(libc::AT_FDCWD, path, flags | libc::O_LARGEFILE, mode) }
}

// SAFETY: as `open`, for libc's `openat`.
#[unsafe(no_mangle)]
unsafe extern "C" fn openat(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: libc::mode_t,
) -> c_int {
    // SAFETY: the caller's promise, handed on.
    unsafe { open_in(folder, path, flags, mode) }
}

// SAFETY: as `openat`.
#[unsafe(no_mangle)]
unsafe extern "C" fn openat64(
    folder: c_int,
    path: *const c_char,
    flags: c_int,
    mode: libc::mode_t,
) -> c_int {
    // SAFETY: the caller's promise, handed on.
    unsafe { open_in(folder, path, flags | libc::O_LARGEFILE, mode) }
}
