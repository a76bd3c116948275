//! `write`, `pwrite`, `writev`, `pwritev` and their other names.

use std::ffi::{c_int, c_void};
use std::io::IoSlice;
use std::{fs, slice};

use super::{kernel, place};
use crate::Kind;
use crate::watch::{Effect, Ruling, scene};

/// Where the bytes of a call go.
#[derive(Clone, Copy)]
enum Target {
    Here,
    At(i64),
}

/// Plays a call that writes `parts`; `real` makes it in full.
///
/// # Safety
/// `parts` must point to `count` parts, each to its bytes.
unsafe fn write_parts(
    family: Kind,
    fd: c_int,
    parts: *const libc::iovec,
    count: usize,
    target: Target,
    real: impl FnOnce() -> isize,
) -> isize {
    let Some(scene) = scene(|| place::path_of(fd)) else { return real() };
    if parts.is_null() || count == 0 {
        return real();
    }
    // SAFETY: not null, and as many as the caller promises.
    let parts = unsafe { slice::from_raw_parts(parts, count) };
    let parts: Vec<IoSlice<'_>> = parts
        .iter()
        .filter(|part| part.iov_len > 0)
        // SAFETY: not empty, so it points to its bytes, by the caller's promise.
        .map(|part| unsafe { slice::from_raw_parts(part.iov_base.cast::<u8>(), part.iov_len) })
        .map(IoSlice::new)
        .collect();
    let flags = kernel::flags(fd);
    let synced = flags & (libc::O_DSYNC | libc::O_SYNC) != 0;
    let kind = if synced { Kind::SyncedWrite } else { family };
    scene.play(
        kind,
        |_| Effect::Write {
            inode: place::inode_of(fd).0,
            offset: offset_of(fd, flags, target),
            parts: &parts,
            synced,
        },
        |ruling| if ruling == Ruling::CutShort { write_half(fd, &parts, target) } else { real() },
    )
}

fn offset_of(fd: c_int, flags: c_int, target: Target) -> u64 {
    let offset = match target {
        Target::At(offset) => offset,
        Target::Here if flags & libc::O_APPEND != 0 => {
            return fs::metadata(format!("/proc/self/fd/{fd}")).map_or(0, |data| data.len());
        }
        Target::Here => kernel::position(fd),
    };
    u64::try_from(offset).unwrap_or(0)
}

/// Writes the first half of the bytes, as a device that fills up in the middle does.
fn write_half(fd: c_int, parts: &[IoSlice<'_>], target: Target) -> isize {
    let all: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).collect();
    let (bytes, half) = (all.as_ptr().cast::<c_void>(), all.len() / 2);
    match target {
        // SAFETY: `all` has more than `half` bytes.
        Target::Here => unsafe { kernel::write(fd, bytes, half) },
        // SAFETY: as above.
        Target::At(offset) => unsafe { kernel::pwrite(fd, bytes, half, offset) },
    }
}

fn part(bytes: *const c_void, len: usize) -> libc::iovec {
    libc::iovec { iov_base: bytes.cast_mut(), iov_len: len }
}

// SAFETY: has the meaning and signature of libc's `write`.
#[unsafe(no_mangle)]
unsafe extern "C" fn write(fd: c_int, bytes: *const c_void, len: usize) -> isize {
    let one = part(bytes, len);
    // SAFETY: the caller's promise, handed on; `one` lives until the call is made.
    unsafe {
        let real = || kernel::write(fd, bytes, len);
        write_parts(Kind::Write, fd, &raw const one, 1, Target::Here, real)
    }
}

// SAFETY: has the meaning and signature of libc's `pwrite`.
#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite(fd: c_int, bytes: *const c_void, len: usize, offset: i64) -> isize {
    let one = part(bytes, len);
    // SAFETY: the caller's promise, handed on; `one` lives until the call is made.
    unsafe {
        let real = || kernel::pwrite(fd, bytes, len, offset);
        write_parts(Kind::Pwrite, fd, &raw const one, 1, Target::At(offset), real)
    }
}

// SAFETY: another name of `pwrite` where offsets have 64 bits anyway.
#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite64(fd: c_int, bytes: *const c_void, len: usize, offset: i64) -> isize {
    // SAFETY: the caller's promise, handed on.
    unsafe { pwrite(fd, bytes, len, offset) }
}

// SAFETY: has the meaning and signature of libc's `writev`.
#[unsafe(no_mangle)]
unsafe extern "C" fn writev(fd: c_int, parts: *const libc::iovec, count: c_int) -> isize {
    let number = usize::try_from(count).unwrap_or(0);
    // SAFETY: the caller's promise, handed on.
    unsafe {
        let real = || kernel::writev(fd, parts, count);
        write_parts(Kind::Writev, fd, parts, number, Target::Here, real)
    }
}

// SAFETY: has the meaning and signature of libc's `pwritev`.
#[unsafe(no_mangle)]
unsafe extern "C" fn pwritev(
    fd: c_int,
    parts: *const libc::iovec,
    count: c_int,
    offset: i64,
) -> isize {
    let number = usize::try_from(count).unwrap_or(0);
    // SAFETY: the caller's promise, handed on.
    unsafe {
        let real = || kernel::pwritev(fd, parts, count, offset);
        write_parts(Kind::Pwritev, fd, parts, number, Target::At(offset), real)
    }
}

// SAFETY: another name of `pwritev` where offsets have 64 bits anyway.
#[unsafe(no_mangle)]
unsafe extern "C" fn pwritev64(
    fd: c_int,
    parts: *const libc::iovec,
    count: c_int,
    offset: i64,
) -> isize {
    // SAFETY: the caller's promise, handed on.
    unsafe { pwritev(fd, parts, count, offset) }
}
