//! A process that a test has started, ended at the latest when the test lets go of it.

use std::io::{self, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ExitStatus};

use super::wire::Wire;

/// How much of what a process complained is told.
const COMPLAINT_CHARS_MAX: usize = 600;

pub(super) struct Partner {
    child: Child,
    pub(super) wire: Wire,
}

/// How a process ended.
pub(super) struct End {
    status: ExitStatus,
    complaint: String,
}

impl Partner {
    pub(super) fn new(child: Child, wire: Wire) -> Self {
        Self { child, wire }
    }

    /// Kills the process, which gets no chance to say or do anything.
    pub(super) fn kill(&mut self) -> io::Result<()> {
        self.child.kill()
    }

    /// Waits for the end, which must be at hand.
    pub(super) fn end(&mut self) -> io::Result<End> {
        let status = self.child.wait()?;
        let mut complaint = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let mut bytes = Vec::new();
            stderr.read_to_end(&mut bytes)?;
            complaint =
                String::from_utf8_lossy(&bytes).trim().chars().take(COMPLAINT_CHARS_MAX).collect();
        }
        Ok(End { status, complaint })
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        // Both fail if it has ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl End {
    /// Whether it was killed from outside, as planned.
    pub(super) fn was_killed(&self) -> bool {
        self.status.signal() == Some(libc::SIGKILL)
    }

    pub(super) fn tell(&self) -> String {
        format!("{}: {}", self.status, self.complaint)
    }
}
