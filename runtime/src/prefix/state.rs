//! A committed state, as it is listed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::store::StateRow;

/// A committed state of a prefix: when it was, and how much it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct State {
    /// Its number.
    pub number: u64,
    /// When it was committed.
    pub time: SystemTime,
    /// How many objects it created.
    pub created: u64,
    /// How many objects it modified.
    pub modified: u64,
    /// How many objects it deleted.
    pub deleted: u64,
}

impl State {
    pub(super) fn new(number: u64, row: StateRow) -> Self {
        let since = Duration::from_nanos(row.time_ns.unsigned_abs());
        let time = if row.time_ns < 0 {
            UNIX_EPOCH.checked_sub(since)
        } else {
            UNIX_EPOCH.checked_add(since)
        };
        Self {
            number,
            time: time.unwrap_or(UNIX_EPOCH),
            created: row.created,
            modified: row.modified,
            deleted: row.deleted,
        }
    }
}
