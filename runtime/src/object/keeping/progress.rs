//! Telling of work that takes long: the log, and a person in front of a terminal.

use std::{
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

/// How often the log is told.
const TOLD_EVERY: Duration = Duration::from_secs(2);
/// How often a terminal is written to, and after how long first.
const SHOWN_EVERY: Duration = Duration::from_millis(500);

/// Work on many objects of a prefix.
///
/// Each beginning and end is an event of `tracing` at the level of debugging, with the fields `prefix`,
/// `done` and `total`; while it goes on, and at the end of what took long, so that everybody should
/// know, at that of information.
pub(crate) struct Progress {
    what: String,
    prefix: String,
    done: u64,
    /// Zero if that is not known.
    total: u64,
    began: Instant,
    told: Instant,
    shown: Option<Instant>,
    shows: bool,
}

impl Progress {
    pub(crate) fn new(what: &str, prefix: &str, total: u64) -> Self {
        tracing::debug!(prefix, done = 0_u64, total, "{what}: begins");
        let now = Instant::now();
        Self {
            what: what.into(),
            prefix: prefix.into(),
            done: 0,
            total,
            began: now,
            told: now,
            shown: None,
            shows: stderr().is_terminal(),
        }
    }

    pub(crate) fn step(&mut self, objects: u64) {
        self.done += objects;
        if self.told.elapsed() >= TOLD_EVERY {
            self.told = Instant::now();
            let Self { what, prefix, done, total, .. } = self;
            tracing::info!(prefix, done, total, "{what}: goes on");
        }
        if self.shows && self.shown.unwrap_or(self.began).elapsed() >= SHOWN_EVERY {
            self.shown = Some(Instant::now());
            // A terminal that is gone is no reason to stop.
            let _ = write!(stderr(), "\r\x1b[K{}", self.line());
        }
    }

    /// What a terminal shows.
    fn line(&self) -> String {
        let Self { what, prefix, done, total, .. } = self;
        let of_all = match (done * 100).checked_div(*total) {
            Some(percent) => format!(" of {total} ({} %)", percent.min(100)),
            None => String::new(),
        };
        format!("db0: {what} in prefix {prefix:?}: {done}{of_all}")
    }

    /// The work is done; gives how long it took.
    pub(crate) fn done(self) -> Duration {
        if self.shown.is_some() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
        let took = self.began.elapsed();
        let (Self { what, prefix, done, total, .. }, seconds) = (&self, took.as_secs_f32());
        if took >= TOLD_EVERY {
            tracing::info!(prefix, done, total, seconds, "{what}: done");
        } else {
            tracing::debug!(prefix, done, total, seconds, "{what}: done");
        }
        took
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_how_far_it_is() {
        let mut progress = Progress::new("building an index", "a/b", 200);
        progress.step(50);
        assert_eq!(progress.line(), "db0: building an index in prefix \"a/b\": 50 of 200 (25 %)");
        let mut progress = Progress::new("looking", "a", 0);
        progress.step(3);
        assert_eq!(progress.line(), "db0: looking in prefix \"a\": 3");
    }
}
