//! What a command came to, beside its errors.

use std::process::ExitCode;

/// What a command came to; of several, the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Fine,
    /// Something is wrong with what was looked at.
    Findings,
    /// Some of it could not be done, which was told.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Fine => 0,
            // As after an error.
            Outcome::Failed => 1,
            Outcome::Findings => 3,
        })
    }
}
