//! Collecting circles of objects.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

use super::handle::Prefix;
use crate::{Error, Result, derived};

/// What a collection of circles came to; see `db0::collect_cycles`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CycleReport {
    /// How many objects and collections were looked at: all that something refers to.
    pub looked_at: u64,
    /// How many objects were deleted, by the names of their classes.
    pub deleted: BTreeMap<String, u64>,
    /// How many collections went with them.
    pub collections: u64,
    /// How long it took.
    pub took: Duration,
}

impl CycleReport {
    /// How many objects were deleted.
    pub fn total(&self) -> u64 {
        self.deleted.values().sum()
    }

    /// Adds what another prefix came to.
    pub(crate) fn add(&mut self, other: Self) {
        self.looked_at += other.looked_at;
        for (class, count) in other.deleted {
            *self.deleted.entry(class).or_default() += count;
        }
        self.collections += other.collections;
        self.took += other.took;
    }
}

impl fmt::Display for CycleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { looked_at, collections, took, .. } = self;
        write!(f, "{} objects and {collections} collections deleted", self.total())?;
        write!(f, ", {looked_at} looked at, in {:.3} s", took.as_secs_f64())?;
        for (class, count) in &self.deleted {
            write!(f, "; {class}: {count}")?;
        }
        Ok(())
    }
}

impl Prefix {
    /// Deletes objects of this prefix that are held by nothing but each other; see
    /// `db0::collect_cycles`.
    pub fn collect_cycles(&self) -> Result<CycleReport> {
        let began = Instant::now();
        let objects = self.objects();
        objects.check_writable()?;
        self.check_can("collecting cycles")?;
        self.commit()?;
        let found = derived::find_cycles(objects)?;
        let mut report = CycleReport { looked_at: found.looked_at, ..CycleReport::default() };
        for part in found.condemned {
            objects.condemn(part.clone());
            self.commit()?;
            let gone = || Error::Closed { what: format!("prefix {:?}", self.name()) };
            let collected = part.collected.get().ok_or_else(gone)?;
            for (class, count) in &collected.objects {
                *report.deleted.entry(objects.catalogue().name(*class)).or_default() += count;
            }
            report.collections += collected.collections;
        }
        report.took = began.elapsed();
        Ok(report)
    }
}
