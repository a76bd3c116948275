//! Stands in for libc: the calls of this process that reach files, by the names that C knows.
//!
//! A symbol that the program itself defines wins over the one in the shared C library, for every
//! object that is linked statically: Rust's standard library and LMDB among them. Exported symbols of
//! a Rust library are kept by the linker of each binary that uses it.
#![expect(unsafe_code, reason = "C functions are defined and the kernel is called by number")]

mod kernel;
mod map;
mod names;
mod open;
mod place;
mod statfs;
mod sync;
mod write;

pub(crate) use kernel::set_errno;
