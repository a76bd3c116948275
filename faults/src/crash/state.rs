//! One state that a crash could have left.

use std::fmt;
use std::io;
use std::path::Path;

use crate::trace::Disk;

/// A directory after a crash, and what the workload had said until then.
pub struct CrashState {
    pub(super) disk: Disk,
    pub(super) about: String,
    pub(super) acknowledged: u64,
    pub(super) attempted: u64,
}

impl CrashState {
    /// The last commit that had been promised to be durable: it and all before must be there.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// The last commit that had been tried: nothing after it may be there.
    pub fn attempted(&self) -> u64 {
        self.attempted
    }

    /// Makes the state's directory at `target`, which must exist.
    pub fn write_to(&self, target: &Path) -> io::Result<()> {
        self.disk.write_to(target)
    }
}

impl fmt::Display for CrashState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.acknowledged, self.attempted);
        write!(f, "{} (acknowledged {from}, attempted {to})", self.about)
    }
}
