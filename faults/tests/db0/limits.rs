//! Limits that a process puts on itself.
#![expect(unsafe_code, reason = "calls of the C library that only change this process")]

/// A user without rights, where this one has all of them: permissions mean nothing to root.
const NOBODY: libc::uid_t = 65_534;

/// Goes on as a user that owns nothing.
pub(crate) fn drop_privileges() {
    // SAFETY: no pointers are passed; the process has one thread that cares.
    unsafe {
        if libc::geteuid() == 0 {
            assert_eq!(libc::setgid(NOBODY), 0);
            assert_eq!(libc::setuid(NOBODY), 0);
        }
    }
}

/// As `ulimit -v`: no more than so many bytes of address space.
pub(crate) fn limit_address_space(bytes: u64) {
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
    // SAFETY: the structure lives through the call.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) }, 0);
}

/// As `umask`: takes these rights from the files that this process makes.
pub(crate) fn mask_new_files(mask: libc::mode_t) {
    // SAFETY: no pointers are passed, and the call can't fail.
    unsafe { libc::umask(mask) };
}
