//! Runs the whole engine in one random order of its threads after another.
//!
//! `RUSTFLAGS="--cfg db0_schedules" cargo run -p db0-schedules [-- NAME…]`. The engine is then built
//! over `engine/primitives.rs`, whose locks, atomics, channels and threads belong to a scheduler: it
//! runs one thread at a time, and chooses which at each step. A failure prints the order, which
//! `SCHEDULE` plays again.
//!
//! | variable | default | what |
//! |---|---:|---|
//! | `SCHEDULES` | 100 | orders of each scenario and each way of choosing |
//! | `SCHEDULES_SEED` | 3504 | what they follow from |
//! | `SCHEDULE` | | an order to be played again, of the one scenario that is named |

#[cfg(db0_schedules)]
mod run;
#[cfg(db0_schedules)]
mod scenarios;
#[cfg(db0_schedules)]
mod world;

#[cfg(db0_schedules)]
fn main() -> ! {
    run::all()
}

#[cfg(not(db0_schedules))]
fn main() {
    eprintln!("build it with RUSTFLAGS=\"--cfg db0_schedules\": the engine needs other locks");
    std::process::exit(2);
}
