//! `fsync`, `fdatasync`, `ftruncate` and its other name.

use std::ffi::c_int;

use super::{kernel, place};
use crate::Kind;
use crate::watch::{Effect, scene};

fn sync(kind: Kind, fd: c_int, real: impl FnOnce() -> isize) -> c_int {
    let result = match scene(|| place::path_of(fd)) {
        None => real(),
        Some(scene) => {
            let effect = || match place::inode_of(fd) {
                (_, true) => Effect::SyncFolder,
                (inode, false) => Effect::SyncFile { inode },
            };
            scene.play(kind, |_| effect(), |_| real())
        }
    };
    c_int::try_from(result).unwrap_or(-1)
}

// SAFETY: has the meaning and signature of libc's `fsync`.
#[unsafe(no_mangle)]
extern "C" fn fsync(fd: c_int) -> c_int {
    sync(Kind::Fsync, fd, || kernel::fsync(fd))
}

// SAFETY: has the meaning and signature of libc's `fdatasync`.
#[unsafe(no_mangle)]
extern "C" fn fdatasync(fd: c_int) -> c_int {
    sync(Kind::Fdatasync, fd, || kernel::fdatasync(fd))
}

// SAFETY: has the meaning and signature of libc's `ftruncate`.
#[unsafe(no_mangle)]
extern "C" fn ftruncate(fd: c_int, len: i64) -> c_int {
    let result = match scene(|| place::path_of(fd)) {
        None => kernel::ftruncate(fd, len),
        Some(scene) => scene.play(
            Kind::Ftruncate,
            |_| Effect::Resize {
                inode: place::inode_of(fd).0,
                len: u64::try_from(len).unwrap_or(0),
            },
            |_| kernel::ftruncate(fd, len),
        ),
    };
    c_int::try_from(result).unwrap_or(-1)
}

// SAFETY: another name of `ftruncate` where offsets have 64 bits anyway.
#[unsafe(no_mangle)]
extern "C" fn ftruncate64(fd: c_int, len: i64) -> c_int {
    ftruncate(fd, len)
}
