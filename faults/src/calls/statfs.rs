//! `statfs` and its other name: on what kind of file system something is.

use std::ffi::{c_char, c_int};

use super::{kernel, place};
use crate::foreign;

// SAFETY: has the meaning and signature of libc's `statfs`.
#[unsafe(no_mangle)]
unsafe extern "C" fn statfs(path: *const c_char, told: *mut libc::statfs) -> c_int {
    // SAFETY: the caller's promise, handed on.
    let result = unsafe { kernel::statfs(path, told) };
    // SAFETY: as above.
    let kind = foreign::kind_at(|| unsafe { place::resolve(libc::AT_FDCWD, path) });
    if result == 0
        && let Some(kind) = kind
    {
        // SAFETY: the call has filled in what the caller gave it to fill.
        unsafe { (*told).f_type = kind }
    }
    c_int::try_from(result).unwrap_or(-1)
}

// SAFETY: another name of `statfs` where sizes have 64 bits anyway.
#[unsafe(no_mangle)]
unsafe extern "C" fn statfs64(path: *const c_char, told: *mut libc::statfs) -> c_int {
    // SAFETY: the caller's promise, handed on.
    unsafe { statfs(path, told) }
}
