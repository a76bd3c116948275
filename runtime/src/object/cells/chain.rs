//! The versions of an object that follow each other in its cell: who sees which, and which are needed.

use super::{
    cell::Cell,
    moment::Moment,
    version::{Content, Epoch, Standing, Version, When},
};
use crate::{
    Result,
    class::Class,
    object::views::watch::{Needed, Span},
    sync::slots::{Counted, Look},
};

impl<T: Class> Cell<T> {
    /// Puts a version on top; true if it is the first of its `atomic`.
    pub(in crate::object) fn put_on_top(
        &self,
        content: Content<T>,
        moment: &Moment<'_>,
    ) -> Result<bool> {
        let newest = self.newest.look();
        let (mut before, mut first) = (None, true);
        let mut takes_its_place = false;
        if let Some(newest) = &newest {
            if newest.is_deleted() {
                return Err(self.error_deleted());
            }
            first = moment.outcome.is_none_or(|outcome| !newest.is_of(outcome));
            if !moment.needs_older_than(newest) {
                newest.cut();
            } else if !moment.spans.is_empty() {
                newest.trim(|version| moment.needs(version));
            }
            takes_its_place = !moment.needs(newest);
            before = if takes_its_place { newest.before() } else { newest.share() };
        }
        let epoch = || When::Epoch(moment.epoch);
        let when = moment.outcome.map_or_else(epoch, |outcome| When::Atomic(outcome.clone()));
        drop(self.newest.swap(Some(self.counted(Version::new(content, when, before)))));
        // Not before it is out of the way: somebody may be on the way back from it.
        if let Some(old) = newest.filter(|_| takes_its_place) {
            old.set_replaced();
            old.cut();
        }
        Ok(first)
    }

    /// The version that a commit of `epoch` writes.
    pub(in crate::object) fn version_for(&self, epoch: Epoch) -> Option<Look<Version<T>>> {
        let is_in = |version: &Version<T>| match version.standing() {
            Standing::Published(when) => when <= epoch,
            Standing::Pending | Standing::Undone => false,
        };
        loop {
            let newest = self.newest.look()?;
            if is_in(&newest) {
                return Some(newest);
            }
            let mut below = newest.before();
            while let Some(version) = below {
                if is_in(&version) {
                    return Some(Look::from(version));
                }
                below = version.before();
            }
            // The way back ends here for good, unless it was cut by an undoing meanwhile.
            if newest.standing() != Standing::Undone && self.newest.holds(&newest) {
                return None;
            }
        }
    }

    /// The version that a view sees here, if it is not the one in its rows.
    pub(in crate::object) fn version_in(&self, span: Span) -> Option<Look<Version<T>>> {
        let is_in = |version: &Look<Version<T>>| match version.standing() {
            Standing::Published(when) => span.includes(when),
            Standing::Pending | Standing::Undone => false,
        };
        self.version_for(span.until()).filter(is_in)
    }

    /// A share in it.
    pub(in crate::object) fn share_in(&self, span: Span) -> Option<Counted<Version<T>>> {
        loop {
            // Without a share left, another one has taken its place meanwhile.
            if let Some(share) = self.version_in(span)?.share() {
                return Some(share);
            }
        }
    }

    /// The last version as of `epoch` that has a value, unless somebody has deleted the object since.
    pub(in crate::object) fn last_value(&self, epoch: Epoch) -> Result<Option<Look<Version<T>>>> {
        let mut version = match self.version_for(epoch) {
            Some(version) => version,
            None => self.load()?,
        };
        while version.value().is_none() {
            if matches!(version.content, Content::Deleted) {
                return Ok(None);
            }
            match version.before() {
                Some(before) => version = Look::from(before),
                None => return Ok(None),
            }
        }
        Ok(Some(version))
    }

    /// Lets go of versions that nobody needs.
    pub(in crate::object) fn trim_versions(&self, needed: &Needed) {
        let is_needed = |version: &Version<T>| match version.standing() {
            Standing::Published(when) => needed.is(when),
            Standing::Pending => true,
            Standing::Undone => false,
        };
        if let Some(newest) = self.newest.look()
            && matches!(newest.standing(), Standing::Published(_))
        {
            newest.trim(is_needed);
        }
    }
}
