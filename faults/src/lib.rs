//! Crashes, kills and I/O errors on demand: what db0's reliability tests are built from.
//!
//! A test binary that uses this crate has its own `pwrite`, `fdatasync`, `open` and so on: they
//! stand in for those of libc, for Rust's standard library and for the statically linked LMDB alike,
//! without privileges and without preloading. What lies below a watched directory is counted, failed
//! or recorded; all else goes straight to the kernel.
//!
//! - [`Faults`] counts calls and fails the k-th.
//! - [`Recorder`] notes everything that reaches the files while a workload runs; the [`Trace`] then
//!   plays back the states that a crash at any moment could have left.
//! - [`Foreign`] has a folder taken for one on another kind of file system.
//! - [`Roles`] lets a test start its own binary again in another role; [`Kills`] kills such a process
//!   at a random moment, again and again, and [`Judge`] has one look at what may be damaged.
//!
//! `README.md` beside this crate tells the model and its limits.
#![cfg(target_os = "linux")]

mod calls;
mod crash;
mod fault;
mod foreign;
mod kind;
mod process;
mod random;
mod scratch;
mod settings;
mod trace;
mod watch;

pub use crash::{CrashState, Replay, Report};
pub use fault::{Failure, Faults, Lasting, Plan};
pub use foreign::Foreign;
pub use kind::Kind;
pub use process::{Cycle, Judge, Kills, Roles, Since, Verdict, Wire};
pub use random::Random;
pub use scratch::Scratch;
pub use settings::{seed, setting};
pub use trace::{Recorder, Trace};
