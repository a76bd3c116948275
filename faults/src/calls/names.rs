//! `rename`, `unlink`, `mkdir` and their kin: what changes names, not bytes.

use std::ffi::{c_char, c_int};

use super::{kernel, place};
use crate::Kind;
use crate::watch::{Effect, scene};

/// # Safety
/// As `renameat2`.
unsafe fn rename_in(
    from_folder: c_int,
    from: *const c_char,
    to_folder: c_int,
    to: *const c_char,
    flags: u32,
) -> c_int {
    // SAFETY: the caller's promise, handed on.
    let real = || unsafe { kernel::rename(from_folder, from, to_folder, to, flags) };
    // SAFETY: as above.
    let result = match scene(|| unsafe { place::resolve(from_folder, from) }) {
        None => real(),
        Some(scene) => {
            // SAFETY: as above.
            let target = unsafe { place::resolve(to_folder, to) }.unwrap_or_default();
            scene.play(Kind::Rename, |_| Effect::Rename { to: &target }, |_| real())
        }
    };
    c_int::try_from(result).unwrap_or(-1)
}

/// # Safety
/// As `unlinkat`.
unsafe fn unlink_in(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: the caller's promise, handed on.
    let real = || unsafe { kernel::unlink(folder, path, flags) };
    // SAFETY: as above.
    let result = match scene(|| unsafe { place::resolve(folder, path) }) {
        None => real(),
        Some(scene) => scene.play(Kind::Unlink, |_| Effect::Remove, |_| real()),
    };
    c_int::try_from(result).unwrap_or(-1)
}

// SAFETY: has the meaning and signature of libc's `rename`.
#[unsafe(no_mangle)]
unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: the caller's promise, handed on.
    unsafe { rename_in(libc::AT_FDCWD, from, libc::AT_FDCWD, to, 0) }
}

// SAFETY: has the meaning and signature of libc's `renameat`.
#[unsafe(no_mangle)]
unsafe extern "C" fn renameat(
    from_folder: c_int,
    from: *const c_char,
    to_folder: c_int,
    to: *const c_char,
) -> c_int {
    // SAFETY: the caller's promise, handed on.
    unsafe { rename_in(from_folder, from, to_folder, to, 0) }
}

// SAFETY: has the meaning and signature of libc's `renameat2`.
#[unsafe(no_mangle)]
unsafe extern "C" fn renameat2(
    from_folder: c_int,
    from: *const c_char,
    to_folder: c_int,
    to: *const c_char,
    flags: u32,
) -> c_int {
    // SAFETY: the caller's promise, handed on.
    unsafe { rename_in(from_folder, from, to_folder, to, flags) }
}

// SAFETY: has the meaning and signature of libc's `unlink`.
#[unsafe(no_mangle)]
unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    // SAFETY: the caller's promise, handed on.
    unsafe { unlink_in(libc::AT_FDCWD, path, 0) }
}

// SAFETY: has the meaning and signature of libc's `unlinkat`.
#[unsafe(no_mangle)]
unsafe extern "C" fn unlinkat(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: the caller's promise, handed on.
    unsafe { unlink_in(folder, path, flags) }
}

// SAFETY: has the meaning and signature of libc's `rmdir`.
#[unsafe(no_mangle)]
unsafe extern "C" fn rmdir(path: *const c_char) -> c_int {
    // SAFETY: the caller's promise, handed on.
    unsafe { unlink_in(libc::AT_FDCWD, path, libc::AT_REMOVEDIR) }
}

// SAFETY: has the meaning and signature of libc's `mkdir`.
#[unsafe(no_mangle)]
unsafe extern "C" fn mkdir(path: *const c_char, mode: libc::mode_t) -> c_int {
    // SAFETY: the caller's promise, handed on.
    let real = || unsafe { kernel::mkdir(libc::AT_FDCWD, path, mode) };
    // SAFETY: as above.
    let result = match scene(|| unsafe { place::resolve(libc::AT_FDCWD, path) }) {
        None => real(),
        Some(scene) => scene.play(Kind::Mkdir, |_| Effect::MakeFolder, |_| real()),
    };
    c_int::try_from(result).unwrap_or(-1)
}
