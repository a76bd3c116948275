//! A version of an object: finished, immutable, visible by one word.

use std::sync::Arc;

use crate::sync::{
    atomic::{AtomicBool, AtomicU64, Ordering},
    slots::{Counted, Place},
};

/// Counts freezes: a commit takes the versions of its epoch and those before it.
pub(crate) type Epoch = u64;

/// What an object was at a time.
#[derive(Debug)]
pub(crate) enum Content<T> {
    Value(T),
    /// It is not there; who deleted it has let go of what it held.
    Deleted,
    /// It dies with a commit, which lets go of what it held.
    Dying,
}

/// One version. Readers hold it by its `Arc`; nothing in it changes but the way back.
pub(crate) struct Version<T> {
    pub(crate) content: Content<T>,
    when: When,
    /// Another version of the same `atomic` has taken its place: it must not come to light with it.
    replaced: AtomicBool,
    /// The version before, while a commit or other threads may still need it.
    before: Place<Version<T>>,
}

#[derive(Clone, Debug)]
pub(crate) enum When {
    /// Published by itself in this epoch; zero when it was loaded from disk.
    Epoch(Epoch),
    /// Part of an `atomic`.
    Atomic(Arc<Outcome>),
}

const PENDING: u64 = u64::MAX;
const UNDONE: u64 = u64::MAX - 1;
const FOLLOW: u64 = u64::MAX - 2;

/// How an `atomic` came out: the one word that makes all its versions visible.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The epoch it ended in, or one of the constants above.
    word: AtomicU64,
    /// The `atomic` around it: what happens to that one happens to this.
    outer: Option<Arc<Outcome>>,
}

/// What a version's place in time means to somebody who looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Published(Epoch),
    Pending,
    Undone,
}

impl Outcome {
    pub(crate) fn new(outer: Option<Arc<Self>>) -> Arc<Self> {
        Arc::new(Self { word: AtomicU64::new(PENDING), outer })
    }

    /// It succeeded: in this epoch, or as far as the one around it does.
    pub(crate) fn succeed(&self, epoch: Epoch) {
        let word = if self.outer.is_some() { FOLLOW } else { epoch };
        self.word.store(word, Ordering::Release);
    }

    pub(crate) fn undo(&self) {
        self.word.store(UNDONE, Ordering::Release);
    }

    /// The `atomic` that decides.
    fn effective(self: &Arc<Self>) -> &Arc<Self> {
        match &self.outer {
            Some(outer) if self.word.load(Ordering::Acquire) == FOLLOW => outer.effective(),
            _ => self,
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        match self.word.load(Ordering::Acquire) {
            PENDING => Standing::Pending,
            UNDONE => Standing::Undone,
            FOLLOW => self.outer.as_ref().map_or(Standing::Undone, |outer| outer.standing()),
            epoch => Standing::Published(epoch),
        }
    }
}

impl<T> Version<T> {
    pub(crate) fn new(content: Content<T>, when: When, before: Option<Counted<Self>>) -> Self {
        Self { content, when, replaced: AtomicBool::new(false), before: Place::new(before) }
    }

    pub(crate) fn loaded(content: Content<T>) -> Self {
        Self::new(content, When::Epoch(0), None)
    }

    /// It came from a row, and nothing was published over that since.
    pub(crate) fn is_loaded(&self) -> bool {
        matches!(self.when, When::Epoch(0))
    }

    #[inline]
    pub(crate) fn standing(&self) -> Standing {
        match &self.when {
            When::Epoch(epoch) => Standing::Published(*epoch),
            When::Atomic(outcome) => match outcome.standing() {
                Standing::Published(_) if self.replaced.load(Ordering::Acquire) => Standing::Undone,
                standing => standing,
            },
        }
    }

    /// Another version of the same `atomic` takes its place.
    pub(crate) fn set_replaced(&self) {
        self.replaced.store(true, Ordering::Release);
    }

    /// Made by this `atomic`, or by one inside it that has succeeded.
    pub(crate) fn is_of(&self, outcome: &Arc<Outcome>) -> bool {
        match &self.when {
            When::Epoch(_) => false,
            When::Atomic(mine) => Arc::ptr_eq(mine.effective(), outcome),
        }
    }

    pub(crate) fn before(&self) -> Option<Counted<Self>> {
        self.before.share()
    }

    /// Cuts off what came before.
    pub(crate) fn cut(&self) {
        if !self.before.is_empty() {
            drop(self.before.swap(None));
        }
    }

    /// Takes out of what came before whatever nobody needs.
    pub(crate) fn trim(&self, is_needed: impl Fn(&Self) -> bool) {
        let mut below = self.next_needed(&is_needed);
        while let Some(version) = below {
            below = version.next_needed(&is_needed);
        }
    }

    /// Has the next one that is needed follow this one, and gives it.
    fn next_needed(&self, is_needed: impl Fn(&Self) -> bool) -> Option<Counted<Self>> {
        let first = self.before()?;
        if is_needed(&first) {
            return Some(first);
        }
        let mut next = first.before();
        while let Some(version) = next.take_if(|version| !is_needed(version)) {
            next = version.before();
        }
        // Who is on the way back just now holds what it stands at, and finds its way from there.
        drop(self.before.swap(next.clone()));
        next
    }

    /// Deleted, and not only in an `atomic` that was undone.
    pub(crate) fn is_deleted(&self) -> bool {
        self.value().is_none() && self.standing() != Standing::Undone
    }

    #[inline]
    pub(crate) fn value(&self) -> Option<&T> {
        match &self.content {
            Content::Value(value) => Some(value),
            Content::Deleted | Content::Dying => None,
        }
    }
}

impl<T> Drop for Version<T> {
    fn drop(&mut self) {
        // A long chain goes into the bag as a whole, and not one link each time that it is emptied.
        let mut next = if self.before.is_empty() { None } else { self.before.swap(None) };
        while let Some(version) = next {
            next = if version.is_last() { version.before.swap(None) } else { None };
        }
    }
}
