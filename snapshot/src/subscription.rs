//! Following what is committed: every state once, in order, with what changed for some criteria.

use std::{
    fmt,
    iter::FusedIterator,
    time::{Duration, SystemTime},
};

use db0_collections::Kind;
use db0_query::{Criteria, Expr};
use db0_runtime::{Error, Memo, Prefix, Result, class::Class};

use crate::diff::{Diff, Selection, Wanted};

/// A committed state, with what it changed among the objects that criteria select.
#[non_exhaustive]
pub struct Commit<T: Class> {
    /// Its number: a subscription that goes on `since` this one begins with the next.
    pub state: u64,
    /// When it was committed.
    pub time: SystemTime,
    /// What changed; nothing, if the state changed other things.
    pub changes: Vec<Changed<T>>,
}

/// An object that became or ceased to be a result of criteria, or is one and was modified.
#[non_exhaustive]
pub struct Changed<T> {
    /// What became of it, as far as the criteria are concerned.
    pub kind: Kind,
    /// The object as it was in the state before, if it was a result then.
    pub before: Option<Memo<T>>,
    /// The object as it is in this state, if it is a result.
    pub after: Option<Memo<T>>,
}

impl<T: Class> Clone for Commit<T> {
    fn clone(&self) -> Self {
        Self { state: self.state, time: self.time, changes: self.changes.clone() }
    }
}

impl<T: Class> fmt::Debug for Commit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = (&self.state, &self.time, &self.changes);
        f.debug_tuple("Commit").field(fields.0).field(fields.1).field(fields.2).finish()
    }
}

impl<T: Class> Clone for Changed<T> {
    fn clone(&self) -> Self {
        Self { kind: self.kind, before: self.before.clone(), after: self.after.clone() }
    }
}

impl<T: Class> fmt::Debug for Changed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memo = self.after.as_ref().or(self.before.as_ref());
        f.debug_struct("Changed").field("kind", &self.kind).field("memo", &memo).finish()
    }
}

/// Committed states, one after the other: a blocking iterator, which waits for the next one.
///
/// Nothing is queued: what it gives is read from the history, so a slow subscriber holds up nobody.
/// One that the history has overtaken gets [`Error::Pruned`], with the state to go on from. After an
/// error it ends.
pub struct Subscription<T> {
    prefix: Prefix,
    criteria: Expr,
    /// The last state that was given.
    last: u64,
    ended: bool,
    class: std::marker::PhantomData<fn() -> T>,
}

impl<T: Class> Subscription<T> {
    /// Follows a prefix from now on.
    #[doc(hidden)]
    pub fn of(prefix: Prefix, criteria: &dyn Criteria<T>) -> Self {
        let last = prefix.state();
        let class = std::marker::PhantomData;
        Self { prefix, criteria: criteria.expr(), last, ended: false, class }
    }

    /// Begins with the state after `state`: the number of the last [`Commit`] that was dealt with is
    /// all that has to be remembered over a restart.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// db0::Memo::new(Note { text: "one".into() });
    /// db0::commit()?;
    /// let mut commits = db0::subscribe::<Note>(()).since(0);
    /// let first = commits.next().expect("it goes on for ever")?;
    /// assert_eq!((first.state, first.changes[0].kind), (1, db0::Kind::Created));
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn since(mut self, state: u64) -> Self {
        self.last = state;
        self
    }

    pub(crate) fn prefix(&self) -> &Prefix {
        &self.prefix
    }

    /// The number of the last state that was given.
    pub fn state(&self) -> u64 {
        self.last
    }

    /// The next state, if it is committed within `timeout`.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # db0::init(db0::Config::new(folder.path()).autocommit(false))?;
    /// # #[db0::memo(keep)] struct Note { text: String }
    /// let mut commits = db0::subscribe::<Note>(());
    /// assert!(commits.next_within(std::time::Duration::ZERO)?.is_none());
    /// db0::Memo::new(Note { text: "one".into() });
    /// db0::commit()?;
    /// assert!(commits.next_within(std::time::Duration::ZERO)?.is_some());
    /// # Ok::<(), db0::Error>(())
    /// ```
    pub fn next_within(&mut self, timeout: Duration) -> Result<Option<Commit<T>>> {
        self.next_unless(timeout, &|| false)
    }

    /// As [`next_within`](Self::next_within), and none as soon as `is_over` says so.
    pub(crate) fn next_unless(
        &mut self,
        timeout: Duration,
        is_over: &dyn Fn() -> bool,
    ) -> Result<Option<Commit<T>>> {
        let next = self.last.saturating_add(1);
        if !self.prefix.wait_unless(next, timeout, is_over)? {
            return Ok(None);
        }
        let commit = self.commit(next)?;
        self.last = commit.state;
        Ok(Some(commit))
    }

    /// What a state changed.
    fn commit(&self, state: u64) -> Result<Commit<T>> {
        let objects = self.prefix.objects();
        let before = objects.at_state(state - 1)?;
        let after = objects.at_state(state)?;
        let diff = Diff::new(&before, &after)?;
        let Selection { new, deleted, modified } = diff.select::<T>(&self.criteria, Wanted::All)?;
        let mut changes = Vec::with_capacity(new.len() + deleted.len() + modified.len());
        for (kind, oids) in
            [(Kind::Created, new), (Kind::Modified, modified), (Kind::Deleted, deleted)]
        {
            for oid in oids {
                let was = (kind != Kind::Created).then(|| before.memo(oid)).transpose()?;
                let is = (kind != Kind::Deleted).then(|| after.memo(oid)).transpose()?;
                changes.push((oid, Changed { kind, before: was, after: is }));
            }
        }
        changes.sort_by_key(|(oid, _)| *oid);
        let changes = changes.into_iter().map(|(_, change)| change).collect();
        let listed = self.prefix.states(state..=state)?;
        let time = listed.first().map_or(SystemTime::UNIX_EPOCH, |state| state.time);
        Ok(Commit { state, time, changes })
    }
}

impl<T: Class> Iterator for Subscription<T> {
    type Item = Result<Commit<T>>;

    /// Waits for the next state. Gives nothing more once the prefix is closed.
    fn next(&mut self) -> Option<Result<Commit<T>>> {
        while !self.ended {
            match self.next_within(Duration::MAX) {
                Ok(Some(commit)) => return Some(Ok(commit)),
                Ok(None) => {}
                Err(error) => {
                    self.ended = true;
                    return (!matches!(error, Error::Closed { .. })).then_some(Err(error));
                }
            }
        }
        None
    }
}

impl<T: Class> FusedIterator for Subscription<T> {}

impl<T> fmt::Debug for Subscription<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("prefix", &self.prefix.name())
            .field("criteria", &self.criteria)
            .field("state", &self.last)
            .finish_non_exhaustive()
    }
}
