//! When something is published, and who may still look for what was there before.

use std::sync::Arc;

use super::version::{Epoch, Outcome, Standing, Version};
use crate::object::views::watch::Spans;

/// When something is published: known and fixed while the publish lock is held.
pub(crate) struct Moment<'a> {
    pub(crate) epoch: Epoch,
    /// The `atomic` that it is part of.
    pub(crate) outcome: Option<&'a Arc<Outcome>>,
    /// The epoch that is being committed.
    pub(crate) committing: Option<Epoch>,
    /// What views need that hold still.
    pub(crate) spans: Spans,
    /// Which of the prefix's freezes takes it.
    pub(crate) round: u64,
}

impl Moment<'_> {
    /// Somebody may still look for `newest` below a version that is put over it.
    pub(in crate::object) fn needs<T>(&self, newest: &Version<T>) -> bool {
        match newest.standing() {
            // A second write in one atomic replaces the first; one in an inner atomic may be undone.
            Standing::Pending => self.outcome.is_none_or(|outcome| !newest.is_of(outcome)),
            Standing::Undone => false,
            // Others see it until the atomic ends.
            Standing::Published(_) if self.outcome.is_some() => true,
            Standing::Published(when) => {
                self.committing.is_some_and(|epoch| when <= epoch) || self.spans.need(when)
            }
        }
    }

    /// Somebody may look further back than `newest`: nobody if all who look can see it.
    pub(in crate::object) fn needs_older_than<T>(&self, newest: &Version<T>) -> bool {
        match newest.standing() {
            Standing::Published(when) => {
                self.committing.is_some_and(|epoch| when > epoch) || self.spans.begin_before(when)
            }
            Standing::Pending | Standing::Undone => true,
        }
    }
}
