//! Telling the log of work that takes long.

use std::time::{Duration, Instant};

/// How often it is told of.
const TOLD_EVERY: Duration = Duration::from_secs(2);

/// Work on many objects of a prefix.
pub(crate) struct Progress {
    what: String,
    objects: u64,
    told: Option<Instant>,
    began: Instant,
}

impl Progress {
    pub(crate) fn new(what: &str, prefix: &str) -> Self {
        let what = format!("{what} prefix {prefix:?}");
        Self { what, objects: 0, told: None, began: Instant::now() }
    }

    pub(crate) fn step(&mut self, objects: u64) {
        self.objects += objects;
        if self.told.unwrap_or(self.began).elapsed() >= TOLD_EVERY {
            self.told = Some(Instant::now());
            tracing::info!("{}: {} objects so far", self.what, self.objects);
        }
    }

    /// The work is done; gives how long it took.
    pub(crate) fn done(self) -> Duration {
        let took = self.began.elapsed();
        if self.told.is_some() {
            tracing::info!(
                "{}: {} objects in {:.1} s",
                self.what,
                self.objects,
                took.as_secs_f32()
            );
        }
        took
    }
}
