//! What one run of one contender came to, and how it is taken.

use std::time::{Duration, Instant};

use crate::system;

const CPU: &str = "cpu ns";

/// One contender's part of one round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    /// Nanoseconds an operation.
    pub(crate) ns: f64,
    /// Other figures, named with their unit.
    pub(crate) others: Vec<(&'static str, f64)>,
}

impl Sample {
    /// Runs `work`, which does `operations` of the thing that is measured.
    pub(crate) fn of<R>(operations: usize, work: impl FnOnce() -> R) -> Self {
        let cpu = system::cpu_time();
        let began = Instant::now();
        let result = work();
        let wall = began.elapsed();
        let cpu = system::cpu_time().saturating_sub(cpu);
        drop(std::hint::black_box(result));
        Self::of_time(operations, wall).with(CPU, per(operations, cpu))
    }

    /// For what was timed in another way.
    pub(crate) fn of_time(operations: usize, wall: Duration) -> Self {
        Self { ns: per(operations, wall), others: Vec::new() }
    }

    /// Processor time an operation, of all threads, where it was taken.
    pub(crate) fn cpu_ns(&self) -> Option<f64> {
        self.others.first().filter(|(name, _)| *name == CPU).map(|(_, figure)| *figure)
    }

    /// Adds a figure.
    pub(crate) fn with(mut self, name: &'static str, figure: f64) -> Self {
        self.others.push((name, figure));
        self
    }
}

fn per(operations: usize, time: Duration) -> f64 {
    time.as_nanos() as f64 / operations.max(1) as f64
}

/// The middle one; of an even number, the lower of the two.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

/// The figure that a share of them does not exceed.
pub(crate) fn percentile(sorted: &[u64], share: f64) -> f64 {
    let place = (share * sorted.len().saturating_sub(1) as f64).round() as usize;
    sorted.get(place).map_or(f64::NAN, |&figure| figure as f64)
}
