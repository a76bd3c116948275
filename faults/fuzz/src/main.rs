//! Feeds hostile bytes to everything that reads bytes: without options, those that have been kept.
//!
//! `cargo run -p db0-fuzz [-- FILE…]` plays the corpus again, or some files of it: each lies in a
//! folder that is named like its target. `faults/fuzz/run TARGET` looks for more.
#![cfg_attr(db0_fuzzing, no_main)]

mod base;
mod input;
mod pages;
mod stream;
mod targets;

#[cfg(db0_fuzzing)]
mod hunt;
#[cfg(not(db0_fuzzing))]
mod replay;

#[cfg(not(db0_fuzzing))]
fn main() -> std::process::ExitCode {
    replay::run()
}
