//! What a command came to, beside its errors.

use std::process::ExitCode;

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Fine,
    /// Something is wrong with what was looked at.
    Findings,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        // 1 is that of errors.
        Self::from(match outcome {
            Outcome::Fine => 0,
            Outcome::Findings => 3,
        })
    }
}
