//! Runs the engine's lock-free cores in every order of their steps that the memory model allows.
//!
//! The modules are the engine's own files. What they take from `crate::sync` is loom's here: it runs
//! a scenario again and again, each time in another order, with at most three changes of threads
//! that no thread asked for, and lets loads see every older value that they may see.

#[path = "../../../runtime/src/object/cells/handles.rs"]
mod handles;
mod report;
#[expect(unsafe_code, reason = "as in the engine, where all of its folder may have some")]
#[path = "../../../runtime/src/lmdb/resting.rs"]
mod resting;
mod scenarios;
mod sync;
#[allow(dead_code, reason = "the scenarios need a part of it")]
#[path = "../../../runtime/src/object/cells/version.rs"]
mod version;

use std::process::ExitCode;

// What the engine's files name of its root.
pub(crate) use db0_runtime::{Error, Result};

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if report::run(&scenarios::ALL, &wanted) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
