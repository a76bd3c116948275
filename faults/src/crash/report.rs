//! What came of checking crash states.

use std::fmt;

/// How many failures are told in words; all are counted.
const TOLD_MAX: usize = 20;

/// The outcome of a replay.
#[derive(Debug, Default)]
pub struct Report {
    /// States that were built, the same ones several times.
    pub built: u64,
    /// Different states among them.
    pub different: u64,
    /// States that were checked: all the different ones, or one in so many.
    pub checked: u64,
    /// States that the check refused.
    pub failed: u64,
    /// What the random subsets followed from.
    pub seed: u64,
    told: Vec<String>,
}

impl Report {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    pub(super) fn note_failure(&mut self, state: &dyn fmt::Display, why: &str) {
        self.failed += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push(format!("{state}: {why}"));
        }
    }

    /// Fails the calling test unless every state passed, and there were at least `different_min`.
    #[track_caller]
    pub fn assert_sound(&self, different_min: u64) {
        assert!(self.failed == 0, "{self}");
        assert!(self.different >= different_min, "too few states to prove anything: {self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { built, different, checked, failed, seed, told } = self;
        write!(f, "{failed} of {checked} crash states failed ")?;
        write!(f, "({different} different ones of {built} built, seed {seed})")?;
        for line in told {
            write!(f, "\n  {line}")?;
        }
        Ok(())
    }
}
