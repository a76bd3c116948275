//! Holding still: what a thread sees of a workspace stays as it was in one moment, while others go on.

use std::{
    any::Any,
    cell::RefCell,
    collections::HashMap,
    marker::PhantomData,
    ops::RangeInclusive,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{any_cell::AnyCell, objects::Objects, pending::Pending};
use crate::{
    Result,
    store::{ClassId, Oid, View},
    sync::{MutexGuard, slots},
};

/// A prefix as it goes on, and as it was.
type Pair = (Arc<Objects>, Arc<Objects>);

/// How many times something is held still in this process: mostly none, and that is known at once.
static HOLDING: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static HELD: RefCell<Vec<Pair>> = const { RefCell::new(Vec::new()) };
}

/// What one moment of a prefix is made of, beside its rows.
#[derive(Default)]
pub(super) struct Moment {
    /// The prefix as it goes on, which handles belong to.
    live: Option<Arc<Objects>>,
    /// Objects that were not on disk as they were: their versions.
    versions: HashMap<Oid, Box<dyn Any + Send + Sync>>,
    /// Those of them that had no row on disk at all, ascending; and whether they were deleted.
    young: Vec<(Oid, ClassId, bool)>,
}

impl Moment {
    /// Keeps the version that everybody sees; gives whether the object is deleted in it.
    fn capture(&mut self, cell: &dyn AnyCell) -> Option<bool> {
        let (version, gone) = cell.capture()?;
        self.versions.insert(cell.oid(), version);
        Some(gone)
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
        let pairs = {
            let locked: Vec<_> = fresh.iter().map(|live| live.pending.lock()).collect();
            let pairs = fresh.iter().zip(&locked).map(|(live, pending)| live.as_it_is(pending));
            pairs.collect::<Result<Vec<_>>>()?
        };
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
        let over = HELD.try_with(|held| held.borrow_mut().split_off(self.depth));
        over.iter().flatten().for_each(|(_, then)| then.forget_cells());
        drop(over);
        slots::tend();
    }
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
    pub(super) fn held(&self) -> Option<Arc<Self>> {
        if HOLDING.load(Ordering::Relaxed) == 0 { None } else { held_now(self) }
    }

    /// What this thread sees of the prefix: as it goes on, or as it was when the thread's view began.
    #[doc(hidden)]
    pub fn seen(self: &Arc<Self>) -> Arc<Self> {
        self.held().unwrap_or_else(|| self.clone())
    }

    /// Handles that are given out belong to these objects.
    pub(super) fn is_lasting(&self) -> bool {
        self.moment.live.is_none()
    }

    /// What handles that are given out belong to: they go on when a thread's view is over.
    pub(super) fn lasting(self: &Arc<Self>) -> &Arc<Self> {
        self.moment.live.as_ref().unwrap_or(self)
    }

    /// This moment. The caller holds the publish lock.
    fn as_it_is(self: &Arc<Self>, pending: &MutexGuard<'_, Pending>) -> Result<Pair> {
        let store = self.store();
        let state = store.state();
        let pin = store.pin(state)?;
        let mut moment = Moment { live: Some(self.clone()), ..Moment::default() };
        let view = if self.is_writable() {
            for cell in pending.growing_up.iter().chain(&pending.young) {
                let gone = moment.capture(&**cell).is_none_or(|gone| gone);
                moment.young.push((cell.oid(), cell.class().id, gone));
            }
            for cell in pending.writing.iter().chain(&pending.dirty) {
                moment.capture(&**cell);
            }
            View::Held(Arc::new(store.hold_still()))
        } else {
            View::At(store.clone(), state)
        };
        let names = (self.catalogue.clone(), self.tag_names.clone());
        let then =
            Self::of_moment(self.shared.clone(), view, self.name.clone(), pin, names, moment);
        Ok((self.clone(), then))
    }

    /// The version of an object at this moment, if it was not on disk.
    pub(super) fn captured(&self, oid: Oid) -> Option<&(dyn Any + Send + Sync)> {
        self.moment.versions.get(&oid).map(|version| &**version)
    }

    /// The class of an object that had no row at this moment.
    pub(super) fn captured_class(&self, oid: Oid) -> Option<ClassId> {
        let young = &self.moment.young;
        let place = young.binary_search_by_key(&oid, |(oid, ..)| *oid).ok()?;
        let (_, class, gone) = young[place];
        (!gone).then_some(class)
    }

    /// Which of some objects had no row at this moment, with their class, and whether they were
    /// deleted; ascending.
    pub(super) fn captured_among(
        &self,
        oids: &RangeInclusive<Oid>,
    ) -> impl Iterator<Item = &(Oid, ClassId, bool)> {
        let young = &self.moment.young;
        let from = young.partition_point(|(oid, ..)| oid < oids.start());
        young[from..].iter().take_while(move |(oid, ..)| oid <= oids.end())
    }
}
