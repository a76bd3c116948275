//! The write guard: a private draft, published in one step.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    panic::Location,
    sync::Arc,
    thread,
};

use super::{context, hold::Hold, inside::Keep, read::Read};
use crate::{
    Error, Result,
    class::Class,
    object::{cells::cell::Cell, shared::MyTurn},
};

/// A draft of an object. What is changed through it is published when it is dropped, and thrown
/// away when the thread panics meanwhile, or when the `atomic` that it was taken in is undone. It
/// belongs to its thread.
pub struct Write<'m, T: Class> {
    of: Written<'m, T>,
    base: Read<T>,
    /// Made by the first change: a guard that changes nothing publishes nothing.
    draft: Option<(T, Option<Arc<Keep>>)>,
    panicking_before: bool,
    /// Given back last.
    _turn: MyTurn<'m>,
}

/// The object lives at least as long as its guard.
pub(in crate::object) enum Written<'m, T> {
    /// By the handle that the guard was taken from.
    ByHandle(&'m Arc<Cell<T>>),
    /// By itself: the handle is part of another object's value.
    Itself(Hold<T>),
}

impl<'m, T> Written<'m, T> {
    fn cell(&self) -> &Arc<Cell<T>> {
        match self {
            Self::ByHandle(cell) => cell,
            Self::Itself(hold) => hold.cell(),
        }
    }

    fn take_turn(&self, place: &'static Location<'static>) -> Result<MyTurn<'m>> {
        match self {
            Self::ByHandle(cell) => cell.objects.borrow_turn(place),
            Self::Itself(hold) => hold.cell().objects.take_turn(place),
        }
    }
}

impl<'m, T: Class> Write<'m, T> {
    pub(in crate::object) fn of(
        of: Written<'m, T>,
        place: &'static Location<'static>,
    ) -> Result<Self> {
        let turn = of.take_turn(place)?;
        // With the turn, so that no other thread's version can come between.
        let base = Read::of_last(of.cell())?;
        of.cell().objects.add_guard(of.cell().oid_of(), place)?;
        Ok(Self { of, base, draft: None, panicking_before: thread::panicking(), _turn: turn })
    }

    /// Puts a value in the draft's place.
    pub(in crate::object) fn replace(&mut self, value: T) {
        self.draft = Some((value, Some(Keep::new(&self.of.cell().objects))));
    }

    /// Publishes the draft now; the failures are those of a drop, as a value.
    pub fn publish(mut self) -> Result<()> {
        if self.is_undone() {
            let why = "the atomic that a guard was taken in has been undone, and with it the draft";
            return Err(Error::Aborted(why.into()));
        }
        self.publish_draft()
    }

    fn is_undone(&self) -> bool {
        let cell = self.of.cell();
        cell.objects.is_guard_undone(cell.oid_of())
    }

    fn publish_draft(&mut self) -> Result<()> {
        match self.draft.take() {
            Some((draft, keep)) => {
                let cell = self.of.cell();
                cell.objects.publish(cell, draft, self.base.version(), keep.as_ref())
            }
            None => Ok(()),
        }
    }
}

impl<T: Class> Deref for Write<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.draft.as_ref().map_or(&*self.base, |(draft, _)| draft)
    }
}

impl<T: Class> DerefMut for Write<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        let (draft, _) = self.draft.get_or_insert_with(|| {
            // Nothing that could be taken out of the draft is in such a value.
            if T::INFO.plain {
                return (self.base.clone(), None);
            }
            let keep = Keep::new(&self.of.cell().objects);
            (context::clone_for_draft(&*self.base, &keep), Some(keep))
        });
        draft
    }
}

impl<T: Class> Drop for Write<'_, T> {
    fn drop(&mut self) {
        let is_undone = self.is_undone();
        if (thread::panicking() && !self.panicking_before) || is_undone {
            self.draft = None;
        }
        let published = self.publish_draft();
        let cell = self.of.cell();
        let removed = cell.objects.remove_guard(cell.oid_of());
        let must_write = removed.is_some_and(|(_, must_write)| must_write) && !is_undone;
        let published = published.and_then(|()| if must_write { cell.republish() } else { Ok(()) });
        if let Err(error) = published
            && let Some(error) = cell.objects.shared().fail_atomic(error)
        {
            let uuid = cell.objects.uuid(cell.oid_of());
            let taken = removed.map_or(String::new(), |(place, _)| format!(", taken at {place},"));
            let class = T::INFO.name;
            assert!(
                thread::panicking(),
                "the draft of {class} {uuid}{taken} can't be published: {error}"
            );
            tracing::error!("a draft of {class} {uuid} could not be published: {error}");
        }
    }
}

impl<T: Class + fmt::Debug> fmt::Debug for Write<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
