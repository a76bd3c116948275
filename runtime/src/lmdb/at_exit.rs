//! The C library's hook for the normal end of a process.

/// Has `hook` called when the process ends by returning from main or by `exit`.
pub(crate) fn at_exit(hook: extern "C" fn()) {
    // SAFETY: `hook` is a plain function that lives as long as the program. It is called on the
    // exiting thread, which the standard library allows to run Rust code; it must not unwind,
    // which `extern "C"` turns into an abort rather than undefined behaviour.
    let code = unsafe { libc::atexit(hook) };
    debug_assert_eq!(code, 0, "the C library has room for 32 hooks at least");
}
