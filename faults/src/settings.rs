//! Sizes of runs, from environment variables: short by default, as long as wanted elsewhere.

use std::env;

/// The number in the environment variable `name`, or `default`.
///
/// # Panics
/// If the variable holds something else: a run that ignores its setting would prove nothing.
pub fn setting(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Err(_) => default,
        Ok(text) => text
            .replace('_', "")
            .parse()
            .unwrap_or_else(|_| panic!("{name} should be a number, not {text:?}")),
    }
}

/// The seed of this run: `FAULTS_SEED`, or one that is the same every time.
pub fn seed() -> u64 {
    setting("FAULTS_SEED", 0xDB0)
}
