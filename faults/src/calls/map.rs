//! `mmap` and its other name.

use std::ffi::{c_int, c_void};

use super::{kernel, place};
use crate::Kind;
use crate::watch::{Effect, scene};

// SAFETY: has the meaning and signature of libc's `mmap`.
#[unsafe(no_mangle)]
unsafe extern "C" fn mmap(
    address: *mut c_void,
    len: usize,
    protection: c_int,
    flags: c_int,
    fd: c_int,
    offset: i64,
) -> *mut c_void {
    // SAFETY: the caller's promise, handed on.
    let real = || unsafe { kernel::mmap(address, len, protection, flags, fd, offset) };
    let of_a_file = fd >= 0 && flags & libc::MAP_ANONYMOUS == 0;
    let result = match scene(|| place::path_of(fd).filter(|_| of_a_file)) {
        None => real(),
        Some(scene) => {
            let shared = flags & libc::MAP_SHARED != 0;
            let writable = shared && protection & libc::PROT_WRITE != 0;
            scene.play(Kind::Mmap, |_| Effect::Map { writable }, |_| real())
        }
    };
    std::ptr::with_exposed_provenance_mut(result.cast_unsigned())
}

// SAFETY: another name of `mmap` where offsets have 64 bits anyway.
#[unsafe(no_mangle)]
unsafe extern "C" fn mmap64(
    address: *mut c_void,
    len: usize,
    protection: c_int,
    flags: c_int,
    fd: c_int,
    offset: i64,
) -> *mut c_void {
    // SAFETY: the caller's promise, handed on.
    unsafe { mmap(address, len, protection, flags, fd, offset) }
}
