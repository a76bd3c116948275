//! Holding still: what a thread sees of a workspace stays as it was in one moment, while others go on.

use std::{
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::watch::Watch;
use crate::{
    Result,
    class::Class,
    object::{
        cells::{
            any_cell::AnyCell,
            cell::Cell,
            version::{Epoch, Version},
        },
        objects::Objects,
        publishing::pending::Pending,
    },
    store::{ClassId, Oid, View},
    sync::{
        lasting,
        slots::{self, Counted},
    },
};

/// A prefix as it goes on, and as it was.
type Pair = (Arc<Objects>, Arc<Objects>);

/// How many times something is held still in this process: mostly none, and that is known at once.
static HOLDING: AtomicUsize = AtomicUsize::new(0);

lasting! {
    static HELD: Vec<Pair> = Vec::new();
}

/// What makes a view one of a moment of another view.
#[derive(Default)]
pub(in crate::object) struct Moment {
    /// The prefix as it goes on, which handles belong to.
    live: Option<Arc<Objects>>,
    /// Of one that this process writes: what it has to keep in memory for the view.
    watch: Option<Arc<Watch>>,
}

impl Drop for Moment {
    fn drop(&mut self) {
        let (Some(live), Some(watch)) = (&self.live, &self.watch) else { return };
        let needed = live.pending.lock().unwatch(watch);
        let kept = watch.take_cells();
        slots::in_bulk(|| {
            kept.iter().flat_map(|cells| &**cells).for_each(|cell| cell.trim(&needed));
            drop(kept);
        });
    }
}

/// Holds prefixes still for its thread until it is dropped.
pub(crate) struct Still {
    depth: usize,
    not_send: PhantomData<*const ()>,
}

impl Still {
    /// Holds these prefixes still, all in one moment; those that are held already stay as they are.
    pub(crate) fn hold(prefixes: &[Arc<Objects>]) -> Result<Self> {
        let mut fresh: Vec<_> = prefixes.iter().filter(|live| held_now(live).is_none()).collect();
        // This thread has the right to write: nobody else changes anything, and what it writes it
        // wants to see.
        fresh.retain(|live| !(live.is_writable() && live.shared().turn.is_mine()));
        fresh.sort_by_key(|live| live.store().prefix_id());
        let pairs: Vec<_> = {
            let mut locked: Vec<_> = fresh.iter().map(|live| live.pending.lock()).collect();
            // What is published from here on, in any of them, is of another epoch.
            let until = fresh.first().map_or(0, |live| live.shared().end_epoch());
            let both = fresh.iter().zip(&mut locked);
            both.map(|(live, pending)| live.as_it_is(pending, until)).collect()
        };
        // Not under the locks: what can't be held still is over at once.
        let pairs = pairs.into_iter().collect::<Result<Vec<_>>>()?;
        HOLDING.fetch_add(1, Ordering::Relaxed);
        let depth = HELD.with_borrow_mut(|held| {
            let depth = held.len();
            held.extend(pairs);
            depth
        });
        Ok(Self { depth, not_send: PhantomData })
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        HOLDING.fetch_sub(1, Ordering::Relaxed);
        // Dropped outside of the borrow: values of the user's may go with it.
        let over = HELD.with_borrow_mut(|held| held.split_off(self.depth.min(held.len())));
        over.iter().for_each(|(_, then)| then.forget_cells());
        drop(over);
        slots::tend();
    }
}

/// This thread sees something as it was.
pub(crate) fn holds_still() -> bool {
    HOLDING.load(Ordering::Relaxed) > 0 && HELD.with_borrow(|held| !held.is_empty())
}

#[cold]
fn held_now(live: &Objects) -> Option<Arc<Objects>> {
    HELD.with_borrow(|held| {
        let mut held = held.iter();
        held.find(|(one, _)| std::ptr::eq(Arc::as_ptr(one), live)).map(|(_, then)| then.clone())
    })
}

impl Objects {
    /// The prefix as this thread's view of one moment shows it, if the thread has one.
    #[inline]
    pub(in crate::object) fn held(&self) -> Option<Arc<Self>> {
        if HOLDING.load(Ordering::Relaxed) == 0 { None } else { held_now(self) }
    }

    /// What this thread sees of the prefix: as it goes on, or as it was when the thread's view began.
    #[doc(hidden)]
    pub fn seen(self: &Arc<Self>) -> Arc<Self> {
        self.held().unwrap_or_else(|| self.clone())
    }

    /// Handles that are given out belong to these objects.
    pub(in crate::object) fn is_lasting(&self) -> bool {
        self.moment.live.is_none()
    }

    /// What handles that are given out belong to: they go on when a thread's view is over.
    #[doc(hidden)]
    pub fn lasting(self: &Arc<Self>) -> &Arc<Self> {
        self.moment.live.as_ref().unwrap_or(self)
    }

    /// This moment, whose epoch has ended. The caller holds the publish lock.
    fn as_it_is(self: &Arc<Self>, pending: &mut Pending, until: Epoch) -> Result<Pair> {
        let store = self.store();
        let state = store.state();
        let pin = store.pin(state)?;
        let (view, watch) = if self.is_writable() {
            (View::Held(Arc::new(store.hold_still())), Some(pending.watch(until)))
        } else {
            (View::At(store.clone(), state), None)
        };
        let moment = Moment { live: Some(self.clone()), watch };
        let names = (self.catalogue.clone(), self.tag_names.clone());
        let then =
            Self::of_moment(self.shared.clone(), view, self.name.clone(), pin, names, moment);
        Ok((self.clone(), then))
    }

    /// The prefix as it goes on, and what is kept of it, if this is a moment of one that is written.
    #[inline]
    pub(in crate::object) fn watched(&self) -> Option<(&Arc<Self>, &Watch)> {
        self.moment.live.as_ref().zip(self.moment.watch.as_deref())
    }

    /// The version of an object at this moment, if it is not the one in the rows.
    pub(in crate::object) fn captured<T: Class>(
        &self,
        oid: Oid,
    ) -> Result<Option<Counted<Version<T>>>> {
        let Some((live, watch)) = self.watched() else { return Ok(None) };
        let cell = live.known_cell(oid);
        let class = cell.as_ref().map(|cell| cell.class().id);
        let is_there = cell.as_ref().is_some_and(|cell| cell.is_gone_in(watch.span).is_some());
        let typed = cell.and_then(|cell| cell.into_any().downcast::<Cell<T>>().ok());
        let is_other = typed.is_none();
        // In this order: who takes a version out of the cell's reach keeps it first.
        let found = typed.and_then(|cell| cell.share_in(watch.span));
        match (found.or_else(|| watch.version(oid)), class) {
            (None, Some(class)) if is_there && is_other => Err(self.wrong_class::<T>(oid, class)),
            (found, _) => Ok(found),
        }
    }

    /// The class of an object whose version at this moment is not the one in the rows, and whether it
    /// is deleted in that.
    pub(in crate::object) fn captured_state(&self, oid: Oid) -> Option<(ClassId, bool)> {
        let (live, watch) = self.watched()?;
        let of_cell = |cell: Arc<dyn AnyCell>| {
            let is_gone = cell.is_gone_in(watch.span)?;
            Some((cell.class().id, is_gone))
        };
        live.known_cell(oid).and_then(of_cell).or_else(|| watch.state_of(oid))
    }
}
