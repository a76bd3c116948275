//! Counts the allocations of LMDB, and refuses some.
//!
//! This binary's `malloc`, `calloc` and `realloc` are these, for everything in it and for the C
//! library. Where they return to tells whose call it is: Rust ends a process that gets no memory, so
//! only LMDB's are counted.
#![expect(unsafe_code, reason = "an allocator is made of raw memory")]

use std::{
    arch::naked_asm,
    ffi::c_void,
    ptr,
    sync::atomic::{AtomicU64, Ordering},
};

/// How many calls were made since counting began.
static CALLS: AtomicU64 = AtomicU64::new(0);
/// Calls from this number on are refused, up to the other.
static FROM: AtomicU64 = AtomicU64::new(u64::MAX);
static TO: AtomicU64 = AtomicU64::new(0);
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// What the C library calls its own.
mod real {
    use std::ffi::c_void;

    unsafe extern "C" {
        #[link_name = "__libc_malloc"]
        pub(super) fn malloc(bytes: usize) -> *mut c_void;
        #[link_name = "__libc_calloc"]
        pub(super) fn calloc(count: usize, bytes: usize) -> *mut c_void;
        #[link_name = "__libc_realloc"]
        pub(super) fn realloc(old: *mut c_void, bytes: usize) -> *mut c_void;
    }
}

/// Refuses the calls with these numbers, counted from now on.
pub(crate) fn refuse(from: u64, to: u64) {
    REFUSED.store(0, Ordering::SeqCst);
    TO.store(to, Ordering::SeqCst);
    CALLS.store(0, Ordering::SeqCst);
    FROM.store(from, Ordering::SeqCst);
}

/// Refuses none any more; gives how many were made, and how many refused.
pub(crate) fn give_again() -> (u64, u64) {
    FROM.store(u64::MAX, Ordering::SeqCst);
    (CALLS.load(Ordering::SeqCst), REFUSED.load(Ordering::SeqCst))
}

/// Functions of LMDB, early and late in its two files: all that it calls from lies between them.
mod lmdb {
    unsafe extern "C" {
        pub(super) fn mdb_version();
        pub(super) fn mdb_reader_check();
        pub(super) fn mdb_midl_search();
        pub(super) fn mdb_mid2l_append();
    }
}

/// The last of them has a body too.
const BODY_MAX: usize = 1 << 12;

fn is_lmdb(caller: usize) -> bool {
    let all = [
        lmdb::mdb_version as *const () as usize,
        lmdb::mdb_reader_check as *const () as usize,
        lmdb::mdb_midl_search as *const () as usize,
        lmdb::mdb_mid2l_append as *const () as usize,
    ];
    let first = all.into_iter().min().unwrap_or(0);
    let last = all.into_iter().max().unwrap_or(0);
    (first..last + BODY_MAX).contains(&caller)
}

fn is_refused(caller: usize) -> bool {
    if !is_lmdb(caller) {
        return false;
    }
    let number = CALLS.fetch_add(1, Ordering::SeqCst) + 1;
    let refused = number >= FROM.load(Ordering::SeqCst) && number <= TO.load(Ordering::SeqCst);
    if refused {
        REFUSED.fetch_add(1, Ordering::SeqCst);
        // SAFETY: each thread has its own errno, at an address that is always there.
        unsafe { *libc::__errno_location() = libc::ENOMEM };
    }
    refused
}

/// Calls `$counted` with the return address, which tells who calls, as one more argument.
macro_rules! with_caller {
    ($name:ident, $register:literal, $counted:ident) => {
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name() {
            naked_asm!(concat!("mov ", $register, ", [rsp]"), "jmp {counted}", counted = sym $counted)
        }
    };
}

with_caller!(malloc, "rsi", counted_malloc);
with_caller!(calloc, "rdx", counted_calloc);
with_caller!(realloc, "rdx", counted_realloc);

unsafe extern "C" fn counted_malloc(bytes: usize, caller: usize) -> *mut c_void {
    // SAFETY: handed on, as the C library's.
    if is_refused(caller) { ptr::null_mut() } else { unsafe { real::malloc(bytes) } }
}

unsafe extern "C" fn counted_calloc(count: usize, bytes: usize, caller: usize) -> *mut c_void {
    // SAFETY: handed on, as the C library's.
    if is_refused(caller) { ptr::null_mut() } else { unsafe { real::calloc(count, bytes) } }
}

unsafe extern "C" fn counted_realloc(old: *mut c_void, bytes: usize, caller: usize) -> *mut c_void {
    // SAFETY: handed on, as the C library's.
    if is_refused(caller) { ptr::null_mut() } else { unsafe { real::realloc(old, bytes) } }
}
