//! The write guard: a private draft, published in one step.

use std::{
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
    panic::Location,
    sync::Arc,
    thread,
};

use super::{
    cell::{AnyCell, Cell},
    context,
    hold::Hold,
    inside::Keep,
    read::Read,
    shared::MyTurn,
};
use crate::{Result, class::Class};

/// A draft of an object. What is changed through it is published when it is dropped, and thrown
/// away when the thread panics meanwhile. It belongs to its thread.
pub struct Write<'m, T: Class> {
    cell: Arc<Cell<T>>,
    /// The object lives at least as long as its guard.
    _hold: Arc<Hold<T>>,
    base: Read<T>,
    /// Made by the first change: a guard that changes nothing publishes nothing.
    draft: Option<(T, Arc<Keep>)>,
    panicking_before: bool,
    _turn: MyTurn,
    _memo: PhantomData<&'m ()>,
}

impl<T: Class> Write<'_, T> {
    pub(super) fn of(cell: Arc<Cell<T>>, place: &'static Location<'static>) -> Result<Self> {
        cell.objects.check_writable()?;
        let turn = cell.objects.shared().take_turn(place)?;
        // With the turn, so that no other thread's version can come between.
        let base = Read::of(&cell)?;
        let prefix = cell.objects.store().prefix_id();
        cell.objects.shared().add_guard(prefix, cell.oid(), place)?;
        Ok(Self {
            _hold: cell.hold(),
            cell,
            base,
            draft: None,
            panicking_before: thread::panicking(),
            _turn: turn,
            _memo: PhantomData,
        })
    }

    /// Publishes the draft now; the failures are those of a drop, as a value.
    pub fn publish(mut self) -> Result<()> {
        self.publish_draft()
    }

    fn publish_draft(&mut self) -> Result<()> {
        match self.draft.take() {
            Some((draft, keep)) => {
                self.cell.objects.publish(&self.cell, draft, self.base.version(), &keep)
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
            let keep = Keep::new(&self.cell.objects);
            (context::clone_for_draft(&*self.base, &keep), keep)
        });
        draft
    }
}

impl<T: Class> Drop for Write<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() && !self.panicking_before {
            self.draft = None;
        }
        let published = self.publish_draft();
        let shared = self.cell.objects.shared();
        shared.remove_guard(self.cell.objects.store().prefix_id(), self.cell.oid());
        if let Err(error) = published
            && let Some(error) = shared.fail_atomic(error)
        {
            assert!(thread::panicking(), "{error}");
            tracing::error!("a draft could not be published: {error}");
        }
    }
}

impl<T: Class + fmt::Debug> fmt::Debug for Write<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
